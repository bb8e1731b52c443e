package exchange

import "tongban/consensus/refusal"

// maxLogged is how many refusals are remembered so as not to log them twice.
const maxLogged = 10000

// logOnce logs what happened to a thing, unless the same was logged of it last.
func (x *Exchange) logOnce(thing string, code refusal.Code, message string, args ...any) {
	x.mu.Lock()
	again := x.logged[thing] == string(code)+message
	if len(x.logged) >= maxLogged {
		clear(x.logged)
	}
	x.logged[thing] = string(code) + message
	x.mu.Unlock()
	if !again {
		x.cfg.Log.Warn(message, args...)
	}
}

// forgetLogged: what goes wrong with the thing next is worth a line again.
func (x *Exchange) forgetLogged(thing string) {
	x.mu.Lock()
	delete(x.logged, thing)
	x.mu.Unlock()
}

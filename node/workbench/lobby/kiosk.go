package lobby

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/queue"
	"tongban/intake/notice"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/guidance"
	"tongban/node/workbench"
	"tongban/node/workbench/lobby/machine"
)

// hallMachines answers the screens and kiosks, which have nobody who signs in.
type hallMachines struct {
	Config
	pages *frame.Pages

	mu    sync.Mutex
	given map[string][]time.Time // guarded by mu; by machine: when it gave tickets lately
	open  map[string]int         // guarded by mu; by machine: streams
}

// Machines answers what the machines of the hall ask for. The display is shown
// to others too, by staff's shell, where they are signed in; a kiosk is not.
func Machines(c Config, shell http.Handler) http.Handler {
	h := &hallMachines{Config: c, given: map[string][]time.Time{}, open: map[string]int{}}
	h.pages = &frame.Pages{Set: set, Center: func() string { return c.Name(c.Self()) }, Now: c.Now, Scripts: true, Log: c.Log}
	mux := http.NewServeMux()
	for _, at := range []string{"/work/hall/display", "/work/hall/display/part", "/work/hall/display/live"} {
		mux.HandleFunc("GET "+at, func(w http.ResponseWriter, r *http.Request) {
			m, ok := h.machine(r, machine.Display)
			switch {
			case !ok:
				shell.ServeHTTP(w, r)
			case strings.HasSuffix(at, "/live"):
				h.live(w, r, m)
			default:
				h.display(w, r, strings.HasSuffix(at, "/part"))
			}
		})
	}
	h.kiosk(mux, "GET /kiosk", h.start)
	h.kiosk(mux, "GET /kiosk/ticket", h.wish)
	h.kiosk(mux, "POST /kiosk/ticket", h.take)
	h.kiosk(mux, "GET /kiosk/ticket/{number}", h.ticket)
	h.kiosk(mux, "GET /kiosk/check-in", h.comes)
	h.kiosk(mux, "POST /kiosk/check-in", h.checkIn)
	h.kiosk(mux, "POST /kiosk/print", h.print)
	h.kiosk(mux, "GET /kiosk/guide", h.search)
	h.kiosk(mux, "GET /kiosk/guide/{code}", h.item)
	return http.NewCrossOriginProtection().Handler(mux)
}

// KioskOf is where a page that anybody may open leads back to: the kiosk's
// start, where the browser is one.
func KioskOf(machines *machine.Store) func(r *http.Request) string {
	return func(r *http.Request) string {
		if m, ok := machines.Of(r); ok && m.Kind == machine.Kiosk {
			return "/kiosk"
		}
		return ""
	}
}

// machine is the machine that asks, while whoever opened it may still do so.
func (h *hallMachines) machine(r *http.Request, kind machine.Kind) (machine.Machine, bool) {
	m, ok := h.Machines.Of(r)
	if !ok || m.Kind != kind {
		return m, false
	}
	who, known := h.Accounts.Get(m.Login)
	return m, known && !who.Disabled && account.MayWork(who.Duties, account.GiveNumbers) == nil
}

func (h *hallMachines) head(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "same-origin")
}

func (h *hallMachines) display(w http.ResponseWriter, r *http.Request, part bool) {
	h.head(w)
	p := h.pages.Page(w, r)
	d, err := h.Config.display(p)
	if err != nil {
		h.Log.Error("show the display", "err", err)
		http.Error(w, "the display cannot be shown", http.StatusInternalServerError)
		return
	}
	name := "screen"
	if part {
		name = "moving"
	}
	p.Name, p.Data = "display", d
	h.pages.WritePart(w, p, name)
}

// mostStreams is how many streams a machine holds open: it has one page.
const mostStreams = 4

// live tells a display of every change until it goes, or is ended.
func (h *hallMachines) live(w http.ResponseWriter, r *http.Request, m machine.Machine) {
	h.mu.Lock()
	full := h.open[m.ID] >= mostStreams
	if !full {
		h.open[m.ID]++
	}
	h.mu.Unlock()
	if full {
		http.Error(w, "too many streams", http.StatusTooManyRequests)
		return
	}
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.open[m.ID]--; h.open[m.ID] <= 0 {
			delete(h.open, m.ID)
		}
	}()
	h.head(w)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	out := http.NewResponseController(w)
	send := func(text string) bool {
		_, err := fmt.Fprint(w, text)
		return err == nil && out.Flush() == nil
	}
	changed, stop := h.Hall.Watch()
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for alive := send(": here\n\n"); alive; {
		select {
		case <-r.Context().Done():
			return
		case <-changed:
			alive = send("event: changed\ndata: 1\n\n")
		case <-beat.C:
			_, still := h.machine(r, machine.Display)
			alive = still && send(": here\n\n")
		}
	}
}

// kiosked is a page of the kiosk.
type kiosked struct {
	Key        string
	Home       bool
	Types      []pair
	Priorities []pair
	Given      *told
	Booking    string // number of an appointment, as it was typed
	Why        string // why nobody was checked in
	Shelf      *guidance.Seen
	About      *guidance.Explained
}

// maxAsked bounds what a form of a kiosk sends, in bytes.
const maxAsked = 4 << 10

// kiosk serves one page to kiosks alone.
func (h *hallMachines) kiosk(mux *http.ServeMux, pattern string, do func(k *kioskCall) error) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		h.head(w)
		r.Body = http.MaxBytesReader(w, r.Body, maxAsked)
		p := h.pages.Page(w, r)
		p.Large, p.Key = true, rand.Text()
		m, ok := h.machine(r, machine.Kiosk)
		k := &kioskCall{Request: r, w: w, p: p, m: m, d: &kiosked{}}
		err := error(refusal.Newf(account.NotTrusted, "", "", "%s", p.Say("no_kiosk")))
		if ok {
			err = do(k)
		}
		if err != nil {
			h.refuse(k, err)
		}
	})
}

type kioskCall struct {
	*http.Request
	w http.ResponseWriter
	p *frame.Page
	m machine.Machine
	d *kiosked
}

func (h *hallMachines) show(k *kioskCall, name, title string) error {
	k.p.Name, k.p.Title, k.p.Data = name, k.p.Say(title), k.d
	if k.d.About != nil {
		k.p.Title = k.d.About.Item.Name
	}
	h.pages.WritePart(k.w, k.p, "screen")
	return nil
}

// refuse says why, in words for whoever stands there: what a program needs to
// know is in the log.
func (h *hallMachines) refuse(k *kioskCall, err error) {
	code := refusal.CodeOf(err)
	text := k.p.Say("kiosk_failed")
	switch code {
	case account.NotTrusted:
		text = k.p.Say("no_kiosk")
	case refusal.NotFound:
		text = k.p.Say("none_found")
	case refusal.TooLarge, refusal.Unavailable:
		text = k.p.Say("kiosk_busy")
	case "":
		h.Log.Error("answer a kiosk", "path", k.URL.Path, "err", err)
	}
	k.p.Trouble = &frame.Trouble{Code: string(code), Text: text, Detail: text}
	h.show(k, "kiosk_refused", "kiosk")
}

func (h *hallMachines) start(k *kioskCall) error {
	k.d.Home = true
	return h.show(k, "kiosk", "kiosk")
}

func (h *hallMachines) wish(k *kioskCall) error {
	r := &room{Config: h.Config}
	k.d.Types = r.choices("")
	k.d.Priorities = pairs(k.p, queue.Reasons(), priorities, "")
	return h.show(k, "kiosk_take", "give_ticket")
}

// A machine gives so many tickets in so long, whoever plays with it.
const (
	mostGiven   = 30
	givenWithin = 10 * time.Minute
)

func (h *hallMachines) pass(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.Now()
	lately := slices.DeleteFunc(h.given[id], func(at time.Time) bool { return now.Sub(at) >= givenWithin || at.After(now) })
	if len(lately) >= mostGiven {
		h.given[id] = lately
		return false
	}
	h.given[id] = append(lately, now)
	return true
}

func (h *hallMachines) take(k *kioskCall) error {
	if err := k.ParseForm(); err != nil {
		return refusal.New(refusal.Malformed, "", "", err)
	}
	if !h.pass(k.m.ID) {
		return refusal.Newf(refusal.Unavailable, "", "", "%d tickets in %s", mostGiven, givenWithin)
	}
	v, err := h.Hall.Queue.Take(k.by(), hall.TakeForm{Type: k.PostForm.Get("type"), Item: item.Code(k.PostForm.Get("item")), Priority: queue.Reason(k.PostForm.Get("priority"))})
	if err != nil {
		return err
	}
	http.Redirect(k.w, k.Request, "/kiosk/ticket/"+v.Number, http.StatusSeeOther)
	return nil
}

// by is who acts at a kiosk: nobody of the center. A form that is sent twice has
// one effect.
func (k *kioskCall) by() hall.By {
	key := k.PostForm.Get("key")
	if key == "" || len(key) > 26 {
		return hall.By{}
	}
	return hall.By{Key: k.m.ID + "/" + key}
}

func (h *hallMachines) comes(k *kioskCall) error { return h.show(k, "kiosk_check_in", "check_in") }

// checkIn gives whoever booked their ticket.
func (h *hallMachines) checkIn(k *kioskCall) error {
	if err := k.ParseForm(); err != nil {
		return refusal.New(refusal.Malformed, "", "", err)
	}
	if !h.pass(k.m.ID) {
		return refusal.Newf(refusal.Unavailable, "", "", "%d tickets in %s", mostGiven, givenWithin)
	}
	k.d.Booking = bookingNumber(k.PostForm.Get("number"))
	v, err := h.Hall.Appointments.CheckInOwn(k.by(), k.d.Booking, k.PostForm.Get("code"))
	switch refusal.CodeOf(err) {
	case appointment.NotYours:
		k.d.Why = k.p.Say("kiosk_no_booking")
	case appointment.WrongState:
		k.d.Why = k.p.Say("kiosk_not_today")
	default:
		if err != nil {
			return err
		}
		http.Redirect(k.w, k.Request, "/kiosk/ticket/"+v.Number, http.StatusSeeOther)
		return nil
	}
	return h.show(k, "kiosk_check_in", "check_in")
}

func (h *hallMachines) ticket(k *kioskCall) error {
	v, err := h.Hall.Queue.Ticket(k.PathValue("number"))
	if err != nil {
		return err
	}
	k.d.Given = toldOf(k.p, v)
	return h.show(k, "kiosk_ticket", "given")
}

// backAfter is how long the printed page stands before the kiosk begins anew,
// in seconds: the printer's dialog is over by then.
const backAfter = "8"

func (h *hallMachines) print(k *kioskCall) error {
	doc, err := h.TicketPaper(k.PostFormValue("number"), desk.Printing{Lang: notice.Lang(k.p.Lang), Public: h.Public, Staff: k.m.Login})
	if err != nil {
		return err
	}
	k.w.Header().Set("Refresh", backAfter+"; url=/kiosk")
	return workbench.Print(k.w, notice.Roll, doc)
}

func (h *hallMachines) search(k *kioskCall) error {
	k.d.Shelf = h.Shelf.See(k.Context(), k.p, k.URL.Query(), "/kiosk/guide", "/kiosk/guide/")
	k.p.Query = k.d.Shelf.Asked()
	return h.show(k, "kiosk_guide", "guides")
}

func (h *hallMachines) item(k *kioskCall) error {
	it, on, err := h.find(item.Code(k.PathValue("code")))
	if err != nil {
		return err
	}
	about, err := h.about().Explain(k.p, it, on, guidance.Answers(k.URL.Query()), "")
	if err != nil {
		return err
	}
	k.d.About = &about
	return h.show(k, "kiosk_item", "guides")
}

// --- started by whoever works here ---

// startMachine makes this browser a machine of the hall. Whoever did so is
// signed out here: nobody stays behind who could be taken for them.
func (r *room) startMachine(c *workbench.Call) error {
	if err := c.Who.MayWork(account.GiveNumbers); err != nil {
		return err
	}
	kind := machine.Kind(c.PostForm.Get("kind"))
	m, err := r.Machines.Start(c.W, kind, c.Who.Login)
	if err != nil {
		return err
	}
	if err := r.Sessions.SignOut(c.Context()); err != nil && refusal.CodeOf(err) != account.SignedOut {
		return errors.Join(err, r.Machines.End(m.ID))
	}
	if kind == machine.Kiosk {
		return c.Go("/kiosk", "")
	}
	return c.Go("/work/hall/display", "")
}

func (r *room) endMachine(c *workbench.Call) error {
	if err := r.Machines.End(c.PostForm.Get("id")); err != nil {
		return err
	}
	return c.Go("/work/hall/kiosk", "machine_ended")
}

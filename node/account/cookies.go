package account

import "tongban/catalog/area"

// Cookies names the cookies of one center. A browser tells hosts apart, not
// ports: where several nodes answer on one machine, each finds its own by the
// center's code.
type Cookies struct {
	Center area.Center
	Secure bool // the pages are served over TLS alone: no other host may set them
}

// Name is the name of the cookie that keeps something.
func (c Cookies) Name(of string) string {
	name := "tongban-" + of + "-" + string(c.Center)
	if c.Secure {
		return "__Host-" + name
	}
	return name
}

package citizen

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"net/http"
	"strings"
	"unicode"

	"tongban/catalog/guide/symbol"
	"tongban/consensus/refusal"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/node/terms"
	"tongban/node/visitor"
)

// codes draws the codes of appointments, so that a form that is sent twice is
// answered with the same one: it is kept nowhere.
type codes struct{ secret []byte }

func newCodes(random io.Reader) codes {
	c := codes{make([]byte, 32)}
	if _, err := io.ReadFull(random, c.secret); err != nil {
		panic(err) // crypto/rand doesn't fail
	}
	return c
}

func (c codes) of(key string) (string, error) {
	m := hmac.New(sha256.New, c.secret)
	m.Write([]byte(key))
	return appointment.NewCode(bytes.NewReader(m.Sum(nil)))
}

func (s *public) openAppointments() {
	if !s.Appointments {
		s.open("GET /appointment", s.notHere)
		s.open("GET /appointment/{rest...}", s.notHere)
		return
	}
	s.open("GET /appointment", s.choose)
	s.open("GET /appointment/book", s.askBook)
	s.open("POST /appointment/book", s.book)
	s.open("GET /appointment/mine", s.askMine)
	s.open("GET /appointment/mine/{id}", s.askMine)
	s.open("POST /appointment/mine", s.mine)
	s.open("POST /appointment/cancel", s.cancel)
}

func (s *public) notHere(_ *http.Request, p *page) int {
	return closed(p, "appointment", "no_appointments", http.StatusNotFound)
}

// booking is the form, and what came of it.
type booking struct {
	wish
	Name  string // of the item
	Day   string
	Typed appointment.Person
	Why   string
	Again string // where another time is chosen
}

// booked is one appointment as whoever made it sees it.
type booked struct {
	hall.BookingView
	DayText, StateText, ItemName string
	Open                         bool
	Code                         string // as it was typed, or drawn; in groups
	New                          bool   // it was just made
	QR                           *symbol.Symbol
	Gone                         bool // it was just cancelled
}

// spaced is a code in groups, as one reads it aloud.
func spaced(code string) string {
	if len(code) != appointment.CodeDigits {
		return code
	}
	return code[:3] + " " + code[3:6] + " " + code[6:]
}

func (s *public) bookingOf(p *page, get func(string) string) *booking {
	w, it := s.wishOf(p, get)
	d := &booking{wish: w, Day: dayName(p, w.On), Again: w.Address("/appointment", "at", "", "entry", "")}
	if it != nil {
		d.Name = it.Name
	}
	p.Name, p.Title, p.Data, p.Key = "book", p.Say("book"), d, rand.Text()
	if w.Home {
		p.Title = p.Say("home_visit")
	}
	return d
}

func (s *public) askBook(r *http.Request, p *page) int {
	d := s.bookingOf(p, r.URL.Query().Get)
	kept(p, "item", string(d.Item), "type", d.Type, "on", string(d.On), "at", d.At, "entry", d.Entry)
	if d.Home {
		p.Query.Set("home", "1")
	} else if d.On == "" || d.At == "" {
		return s.choose(r, p)
	}
	return http.StatusOK
}

// telephone reports whether somebody can be called at that.
func telephone(text string) bool {
	n := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			n++
		case !strings.ContainsRune("+-() ", r):
			return false
		}
	}
	return n >= 7 && n <= 15
}

// book takes a booking in. Nobody checks who books: the page says so.
func (s *public) book(r *http.Request, p *page) int {
	if err := r.ParseForm(); err != nil {
		return closed(p, "book", "too_long", http.StatusRequestEntityTooLarge)
	}
	typed := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	d := s.bookingOf(p, r.PostForm.Get)
	if key := r.PostForm.Get("key"); len(key) == len(p.Key) {
		p.Key = key
	}
	d.Typed = appointment.Person{Name: typed("name"), Telephone: typed("telephone")}
	if d.Home {
		d.Typed.Address, d.Typed.Matter, d.On, d.At = typed("address"), typed("matter"), "", ""
	}
	again := func(word string, status int) int {
		d.Why = p.Say(word)
		return status
	}
	switch {
	case !telephone(d.Typed.Telephone):
		return again("bad_telephone", http.StatusUnprocessableEntity)
	case d.Typed.Check(d.Home) != nil:
		return again("bad_booking", http.StatusUnprocessableEntity)
	}
	if from, now := visitor.Asker(r), s.Now(); !s.books.Pass(from, now) || !s.taken.Pass("", now) {
		return again("too_many_books", http.StatusTooManyRequests)
	}
	code, err := s.draws.of(p.Key)
	var secret appointment.Secret
	if err == nil {
		secret, err = appointment.NewSecret(rand.Reader, code)
	}
	var b appointment.Booking
	if err == nil {
		b, err = s.Hall.Book(hall.By{Key: "net/" + p.Key}, hall.BookForm{
			Day: d.On, Time: d.At, Type: d.Type, Entry: d.Entry, Item: d.Item, Home: d.Home, Channel: appointment.Net, Who: d.Typed, Secret: secret,
		})
	}
	if err != nil {
		word, status := s.refused(err)
		return again(word, status)
	}
	v, err := s.Hall.Own(b.ID, code)
	if err != nil { // the same form was sent before this node began anew: its code was shown then
		v, code = hall.BookingView{Booking: b}, ""
	}
	s.show(p, v, code)
	p.Data.(*booked).New, p.Title = true, p.Say("done")
	return http.StatusOK
}

// refused says why nothing was booked or cancelled, in a word of the pages.
func (s *public) refused(err error) (word string, status int) {
	switch refusal.CodeOf(err) {
	case appointment.SlotFull:
		return "slot_full", http.StatusConflict
	case appointment.NoSlot:
		return "no_slot", http.StatusConflict
	case appointment.Twice:
		return "booked_twice", http.StatusConflict
	case appointment.WrongState:
		return "over", http.StatusConflict
	case appointment.BadBooking, refusal.Malformed, refusal.TooLarge:
		return "bad_booking", http.StatusUnprocessableEntity
	case refusal.Conflict:
		return "sent_before", http.StatusConflict
	case refusal.Unavailable, refusal.Fenced, refusal.DiskFull:
		return "try_later", http.StatusServiceUnavailable
	}
	s.Log.Error("keep an appointment", "err", err)
	return "try_later", http.StatusInternalServerError
}

// show fills the page of one appointment.
func (s *public) show(p *page, v hall.BookingView, code string) {
	d := &booked{BookingView: v, DayText: dayName(p, v.Day), Open: v.State == appointment.Booked && !v.Missed, Code: spaced(code)}
	d.StateText = p.Either(terms.BookingStates[v.State], string(v.State))
	if v.Missed {
		d.StateText = p.Say("missed")
	}
	if it, _, ok := s.find(v.Item); ok {
		d.ItemName = it.Name
	}
	text := v.ID
	if s.Public != "" {
		text = s.Public + "/appointment/mine/" + v.ID
	}
	d.QR = symbol.QR(text)
	p.Name, p.Title, p.Data = "booked", p.Say("your_appointment"), d
}

// Hours is when the appointment is; "" where no time is set.
func (d *booked) Hours() string {
	if d.Span == (timetable.Span{}) {
		return ""
	}
	return d.Span.String()
}

// looking is the form that asks for an appointment.
type looking struct{ Number, Why string }

// maxNumber is how long the number of an appointment is at most.
const maxNumber = 40

func (s *public) looking(p *page, number string) *looking {
	d := &looking{Number: strings.ToUpper(typed(number))}
	if len(d.Number) > maxNumber {
		d.Number = ""
	}
	p.Name, p.Title, p.Data = "mine", p.Say("my_appointment"), d
	return d
}

func (s *public) askMine(r *http.Request, p *page) int {
	s.looking(p, r.PathValue("id"))
	return http.StatusOK
}

// own lets whoever has number and code do something with an appointment. Both
// are in the body, and never in an address.
func (s *public) own(r *http.Request, p *page, do func(id, code string) (hall.BookingView, error)) (status int, ok bool) {
	d := s.looking(p, r.PostFormValue("number"))
	code, now, from := typed(r.PostFormValue("code")), s.Now(), visitor.Asker(r)
	of := "appointment " + d.Number
	gates := []struct {
		*visitor.Gate
		key string
	}{{s.guess, from}, {s.tries, of + " " + from}, {s.total, of}}
	for _, g := range gates {
		if !g.Pass(g.key, now) {
			d.Why = p.Say("too_many_tries")
			return http.StatusTooManyRequests, false
		}
	}
	v, err := do(d.Number, code)
	if refusal.CodeOf(err) == appointment.NotYours {
		d.Why = p.Say("no_such")
		return http.StatusNotFound, false
	}
	if err != nil {
		word, status := s.refused(err)
		d.Why = p.Say(word)
		return status, false
	}
	for _, g := range gates {
		g.Forgive(g.key)
	}
	s.show(p, v, code)
	return http.StatusOK, true
}

func (s *public) mine(r *http.Request, p *page) int {
	status, _ := s.own(r, p, s.Hall.Own)
	return status
}

func (s *public) cancel(r *http.Request, p *page) int {
	status, ok := s.own(r, p, func(id, code string) (hall.BookingView, error) {
		return s.Hall.CancelOwn(id, code, "")
	})
	if ok {
		p.Data.(*booked).Gone = true
	}
	return status
}

package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/roster"
	"tongban/intake/hall/timetable"
)

// Doing is the body of a change in the hall: who acts, and the form.
type Doing[F any] struct {
	hall.By
	Form F `json:"form"`
}

func (s *Server) registerHall(api huma.API) {
	s.registerStaff(api)
	s.registerWindows(api)
	s.registerQueue(api)
	s.registerAppointments(api)
	s.registerTimetable(api)
	s.registerBooks(api)
	route(s, api, op("hall-verify", http.MethodPost, "/v1/hall/verify", "verify the hall's own logs from their first record", "hall"),
		func(ctx context.Context, _ *none) (Verified, error) {
			started := time.Now()
			n, err := s.node.Hall.Verify(ctx)
			if err != nil {
				return verified(started, n, err), nil
			}
			return verified(started, n), nil
		})
}

// --- the roster ---

// RosterView is who works at the center, at which windows, and who covers for
// whom.
type RosterView struct {
	Staff   []roster.Member `json:"staff"`
	Covers  []roster.Cover  `json:"covers"`
	Windows []roster.Window `json:"windows"`
}

// ImportForm is a roster file.
type ImportForm struct {
	File string `json:"file" maxLength:"1048576" doc:"the content of a CSV file"`
	Dry  bool   `json:"dry,omitempty" doc:"only check it"`
}

// RosterFile is the roster as a CSV file.
type RosterFile struct {
	File string `json:"file"`
}

// StaffPath names a member of staff.
type StaffPath struct {
	Number string `path:"number" maxLength:"80" doc:"staff number, or a name that only one bears"`
}

// StaffForm is what is said of a member of staff; what is left out stays.
type StaffForm struct {
	Name       *string       `json:"name,omitempty" maxLength:"60"`
	Department *string       `json:"department,omitempty" maxLength:"60"`
	Post       *string       `json:"post,omitempty" maxLength:"60"`
	Body       *string       `json:"body,omitempty" maxLength:"18" doc:"unified social credit code of the body that employs them"`
	Phone      *string       `json:"phone,omitempty" maxLength:"60" doc:"of the office, for the plate of the window"`
	Window     *string       `json:"window,omitempty" maxLength:"10"`
	From       *workday.Date `json:"from,omitempty"`
	To         *workday.Date `json:"to,omitempty"`
}

func (f StaffForm) edit(m *roster.Member) {
	set(&m.Name, f.Name)
	set(&m.Department, f.Department)
	set(&m.Post, f.Post)
	set(&m.Body, f.Body)
	set(&m.Phone, f.Phone)
	set(&m.Window, f.Window)
	set(&m.From, f.From)
	set(&m.To, f.To)
}

func set[T ~string](to *T, given *T) {
	if given != nil {
		*to = T(strings.TrimSpace(string(*given)))
	}
}

// NewStaff is a new member of staff.
type NewStaff struct {
	Number string `json:"number,omitempty" maxLength:"30" doc:"default: the next one"`
	StaffForm
}

func (s *Server) registerStaff(api huma.API) {
	route(s, api, op("staff", http.MethodGet, "/v1/hall/staff", "list who works at this center", "hall"),
		func(context.Context, *none) (RosterView, error) {
			r := s.node.Hall.Staff.Roster()
			v := RosterView{Staff: r.Staff(), Covers: r.Covers(), Windows: r.Windows()}
			if v.Covers == nil {
				v.Covers = []roster.Cover{}
			}
			return v, nil
		})
	route(s, api, op("staff-add", http.MethodPost, "/v1/hall/staff", "add a member of staff", "hall"),
		func(_ context.Context, in *struct{ Body Doing[NewStaff] }) (roster.Member, error) {
			m := roster.Member{Number: in.Body.Form.Number}
			in.Body.Form.edit(&m)
			return s.node.Hall.Staff.Add(in.Body.By, m)
		})
	route(s, api, op("staff-edit", http.MethodPut, "/v1/hall/staff/{number}", "change a member of staff", "hall"),
		func(_ context.Context, in *struct {
			StaffPath
			Body Doing[StaffForm]
		}) (roster.Member, error) {
			return s.node.Hall.Staff.Edit(in.Body.By, in.Number, in.Body.Form, in.Body.Form.edit)
		})
	route(s, api, op("staff-cover", http.MethodPost, "/v1/hall/covers", "name a B clerk for somebody's post", "hall"),
		func(_ context.Context, in *struct{ Body Doing[roster.Cover] }) (roster.Cover, error) {
			return s.node.Hall.Staff.Cover(in.Body.By, in.Body.Form)
		})
	route(s, api, op("staff-import", http.MethodPost, "/v1/hall/staff/import", "take a roster file in, whole or not at all", "hall"), s.importStaff)
	route(s, api, op("staff-export", http.MethodGet, "/v1/hall/staff/export", "give the roster out as a file", "hall"),
		func(context.Context, *none) (RosterFile, error) {
			var b bytes.Buffer
			err := s.node.Hall.Staff.Export(&b)
			return RosterFile{b.String()}, err
		})
}

func (s *Server) importStaff(_ context.Context, in *struct{ Body Doing[ImportForm] }) (hall.Imported, error) {
	done, problems, err := s.node.Hall.Staff.Import(in.Body.By, []byte(in.Body.Form.File), in.Body.Form.Dry)
	if err != nil || len(problems) == 0 {
		return done, err
	}
	p := problem(http.StatusUnprocessableEntity, string(roster.BadEntry), "名册没有导入 (the roster was not taken in)", "改正下列各处后重新导入 (mend what is listed, then import it again)")
	for _, one := range problems {
		p.Details = append(p.Details, one.String())
	}
	return done, p
}

// WindowPath names a window, or a queue ticket.
type WindowPath struct {
	Number string `path:"number" maxLength:"10"`
}

// WindowForm is what is said of a window.
type WindowForm struct {
	Name  string   `json:"name,omitempty" maxLength:"60"`
	Types []string `json:"types,omitempty" maxItems:"20" doc:"names of the rule window_types; none: it takes all"`
}

// OpeningForm opens or closes a window.
type OpeningForm struct {
	Open bool   `json:"open"`
	Note string `json:"note,omitempty" maxLength:"60" doc:"why it is closed"`
}

func (s *Server) registerWindows(api huma.API) {
	route(s, api, op("windows", http.MethodGet, "/v1/hall/windows", "list the windows of the hall", "hall"),
		func(context.Context, *none) ([]roster.Window, error) {
			return s.node.Hall.Staff.Roster().Windows(), nil
		})
	route(s, api, op("window-set", http.MethodPut, "/v1/hall/windows/{number}", "set a window", "hall"),
		func(_ context.Context, in *struct {
			WindowPath
			Body Doing[WindowForm]
		}) (roster.Window, error) {
			f := in.Body.Form
			return s.node.Hall.Staff.SetWindow(in.Body.By, roster.Window{Number: in.Number, Name: f.Name, Types: f.Types})
		})
	route(s, api, op("window-open", http.MethodPost, "/v1/hall/windows/{number}/open", "open or close a window", "hall"),
		func(_ context.Context, in *struct {
			WindowPath
			Body Doing[OpeningForm]
		}) (roster.Window, error) {
			return s.node.Hall.Staff.OpenWindow(in.Body.By, in.Number, in.Body.Form.Open, in.Body.Form.Note)
		})
}

// --- the queue ---

// CallForm calls the next to a window.
type CallForm struct {
	Window string `json:"window,omitempty" maxLength:"10" doc:"default: that of the member of staff"`
}

// DayPath chooses a day.
type DayPath struct {
	Day workday.Date `query:"day" maxLength:"10" doc:"YYYY-MM-DD; default: today"`
}

func (d DayPath) check() error {
	if d.Day != "" && !d.Day.Valid() {
		return refusal.Newf(refusal.Malformed, "", "write it as 2026-01-01", "%q is no day", d.Day)
	}
	return nil
}

func (s *Server) registerQueue(api huma.API) {
	route(s, api, op("queue", http.MethodGet, "/v1/hall/queue", "list the queue tickets of a day", "hall"),
		func(_ context.Context, in *struct {
			DayPath
			Type   string        `query:"type" maxLength:"50"`
			Window string        `query:"window" maxLength:"10"`
			State  []queue.State `query:"state" maxItems:"6"`
		}) ([]queue.Ticket, error) {
			if err := in.check(); err != nil {
				return nil, err
			}
			return s.node.Hall.Queue.List(in.Day, queue.Filter{Type: in.Type, Window: in.Window, States: in.State})
		})
	route(s, api, op("queue-ticket", http.MethodGet, "/v1/hall/queue/tickets/{number}", "show a queue ticket of today", "hall"),
		func(_ context.Context, in *WindowPath) (hall.TicketView, error) {
			return s.node.Hall.Queue.Ticket(in.Number)
		})
	route(s, api, op("queue-stats", http.MethodGet, "/v1/hall/queue/stats", "count a day of the queue", "hall"),
		func(_ context.Context, in *DayPath) (queue.Stats, error) {
			if err := in.check(); err != nil {
				return queue.Stats{}, err
			}
			return s.node.Hall.Queue.Stats(in.Day)
		})
	route(s, api, op("queue-take", http.MethodPost, "/v1/hall/queue/take", "take a queue ticket", "hall"),
		func(_ context.Context, in *struct{ Body Doing[hall.TakeForm] }) (hall.TicketView, error) {
			return s.node.Hall.Queue.Take(in.Body.By, in.Body.Form)
		})
	route(s, api, op("queue-call", http.MethodPost, "/v1/hall/queue/call", "call the next to a window", "hall"),
		func(_ context.Context, in *struct{ Body Doing[CallForm] }) (hall.TicketView, error) {
			return s.node.Hall.Queue.Call(in.Body.By, in.Body.Form.Window)
		})
	for _, one := range []struct {
		act  hall.Act
		does string
	}{
		{hall.Recall, "call a queue ticket once more"}, {hall.Skip, "skip whoever does not answer"},
		{hall.Transfer, "move a queue ticket to another type of window"}, {hall.Start, "begin to serve"},
		{hall.Finish, "end the service"}, {hall.Leave, "close the queue ticket of somebody who left"},
	} {
		route(s, api, op("queue-"+string(one.act), http.MethodPost, "/v1/hall/queue/"+string(one.act), one.does, "hall"),
			func(_ context.Context, in *struct{ Body Doing[hall.TicketForm] }) (hall.TicketView, error) {
				return s.node.Hall.Queue.Do(in.Body.By, one.act, in.Body.Form)
			})
	}
}

// --- appointments ---

// HallPath names an appointment, an entry of the timetable or of a register.
type HallPath struct {
	ID string `path:"id" maxLength:"30"`
}

// CheckInForm says whether who came has priority.
type CheckInForm struct {
	Priority queue.Reason `json:"priority,omitempty" enum:"elderly,disabled,military,pregnant,infant"`
}

// CheckedIn is an appointment whose holder is there, and the queue ticket.
type CheckedIn struct {
	Appointment appointment.Booking `json:"appointment"`
	Ticket      *hall.TicketView    `json:"ticket,omitempty"` // nil: a home visit
}

// BookForm is what is booked, and whether whoever books is given a code.
type BookForm struct {
	hall.BookForm
	WithCode bool `json:"with_code,omitempty" doc:"draw the code with which whoever booked sees the booking again, and cancels it, without anybody of the center"`
}

// Booked is what was booked.
type Booked struct {
	appointment.Booking
	Code string `json:"code,omitempty" doc:"told this once; absent where none was asked for, and where the same request told it before"`
}

// CodeForm is the code of whoever booked.
type CodeForm struct {
	Code string `json:"code" minLength:"1" maxLength:"40"`
}

// CancelForm cancels an appointment.
type CancelForm struct {
	Why  string `json:"why,omitempty" maxLength:"500"`
	Code string `json:"code,omitempty" maxLength:"40" doc:"of whoever booked: a wrong one cancels nothing"`
}

// book books, with a code where one is asked for. What is sent twice is booked
// once, and its code is the first one: the second is told of no code.
func (s *Server) book(by hall.By, form BookForm) (out Booked, err error) {
	all, code := s.node.Hall.Appointments, ""
	if form.WithCode {
		if code, err = appointment.NewCode(rand.Reader); err != nil {
			return out, err
		}
		if form.Secret, err = appointment.NewSecret(rand.Reader, code); err != nil {
			return out, err
		}
	}
	if out.Booking, err = all.Book(by, form.BookForm); err != nil || code == "" {
		return out, err
	}
	if _, err := all.Own(out.ID, code); err == nil {
		out.Code = code
	}
	return out, nil
}

func (s *Server) cancelBooking(by hall.By, id string, form CancelForm) (appointment.Booking, error) {
	if form.Code != "" {
		if _, err := s.node.Hall.Appointments.Own(id, form.Code); err != nil {
			return appointment.Booking{}, err
		}
	}
	return s.node.Hall.Appointments.Cancel(by, id, form.Why)
}

func (s *Server) registerAppointments(api huma.API) {
	route(s, api, op("appointment-slots", http.MethodGet, "/v1/hall/slots", "list what may be booked on a day", "hall"),
		func(_ context.Context, in *struct {
			DayPath
			Type string `query:"type" maxLength:"50"`
		}) ([]timetable.Slot, error) {
			if err := in.check(); err != nil {
				return nil, err
			}
			return s.node.Hall.Appointments.Slots(s.dayOr(in.Day), in.Type)
		})
	route(s, api, op("appointments", http.MethodGet, "/v1/hall/appointments", "list the appointments of a day, names masked", "hall"),
		func(_ context.Context, in *struct {
			DayPath
			Unplanned bool `query:"unplanned" doc:"the home visits that no day is set for"`
		}) ([]hall.BookingView, error) {
			if err := in.check(); err != nil {
				return nil, err
			}
			if in.Unplanned {
				return s.node.Hall.Appointments.List("")
			}
			return s.node.Hall.Appointments.List(s.dayOr(in.Day))
		})
	route(s, api, op("appointment-book", http.MethodPost, "/v1/hall/appointments", "book a slot, or ask for a home visit", "hall"),
		func(_ context.Context, in *struct{ Body Doing[BookForm] }) (Booked, error) {
			return s.book(in.Body.By, in.Body.Form)
		})
	route(s, api, op("appointment", http.MethodGet, "/v1/hall/appointments/{id}", "show an appointment, names masked", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Unmasking
		}) (hall.BookingView, error) {
			return s.node.Hall.Appointments.Show(hall.By{Staff: in.Staff}, in.ID, in.Unmask)
		})
	route(s, api, op("appointment-own", http.MethodPost, "/v1/hall/appointments/{id}/own", "show an appointment to whoever has its code", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body CodeForm
		}) (hall.BookingView, error) {
			return s.node.Hall.Appointments.Own(in.ID, in.Body.Code)
		})
	route(s, api, op("appointment-cancel", http.MethodPost, "/v1/hall/appointments/{id}/cancel", "cancel an appointment", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[CancelForm]
		}) (appointment.Booking, error) {
			return s.cancelBooking(in.Body.By, in.ID, in.Body.Form)
		})
	route(s, api, op("appointment-assign", http.MethodPost, "/v1/hall/appointments/{id}/assign", "schedule a home visit to members of staff", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[hall.AssignForm]
		}) (appointment.Booking, error) {
			return s.node.Hall.Appointments.Assign(in.Body.By, in.ID, in.Body.Form)
		})
	route(s, api, op("appointment-check-in", http.MethodPost, "/v1/hall/appointments/{id}/check-in", "give whoever came with an appointment a queue ticket", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[CheckInForm]
		}) (CheckedIn, error) {
			b, ticket, err := s.node.Hall.Appointments.CheckIn(in.Body.By, in.ID, in.Body.Form.Priority)
			return CheckedIn{b, ticket}, err
		})
}

// Unmasking asks for what is personal in the clear.
type Unmasking struct {
	Unmask bool   `query:"unmask" doc:"in the clear; it is recorded who asked"`
	Staff  string `query:"staff" maxLength:"60" doc:"who asks"`
}

func (s *Server) dayOr(day workday.Date) workday.Date {
	if day == "" {
		return s.today()
	}
	return day
}

// --- the timetable ---

// TimetableView is the entries of a day, or all of them.
type TimetableView struct {
	Entries     []timetable.Entry `json:"entries"`
	Provisional bool              `json:"provisional,omitempty"` // the calendar of that year is not published
}

// TimetableForm is a new entry.
type TimetableForm struct {
	Kind     timetable.Kind `json:"kind" enum:"hours,extended,station,mobile"`
	Place    string         `json:"place,omitempty" maxLength:"200"`
	Days     []string       `json:"days,omitempty" maxItems:"9" doc:"workdays, restdays, mon to sun"`
	Dates    []workday.Date `json:"dates,omitempty" maxItems:"100"`
	Except   []workday.Date `json:"except,omitempty" maxItems:"100"`
	Hours    []string       `json:"hours" minItems:"1" maxItems:"10" doc:"such as 09:00-11:30"`
	Types    []string       `json:"types,omitempty" maxItems:"20"`
	Items    []item.Code    `json:"items,omitempty" maxItems:"100"`
	Staff    []string       `json:"staff,omitempty" maxItems:"100"`
	From     workday.Date   `json:"from,omitempty"`
	To       workday.Date   `json:"to,omitempty"`
	Minutes  int            `json:"slot_minutes,omitempty" minimum:"0" maximum:"480"`
	Capacity int            `json:"capacity,omitempty" minimum:"0" maximum:"200"`
	Note     string         `json:"note,omitempty" maxLength:"200"`
}

func (f TimetableForm) entry() (timetable.Entry, error) {
	e := timetable.Entry{
		Kind: f.Kind, Place: f.Place, Days: f.Days, Dates: f.Dates, Except: f.Except, Types: f.Types, Items: f.Items,
		Staff: f.Staff, From: f.From, To: f.To, Minutes: f.Minutes, Capacity: f.Capacity, Note: f.Note,
	}
	for _, h := range f.Hours {
		var span timetable.Span
		if err := span.UnmarshalText([]byte(h)); err != nil {
			return e, refusal.New(timetable.BadEntry, "", "such as 09:00-11:30", err)
		}
		e.Hours = append(e.Hours, span)
	}
	return e, nil
}

func (s *Server) registerTimetable(api huma.API) {
	route(s, api, op("timetable", http.MethodGet, "/v1/hall/timetable", "list when and where the center serves", "hall"),
		func(_ context.Context, in *DayPath) (v TimetableView, err error) {
			if in.Day == "" {
				v.Entries = s.node.Hall.Timetable.Entries()
			} else {
				v.Entries, v.Provisional = s.node.Hall.Timetable.On(in.Day)
			}
			if v.Entries == nil {
				v.Entries = []timetable.Entry{}
			}
			return v, in.check()
		})
	route(s, api, op("timetable-add", http.MethodPost, "/v1/hall/timetable", "add to the timetable", "hall"),
		func(_ context.Context, in *struct{ Body Doing[TimetableForm] }) (timetable.Entry, error) {
			e, err := in.Body.Form.entry()
			if err != nil {
				return e, err
			}
			return s.node.Hall.Timetable.Add(in.Body.By, e)
		})
	route(s, api, op("timetable-remove", http.MethodPost, "/v1/hall/timetable/{id}/remove", "remove from the timetable", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[struct{}]
		}) (Done, error) {
			return Done{true}, s.node.Hall.Timetable.Remove(in.Body.By, in.ID)
		})
}

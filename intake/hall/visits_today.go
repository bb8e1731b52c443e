package hall

import (
	"slices"
	"strings"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall/queue"
)

// NoVisit: nobody came on that day with such a queue ticket.
const NoVisit refusal.Code = "no_visit"

// Visit is the visit that a queue ticket of a day names, or an appointment that
// was kept on it: by the number (A012) or by the visit as the ticket bears it.
// Anything else is refused with NoVisit, so that no two visits are taken for
// one, and none for two, by a slip of the pen.
func (h *Hall) Visit(given string, day workday.Date) (string, error) {
	const op = "find the visit"
	s, err := h.Queue.sheet(day)
	if err != nil {
		return "", err
	}
	s.mu.RLock()
	tickets := s.day.Tickets(queue.Filter{})
	s.mu.RUnlock()
	named := func(number, visit string) bool {
		return visit != "" && (strings.EqualFold(number, given) || strings.EqualFold(visit, given))
	}
	if i := slices.IndexFunc(tickets, func(t queue.Ticket) bool { return named(t.Number, t.Visit) }); i >= 0 {
		return tickets[i].Visit, nil
	}
	booked, err := h.Appointments.of(day)
	if err != nil {
		return "", err
	}
	for _, b := range booked.all {
		if named(b.ID, b.Visit) {
			return b.Visit, nil
		}
	}
	if len(tickets) == 0 {
		return "", refusal.Newf(NoVisit, op, "leave it out: the visit is named by its first case, which the next case can name",
			"no queue ticket was given out here on %s", day)
	}
	return "", refusal.Newf(NoVisit, op, "'tongban queue list' shows those of today; without a ticket leave it out, or name the first case of the visit",
		"%.40q is no queue ticket of this hall of %s", given, day)
}

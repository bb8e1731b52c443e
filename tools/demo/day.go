package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/timetable"
	"tongban/intake/rating"
	"tongban/node/api"
)

// lampNames are the lamps in the order in which they matter.
var lampNames = []struct {
	lamp    clock.Lamp
	chinese string
}{{clock.Red, "红灯"}, {clock.Yellow, "黄灯"}, {clock.Paused, "暂停计时"}, {clock.Green, "期限内"}}

// day gives the centers the middle of a working day: what is in hand, who
// waits, what people thought of it. It goes through the doors that the centers
// themselves use, and all of it is invented.
func (c *city) day(ctx context.Context) error {
	c.heading("寻常的一天：在办、排队、评价、登记", "An ordinary day: cases in hand, a queue, ratings, registers")
	if err := c.atOnce(ctx, []area.Center{wujiang, tongli, lili, yejian}, c.fly); err != nil {
		return err
	}
	if err := c.onTheirWay(ctx); err != nil {
		return err
	}
	if err := c.atOnce(ctx, towns, c.townDay); err != nil {
		return err
	}
	for _, center := range []area.Center{wujiang, tongli, lili, yejian} {
		lamps, err := c.lamps(ctx, center)
		if err != nil {
			return err
		}
		c.tell(center, "在办件按原来的日子带入：%s", "cases in flight, brought along with their real days", lamps)
	}
	return c.tellDay(ctx)
}

// atOnce does the same at several centers.
func (c *city) atOnce(ctx context.Context, centers []area.Center, do func(context.Context, area.Center) error) error {
	var all sync.WaitGroup
	errs := make([]error, len(centers))
	for i, center := range centers {
		all.Go(func() { errs[i] = do(ctx, center) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// townDay is what goes on in a town's hall.
func (c *city) townDay(ctx context.Context, town area.Center) error {
	for _, part := range []func(context.Context, area.Center) error{c.covered, c.queued, c.rated, c.noted, c.booked} {
		if err := part(ctx, town); err != nil {
			return err
		}
	}
	return nil
}

// window is who sits at a center's first window.
const window = "演示窗口"

// queued is the queue: two were served, one is, one is called, the others wait.
func (c *city) queued(ctx context.Context, town area.Center) error {
	take := []hall.TakeForm{{Type: "综合"}, {Type: "综合"}, {Type: "综合"}, {Type: "综合"}, {Type: "综合"}, {Type: "综合", Priority: queue.Elderly}, {Type: "出件窗口"}}
	for _, form := range take[:4] {
		if err := c.do(ctx, town, "/v1/hall/queue/take", "", form, nil); err != nil {
			return err
		}
	}
	call, start, done := "/v1/hall/queue/call", "/v1/hall/queue/start", "/v1/hall/queue/done"
	for _, path := range []string{call, start, done, call, start, done, call, start} {
		if err := c.do(ctx, town, path, window, struct{}{}, nil); err != nil {
			return err
		}
	}
	if err := c.do(ctx, town, call, staff(town).Staff, struct{}{}, nil); err != nil {
		return err
	}
	for _, form := range take[4:] {
		if err := c.do(ctx, town, "/v1/hall/queue/take", "", form, nil); err != nil {
			return err
		}
	}
	return nil
}

// rated is what was thought of the two visits and, at Tongli, of two cases: one
// of them badly, which is to be put right.
func (c *city) rated(ctx context.Context, town area.Center) error {
	var tickets []queue.Ticket
	if err := c.at(town).Do(ctx, http.MethodGet, "/v1/hall/queue?state=done", nil, nil, &tickets); err != nil {
		return err
	}
	var given []api.GivenAtCounter
	for i, t := range tickets {
		given = append(given, api.GivenAtCounter{Visit: t.Number, Grade: 1 + i%2, Channel: rating.Tablet})
	}
	ended, err := c.ended(ctx, town)
	if err != nil {
		return err
	}
	for i, id := range ended {
		one := api.GivenAtCounter{Case: id, Grade: 1, Channel: rating.QR}
		if i == 0 {
			one = api.GivenAtCounter{Case: id, Grade: 4, Channel: rating.Phone, Words: "等得太久，材料说了两遍才清楚。（演示）", Name: "虚构丙六", Telephone: "19900000015"}
		}
		given = append(given, one)
	}
	for _, one := range given {
		one.Staff = window
		if err := c.at(town).Do(ctx, http.MethodPost, "/v1/ratings", nil, one, nil); err != nil {
			return fmt.Errorf("%s: rate: %w", town, err)
		}
	}
	return nil
}

// ended are the cases that a center brought along and has concluded.
func (c *city) ended(ctx context.Context, center area.Center) (ids []casefile.ID, err error) {
	work, err := c.at(center).Cases(ctx, desk.Opened, "", 0, 200)
	for _, one := range work.Cases {
		if v, err := c.at(center).Case(ctx, one.ID); err != nil {
			return nil, err
		} else if one.Phase == casefile.PhaseConcluded && v.State.Filing.Former != "" {
			ids = append(ids, one.ID)
		}
	}
	return ids, err
}

// noted is what came by telephone and at the window.
func (c *city) noted(ctx context.Context, town area.Center) error {
	tomorrow := inDays(c.calendar, workday.DateOf(now()), 1)
	for _, form := range []hall.NoteForm{
		{Kind: book.Complaint, Channel: appointment.Phone, About: "排队时间长（演示）", Promised: tomorrow, Said: book.Words{Name: "虚构庚一", Telephone: "19900000021", Text: "等了一上午才叫到号。"}},
		{Kind: book.Consultation, Channel: appointment.Window, Item: c.items["D02"].Ref.Code, About: "问签注居住证要带什么（演示）", Said: book.Words{Name: "虚构庚二", Telephone: "19900000022"}},
	} {
		if err := c.do(ctx, town, "/v1/hall/notes", window, form, nil); err != nil {
			return err
		}
	}
	return nil
}

// booked is what is arranged for the next working days.
func (c *city) booked(ctx context.Context, town area.Center) error {
	today := workday.DateOf(now())
	err := c.do(ctx, town, "/v1/hall/timetable", head, api.TimetableForm{
		Kind: timetable.Hours, Days: []string{"workdays"}, Hours: []string{"09:00-11:30", "13:30-17:00"}, Types: []string{"综合"}, Minutes: 30, Capacity: 2, Note: "演示",
	}, nil)
	if err != nil {
		return err
	}
	for _, form := range []hall.BookForm{
		{Day: inDays(c.calendar, today, 1), Time: "09:30", Type: "综合", Item: c.items["D20"].Ref.Code, Channel: appointment.Phone, Who: appointment.Person{Name: "虚构辛一", Telephone: "19900000031"}},
		{Day: inDays(c.calendar, today, 1), Time: "14:00", Type: "综合", Channel: appointment.Window, Who: appointment.Person{Name: "虚构辛二", Telephone: "19900000032"}},
		{Day: inDays(c.calendar, today, 2), Home: true, Time: "10:00", Channel: appointment.Phone, Who: appointment.Person{Name: "虚构辛三", Telephone: "19900000033", Address: "虚构路 3 号", Matter: "行动不便，上门办高龄津贴（演示）"}},
	} {
		if err := c.do(ctx, town, "/v1/hall/appointments", window, form, nil); err != nil {
			return err
		}
	}
	return nil
}

// tellDay tells the hall of Tongli by what its node answers.
func (c *city) tellDay(ctx context.Context) error {
	n := c.at(tongli)
	var q queue.Stats
	var given rating.List
	var notes api.NoteList
	for path, into := range map[string]any{"/v1/hall/queue/stats": &q, "/v1/ratings": &given, "/v1/hall/notes": &notes} {
		if err := n.Do(ctx, http.MethodGet, path, nil, nil, into); err != nil {
			return err
		}
	}
	bad := 0
	for _, one := range given.Ratings {
		if one.Bad {
			bad++
		}
	}
	c.tell(tongli, "今天取号 %d 个，%s 由 B 岗 %s 顶岗", "queue tickets, and a B clerk at window 3", q.Total.Taken, away, staff(tongli).Staff)
	c.tell(tongli, "评价 %d 条，其中差评 %d 条待整改；咨询、投诉 %d 条；预约 3 个", "ratings, a bad one to be put right; notes; appointments", len(given.Ratings), bad, len(notes.Notes))
	return nil
}

package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/node/onboard"
)

// flight is a case that a center brought along from before its first day, and
// what was done with it since.
type flight struct {
	record, name string
	subject      area.Center // "": the center itself
	answers      string      // as its table says them
	due          int         // working days from today by which it is due, never 0: the last one gone by is -1
	received     bool        // not accepted yet: what is due is the one-time notice
	step         string      // at which it stands; "": the first after the acceptance
	then         []deed
}

// deed is what a center did with a case, and how many working days ago.
type deed struct {
	action desk.Action
	form   any
	ago    int
}

// What was done with cases that were brought along.
var (
	sentOn = []deed{{desk.HandOver, desk.HandOverForm{}, 0}}
	ended  = []deed{{desk.Decide, desk.DecideForm{}, 0}, {desk.HandOut, desk.DeliverForm{}, 0}, {desk.Conclude, api.NoteForm{}, 0}}
)

// decided is a grant some working days ago whose result nobody has collected yet.
func decided(ago int) []deed { return []deed{{desk.Decide, desk.DecideForm{}, ago}} }

// flights are the cases that the centers bring along. The limits are those of
// the items; only how far each case is in them is told here.
func flights(today workday.Date) map[area.Center][]flight {
	posted := []deed{{desk.Suspend, desk.SuspendForm{Until: today.Add(7)}, 0}}
	inspected := []deed{{desk.Suspend, desk.SuspendForm{Step: new(-1), Ground: casefile.Inspection, Until: today.Add(6), Note: "已约申请人到现场（演示）"}, 0}}
	return map[area.Center][]flight{
		wujiang: {
			{record: "D11", name: "虚构甲一", due: -2, step: "决定"},
			{record: "D29", name: "虚构甲二", due: 1},
			{record: "D11", name: "虚构甲三", due: 9},
			{record: "D11", name: "虚构甲四", due: 12, then: inspected},
			{record: "D43", name: "虚构甲五", due: 6},
			{record: "D44", name: "虚构甲六", due: 14},
			{record: "D45", name: "虚构甲七", due: 5, then: decided(2)},
			{record: "D47", name: "虚构甲八", due: 1, received: true},
			{record: "D46", name: "虚构甲九", due: 7, then: ended},
		},
		tongli: {
			{record: "D02", name: "虚构乙一", subject: yejian, answers: "filer=self", due: -2, step: "决定"},
			{record: "D10", name: "虚构乙二", subject: beilian, due: -1},
			{record: "D04", name: "虚构乙三", due: 1, step: "决定"},
			{record: "D25", name: "虚构乙四", subject: yejian, due: 3},
			{record: "D04", name: "虚构乙五", due: 11},
			{record: "D20", name: "虚构乙六", subject: beilian, due: 8},
			{record: "D25", name: "虚构乙七", due: 5},
			{record: "D12", name: "虚构乙八", subject: beilian, answers: "applicant=person", due: 9, step: "项目公示", then: posted},
			{record: "D20", name: "虚构乙九", due: 6, then: inspected},
			{record: "D10", name: "虚构丙一", subject: yejian, due: 1, received: true},
			{record: "D25", name: "虚构丙二", due: 4, received: true},
			{record: "D20", name: "虚构丙三", subject: yejian, due: 1, step: "审批", then: sentOn},
			{record: "D10", name: "虚构丙四", due: 3, then: decided(0)},
			{record: "D10", name: "虚构丙五", due: -5, then: decided(5)},
			{record: "D25", name: "虚构丙六", subject: beilian, due: 2, then: ended},
			{record: "D04", name: "虚构丙七", due: 6, step: "决定", then: ended},
		},
		lili: {
			{record: "D02", name: "虚构丁一", subject: chengsi, answers: "filer=self", due: -1, step: "审查"},
			{record: "D10", name: "虚构丁二", due: 1},
			{record: "D25", name: "虚构丁三", subject: fenhuwan, due: 6},
			{record: "D04", name: "虚构丁四", due: 13, step: "决定"},
			{record: "D12", name: "虚构丁五", subject: chengsi, answers: "applicant=person", due: 7, step: "项目公示", then: posted},
			{record: "D20", name: "虚构丁六", due: 3, step: "审批", then: sentOn},
			{record: "D10", name: "虚构丁七", subject: fenhuwan, due: 2, then: decided(1)},
		},
		yejian: {
			{record: "D14", name: "虚构戊一", due: -1},
			{record: "D14", name: "虚构戊二", due: 1},
			{record: "D14", name: "虚构戊三", due: 8, then: inspected},
			{record: "D14", name: "虚构戊四", due: 10},
		},
	}
}

// noticeDays is the rule that the demo's city has for the one-time notice.
const noticeDays = 5

// days are when a case was received and accepted, so that it is due when it is
// told to be, on whatever day today is. Both lie before today: no limit is as
// short as what is left of it.
func (f flight) days(cal workday.Calendar, today workday.Date, it *item.Item) (received, accepted workday.Date, err error) {
	limit := it.Promise
	if limit.Days() == 0 {
		limit = it.Legal
	}
	if f.received {
		limit = item.Limit{Tenths: noticeDays * 10, Unit: item.WorkingDays}
	}
	if limit.Unit != item.WorkingDays || limit.Days() <= f.due || f.due == 0 {
		return "", "", fmt.Errorf("%s: no case of it is due in %d days under a limit of %s", f.record, f.due, limit)
	}
	began := back(cal, inDays(cal, today, f.due), limit.Days())
	if f.received {
		return began, "", nil
	}
	return back(cal, began, 1), began, nil
}

// inDays is the working day that many working days from a day: never the day
// itself, which may be none.
func inDays(cal workday.Calendar, today workday.Date, n int) workday.Date {
	if n < 0 {
		return back(cal, today, -n)
	}
	day, _ := cal.AddWorkingDays(today, n)
	return day
}

// back is the working day that many working days before a day.
func back(cal workday.Calendar, day workday.Date, n int) workday.Date {
	for n > 0 {
		day = day.Add(-1)
		if works, _ := cal.IsWorkday(day); works {
			n--
		}
	}
	return day
}

// fly brings a center's cases along, and does with them what was done since.
func (c *city) fly(ctx context.Context, center area.Center) error {
	today := workday.DateOf(now())
	all := flights(today)[center]
	var rows [][]string
	for i, f := range all {
		it := c.items[f.record]
		received, accepted, err := f.days(c.calendar, today, &it)
		if err != nil {
			return err
		}
		subject := f.subject
		if subject == "" {
			subject = center
		}
		row := []string{
			fmt.Sprintf("演示旧〔%d〕%03d", received.Year(), i+1), string(it.Ref.Code), f.name, "1990000" + fmt.Sprintf("%04d", i+1), string(subject.Area()),
			string(received) + " 14:20", "", "全部=已核验原件", f.answers, "", "",
		}
		if accepted != "" {
			row[6] = string(accepted) + " 09:40"
		}
		if f.step != "" {
			row[9], row[10] = f.step, string(accepted)+" 16:10"
		}
		rows = append(rows, row)
	}
	table, err := c.bring(ctx, center, staff(center).Staff, onboard.Cases, []string{
		"former", "item", "name", "telephone", "subject", "received", "accepted", "papers", "answers", "step", "stepped",
	}, rows)
	if err != nil {
		return err
	}
	for i, row := range table.Rows {
		for _, d := range all[i].then {
			if err := c.did(ctx, center, row.Case, d); err != nil {
				return fmt.Errorf("%s of %s (%s) at %s: %w", d.action, row.Case, all[i].name, center, err)
			}
		}
	}
	return nil
}

// did does with a case what a center did: today, or at four in the afternoon of
// an earlier day.
func (c *city) did(ctx context.Context, center area.Center, id casefile.ID, d deed) error {
	by := staff(center)
	if d.ago > 0 {
		by.At = back(c.calendar, workday.DateOf(now()), d.ago).Start().Add(16 * time.Hour)
	}
	_, err := c.at(center).Act(ctx, by, id, d.action, d.form)
	return err
}

// onTheirWay are two cases of today on behalf of whom an agent acts: the
// villages have handed them over, the town has not taken them over yet.
func (c *city) onTheirWay(ctx context.Context) error {
	for _, one := range []struct {
		village area.Center
		name    string
	}{{yejian, "虚构己一"}, {beilian, "虚构己二"}} {
		done, err := c.at(one.village).OpenCase(ctx, staff(one.village), desk.OpenForm{
			Item: c.items["D23"].Ref.Code, Answers: situations["D23"], Subject: one.village.Area(), Agency: true,
			Applicant: person(one.name, ""), Papers: c.laid("D23"),
		})
		if err != nil {
			return err
		}
		if err := c.did(ctx, one.village, done.State.ID, sentOn[0]); err != nil {
			return err
		}
	}
	return nil
}

// lamps tells what colours a center's cases have.
func (c *city) lamps(ctx context.Context, center area.Center) (string, error) {
	work, err := c.at(center).Cases(ctx, desk.Mine, "", 0, 1)
	if err != nil {
		return "", err
	}
	var all []string
	for _, one := range lampNames {
		all = append(all, fmt.Sprintf("%s %d", one.chinese, work.Lamps[one.lamp]))
	}
	return strings.Join(all, "，"), nil
}

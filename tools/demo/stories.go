package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// Applicants are invented; the numbers lie in a range that no area has.
func person(name, resident string) applicant.Applicant {
	return applicant.Applicant{Person: applicant.Person{Name: name, ResidentID: resident, Telephone: "13800000000"}}
}

// situations are what the applicants answer to the items' questions (办理情形).
var situations = map[string]item.Answers{"D01": {"filer": {"self"}}, "D12": {"applicant": {"person"}}, "D23": {"traits": {"none"}}}

// laid is what the applicant brings: everything that the item asks for in the
// applicant's situation, but the missing.
func (c *city) laid(record string, missing ...string) []desk.Paper {
	var papers []desk.Paper
	it := c.items[record]
	asked, _ := condition.Select(&it, situations[record]) // wrong answers are refused at the counter
	for _, m := range asked.Materials {
		state := casefile.OriginalSeen
		if m.Copies > 0 {
			state = casefile.Copy
		}
		for _, id := range missing {
			if id == m.ID {
				state = casefile.Missing
			}
		}
		papers = append(papers, desk.Paper{ID: m.ID, State: state, Content: []byte("示例扫描件：" + m.Name)})
	}
	return papers
}

// immediate is story 1: settled at a village counter while the citizen waits.
func (c *city) immediate(ctx context.Context) error {
	it := c.items["D26"]
	c.heading("一、村里即办："+it.Name, "1. An immediate case at a village counter (D26)")
	today := string(workday.DateOf(now()))
	for _, v := range villages {
		result, err := c.at(wujiang).GrantPower(ctx, clerk, register.Power{
			Center: v, Item: it.Ref.Code, Level: area.Town, From: today,
			Document: "演示授权书〔演〕1号（虚构）",
		})
		if err = errors.Join(err, result.Err("grant a power")); err != nil {
			return err
		}
	}
	if err := c.level(ctx); err != nil {
		return err
	}
	c.tell(wujiang, "授权四个村办理%s，自 %s 起", "grants four villages a dated power", it.Name, today)
	village := c.at(yejian)
	done, err := village.OpenCase(ctx, staff(yejian), desk.OpenForm{
		Item: it.Ref.Code, Subject: yejian.Area(), Applicant: person("演示甲", ""), Accept: true,
	})
	if err != nil {
		return err
	}
	w := c.opened(yejian, it, done)
	done, err = village.Act(ctx, staff(yejian), w.id, desk.Settle, desk.SettleForm{Conclude: true})
	if err != nil {
		return err
	}
	c.tell(yejian, "当场受理、决定、出件、办结，共 %d 个事件", "accepted, decided, handed out, concluded on the spot", done.State.Head.Index)
	return w.copied(ctx, tongli, wujiang)
}

// residence is story 2: one notice, and the way up and back.
func (c *city) residence(ctx context.Context) error {
	it := c.items["D01"]
	c.heading("二、一次告知，村→镇→区→村："+it.Name, "2. One notice, then village, town, district and back (D01)")
	village := c.at(yejian)
	done, err := village.OpenCase(ctx, staff(yejian), desk.OpenForm{
		Item: it.Ref.Code, Answers: situations["D01"], Subject: yejian.Area(), Agency: true,
		Applicant: person("演示乙", ""), Papers: c.laid("D01", "photo", "proof"),
	})
	if err != nil {
		return err
	}
	w := c.opened(yejian, it, done)
	if done, err = village.Act(ctx, staff(yejian), w.id, desk.Notice, desk.NoticeForm{}); err != nil {
		return err
	}
	var lacks []string
	for _, id := range done.State.Notice.Missing {
		m, _ := it.Material(id)
		lacks = append(lacks, m.Name)
	}
	c.tell(yejian, "一次性告知，缺 %d 件：%s", "one notice names everything missing", len(lacks), strings.Join(lacks, "；"))
	if _, err = village.Act(ctx, staff(yejian), w.id, desk.Notice, desk.NoticeForm{}); err == nil {
		return fmt.Errorf("a second notice was written")
	}
	c.tell(yejian, "再次告知被拒绝：%v", "a second notice is refused", err)
	if _, err = village.Act(ctx, staff(yejian), w.id, desk.Supplement, desk.ReceiveForm{Papers: c.laid("D01")}); err != nil {
		return err
	}
	c.tell(yejian, "申请人补正", "the applicant supplements")
	if err := w.until(ctx); err != nil {
		return err
	}
	return w.routed(ctx, yejian, tongli, wujiang, yejian)
}

// crossArea is story 3: applied for in another town, decided at home.
func (c *city) crossArea(ctx context.Context) error {
	it := c.items["D23"]
	c.heading("三、异地收件，属地决定："+it.Name, "3. Received in another town's village, decided in the home chain (D23)")
	done, err := c.at(chengsi).OpenCase(ctx, staff(chengsi), desk.OpenForm{
		Item: it.Ref.Code, Answers: situations["D23"], Subject: yejian.Area(), Deliver: fenhuwan,
		Applicant: person("演示丙", ""), Papers: c.laid("D23"),
	})
	if err != nil {
		return err
	}
	w := c.opened(chengsi, it, done)
	c.tell(chengsi, "户籍地 %s 有权，申请人要在 %s 领取", "home decides; to be collected elsewhere", c.short(yejian), c.short(fenhuwan))
	if err := w.until(ctx); err != nil {
		return err
	}
	return w.routed(ctx, chengsi, tongli, wujiang, fenhuwan)
}

// agency is story 4: the town dies during the public posting.
func (c *city) agency(ctx context.Context) error {
	it := c.items["D12"]
	c.heading("四、村代办，镇节点公示期间断电："+it.Name, "4. Village agency; the town's node dies in mid-route (D12)")
	done, err := c.at(beilian).OpenCase(ctx, staff(beilian), desk.OpenForm{
		Item: it.Ref.Code, Answers: situations["D12"], Subject: beilian.Area(), Agency: true,
		Applicant: person("演示丁", ""), Papers: c.laid("D12"),
	})
	if err != nil {
		return err
	}
	w := c.opened(beilian, it, done)
	if err := w.until(ctx, desk.Resume); err != nil {
		return err
	}
	before, err := w.state(ctx)
	if err != nil {
		return err
	}
	c.at(tongli).Kill()
	c.tell(tongli, "断电（kill -9），办件停在第 %d 个事件", "the town's node is killed, without a warning", before.Head.Index)
	other, err := c.at(beilian).OpenCase(ctx, staff(beilian), desk.OpenForm{
		Item: c.items["D26"].Ref.Code, Subject: beilian.Area(), Applicant: person("演示戊", ""), Accept: true,
	})
	if err != nil {
		return fmt.Errorf("the village without its town: %w", err)
	}
	if _, err := c.at(beilian).Act(ctx, staff(beilian), other.State.ID, desk.Settle, desk.SettleForm{Conclude: true}); err != nil {
		return fmt.Errorf("the village without its town: %w", err)
	}
	c.tell(beilian, "镇里断了，村里照常办结 %s", "the village works on without its town", other.State.ID)
	if err := c.startAgain(ctx, tongli); err != nil {
		return err
	}
	after, err := w.state(ctx)
	if err != nil {
		return err
	}
	if after.Head != before.Head {
		return fmt.Errorf("after the restart %s stands at %d, before at %d", w.id, after.Head.Index, before.Head.Index)
	}
	c.tell(tongli, "重新启动，仍是第 %d 个事件，无丢失、无重复", "starts again: nothing lost, nothing doubled", after.Head.Index)
	if err := w.until(ctx); err != nil {
		return err
	}
	village := &walker{c, other.State.ID, beilian}
	if err := village.copied(ctx, tongli, wujiang); err != nil {
		return err
	}
	return w.routed(ctx, beilian, tongli, wujiang, beilian)
}

// newVersion is story 5: the rules change while a case is open.
func (c *city) newVersion(ctx context.Context) error {
	it := c.items["D04"]
	c.heading("五、办理途中事项改版："+it.Name, "5. A new version is published while a case is open (D04)")
	done, err := c.at(lili).OpenCase(ctx, staff(lili), desk.OpenForm{
		Item: it.Ref.Code, Subject: lili.Area(), Applicant: person("演示己", ""), Papers: c.laid("D04"), Accept: true,
	})
	if err != nil {
		return err
	}
	w := c.opened(lili, it, done)
	for _, warning := range done.Warnings {
		c.tell(lili, "提示：%s", "the check warns", warning.Text)
	}
	newer := withCondition(it, "登记满 12 个月")
	if err := c.publish(ctx, "登记期限由 6 个月改为 12 个月（演示）", newer); err != nil {
		return err
	}
	c.tell(wujiang, "发布第 2 版：登记满 6 个月改为 12 个月", "publishes version 2: six months become twelve")
	fresh, err := c.at(lili).OpenCase(ctx, staff(lili), desk.OpenForm{
		Item: it.Ref.Code, Subject: lili.Area(), Applicant: person("演示庚", ""), Papers: c.laid("D04"), Accept: true,
	})
	if err != nil {
		return err
	}
	c.tell(lili, "新件 %s 适用第 %d 版", "a new case is under the new version", fresh.State.ID, fresh.State.Item.Version)
	if err := w.until(ctx); err != nil {
		return err
	}
	s, err := w.state(ctx)
	if err != nil {
		return err
	}
	if s.Item.Version != 1 || fresh.State.Item.Version != 2 {
		return fmt.Errorf("the open case is under version %d, the new one under %d", s.Item.Version, fresh.State.Item.Version)
	}
	c.tell(w.at, "在途件 %s 自始至终适用第 %d 版", "the open case keeps its version", w.id, s.Item.Version)
	return w.routed(ctx, lili)
}

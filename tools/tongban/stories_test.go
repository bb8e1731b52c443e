package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cucumber/godog"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/node/api"
)

// TestStories tells the stories of testdata/stories, in Chinese as an office
// manager would read them, on real nodes by the command line alone. They share
// one city and one clock, which only goes forward.
func TestStories(t *testing.T) {
	city := newStoryCity(t)
	items, err := storyItems()
	if err != nil {
		t.Fatal(err)
	}
	suite := godog.TestSuite{
		Name: "stories",
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			s := &story{city: city, items: items, named: map[string]casefile.ID{}, kept: map[string]string{}}
			s.sentences(sc)
			sc.After(func(ctx context.Context, _ *godog.Scenario, err error) (context.Context, error) {
				return ctx, s.lineUp()
			})
		},
		Options: &godog.Options{Format: "progress", Paths: []string{"testdata/stories"}, Strict: true, TestingT: t},
	}
	if suite.Run() != 0 {
		t.Fatal("not every story came out as it is told")
	}
}

// storyItems are the starter's items by name and by record.
func storyItems() (map[string]*item.Item, error) {
	all, err := starter.Items()
	if err != nil {
		return nil, err
	}
	items := map[string]*item.Item{}
	for i := range all {
		items[all[i].Name], items[all[i].Record] = &all[i], &all[i]
	}
	return items, nil
}

// story is one scenario under way.
type story struct {
	city  *storyCity
	items map[string]*item.Item
	named map[string]casefile.ID

	id   casefile.ID // the case of which the story tells
	head uint64      // how far its log is known to reach
	said string      // what the last command printed
	cut  []area.Center
	kept map[string]string // what was taken out of an answer
}

func (s *story) sentences(sc *godog.ScenarioContext) {
	for pattern, step := range map[string]any{
		// time and lines
		`^今天是(\d{4})年(\d{1,2})月(\d{1,2})日$`: s.onDay,
		`^过了(\d+)个工作日$`:                     s.workdaysPass,
		`^过了(\d+)天$`:                        s.daysPass,
		`^过了(\d+)(小时|分钟)$`:                  s.hoursPass,
		`^(\S+?)(断网|停机)$`:                   s.lineDown,
		`^(\S+?)(恢复|开机)$`:                   s.lineBack,
		`^各中心都知道了$`:                         func() error { return s.city.level("320509000000") },
		`^把(\S+)改一个字节$`:                     s.flips,
		`^(\S+?)执行"([^"]+)"不成立$`:            s.doesNotHold,
		`^把该件记作"([^"]+)"$`:                  s.names,
		`^把输出里的"([^"]+)"记作"([^"]+)"$`:       s.keeps,
		`^回到"([^"]+)"$`:                     s.turnsTo,
		// what is so
		`^该件的状态是"([^"]+)"$`:                           s.phaseIs,
		`^该件的结果是"([^"]+)"$`:                           s.outcomeIs,
		`^该件在(\S+)手里$`:                                s.heldBy,
		`^下一步是"([^"]+)"，由(\S+?)办理$`:                   s.nextIs,
		`^"([^"]+)"到期日是(\d{4})年(\d{1,2})月(\d{1,2})日$`: s.dueOn,
		`^"([^"]+)"还剩(-?\d+)天$`:                       s.leftIs,
		`^没有"([^"]+)"$`:                               s.noClock,
		`^"([^"]+)"停着$`:                               s.paused,
		`^该件亮(绿|黄|红)灯$`:                               s.lampIs,
		`^提醒里有(\S+)$`:                                 s.warned,
		`^提醒里没有(\S+)$`:                                s.notWarned,
		`^(\S+?)看到该件的状态是"([^"]+)"$`:                   s.phaseSeenAt,
		`^打印"([^"]+)"，上面写着"([^"]+)"$`:                 s.prints,
		`^打印"([^"]+)"，上面没有"([^"]+)"$`:                 s.printsNot,
		`^(?:输出|屏幕上)(?:里)?有"([^"]+)"$`:                s.shows,
		`^(?:输出|屏幕上)(?:里)?没有"([^"]+)"$`:               s.showsNot,
		`^办件记录里有(\S+)$`:                               s.logHas,
		`^办件记录里没有(\S+)$`:                              s.logLacks,
		`^(\S+?)等到"([^"]+)"的输出有"([^"]+)"$`:            s.until,
		`^该件从头验证成立$`:                                  s.verifies,
	} {
		sc.Step(pattern, step)
	}
	// What is said at length follows in a table, after a colon.
	sc.Step(`^"([^"]+)"在(\S+?)申请"([^"]+)"$`, func(who, place, name string) error { return s.applies(who, place, name, nil) })
	sc.Step(`^"([^"]+)"在(\S+?)申请"([^"]+)"：$`, s.applies)
	sc.Step(`^"([^"]+)"在(\S+?)申请"([^"]+)"被拒绝，原因是(\w+)$`, func(who, place, name, code string) error { return s.appliesInVain(who, place, name, code, nil) })
	sc.Step(`^"([^"]+)"在(\S+?)申请"([^"]+)"被拒绝，原因是(\w+)：$`, s.appliesInVain)
	sc.Step(`^(\S+?)办理"([^"]+)"$`, func(place, verb string) error { return s.acts(place, verb, nil) })
	sc.Step(`^(\S+?)办理"([^"]+)"：$`, s.acts)
	sc.Step(`^(\S+?)办理"([^"]+)"被拒绝，原因是(\w+)$`, func(place, verb, code string) error { return s.actsInVain(place, verb, code, nil) })
	sc.Step(`^(\S+?)办理"([^"]+)"被拒绝，原因是(\w+)：$`, s.actsInVain)
	sc.Step(`^有一张表"([^"]+)"：$`, s.table)
	sc.Step(`^该件改为(\S+)$`, func(value string) error { s.id, s.head = casefile.ID(s.filled(value)), 0; return nil })
	sc.Step(`^(\S+?)执行"([^"]+)"$`, func(place, line string) error { return s.types(place, line, nil) })
	sc.Step(`^(\S+?)执行"([^"]+)"：$`, s.types)
	sc.Step(`^(\S+?)执行"([^"]+)"被拒绝，原因是(\w+)$`, func(place, line, code string) error { return s.typesInVain(place, line, code, nil) })
	sc.Step(`^(\S+?)执行"([^"]+)"被拒绝，原因是(\w+)：$`, s.typesInVain)
}

// --- time and lines ---

func (s *story) onDay(year, month, day int) error {
	at := time.Date(year, time.Month(month), day, 9, 0, 0, 0, china)
	if now := s.city.now(); at.Before(now) {
		if workday.DateOf(now) == workday.DateOf(at) {
			return nil
		}
		return fmt.Errorf("the clock only goes forward: it is %s", now.In(china).Format(time.DateTime))
	}
	s.city.set(at)
	return nil
}

func (s *story) workdaysPass(n int) error {
	now := s.city.now().In(china)
	day, provisional := s.city.calendar.AddWorkingDays(workday.DateOf(now), n)
	if provisional {
		return errors.New("the calendar ends")
	}
	at := day.Start()
	return s.onDay(at.Year(), int(at.Month()), at.Day())
}

func (s *story) daysPass(n int) error {
	s.city.set(s.city.now().AddDate(0, 0, n))
	return nil
}

func (s *story) hoursPass(n int, unit string) error {
	d := time.Hour
	if unit == "分钟" {
		d = time.Minute
	}
	s.city.set(s.city.now().Add(time.Duration(n) * d))
	return nil
}

func (s *story) place(name string) (area.Center, error) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "的窗口"), "中心")
	if c, ok := storyPlaces[name]; ok {
		return c, nil
	}
	return "", fmt.Errorf("no place %q in the stories", name)
}

func (s *story) lineDown(place, _ string) error {
	c, err := s.place(place)
	if err != nil {
		return err
	}
	s.city.halt(c)
	s.cut = append(s.cut, c)
	return nil
}

func (s *story) lineBack(place, _ string) error {
	c, err := s.place(place)
	if err != nil {
		return err
	}
	s.city.start(c)
	s.cut = slices.DeleteFunc(s.cut, func(one area.Center) bool { return one == c })
	return nil
}

// lineUp leaves the city whole for the next story.
func (s *story) lineUp() error {
	for _, c := range s.cut {
		s.city.start(c)
	}
	s.cut = nil
	return nil
}

// arrives waits until a center's copy of the case reaches what the story knows.
func (s *story) arrives(c area.Center) error {
	return s.city.waitFor(fmt.Sprintf("event %d of %s at %s", s.head, s.id, c), func() (bool, error) {
		v, err := s.seen(c)
		return err == nil && v.State.Head.Index >= s.head, err
	})
}

func (s *story) seen(c area.Center) (api.CaseView, error) {
	node, err := s.city.client(c)
	if err != nil {
		return api.CaseView{}, err
	}
	v, err := node.Case(context.Background(), s.id)
	if err == nil && v.State.Head.Index > s.head { // a request was recorded meanwhile
		s.head = v.State.Head.Index
	}
	return v, err
}

// view is the case as its custodian sees it.
func (s *story) view() (api.CaseView, error) {
	var at area.Center
	var best uint64
	for c := range s.city.nodes {
		if v, err := s.seen(c); err == nil && v.State.Head.Index >= best {
			best, at = v.State.Head.Index, v.State.Holder.Center
		}
	}
	if at == "" {
		return api.CaseView{}, fmt.Errorf("no node knows %s", s.id)
	}
	if err := s.arrives(at); err != nil {
		return api.CaseView{}, err
	}
	return s.seen(at)
}

// flips changes one byte in the middle of a file.
func (s *story) flips(file string) error {
	file = s.filled(file)
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	b[len(b)/2] ^= 1
	return os.WriteFile(file, b, 0o600)
}

func (s *story) doesNotHold(place, line string) error {
	c, args, err := s.typed(place, line, nil)
	if err != nil {
		return err
	}
	out, errs, code := s.city.run(c, append(args, "--json")...)
	if s.said = out + errs; code != exitInvalid {
		return fmt.Errorf("exit code %d: %s%s", code, out, errs)
	}
	return nil
}

func (s *story) names(name string) error { s.named[name] = s.id; return nil }

// keeps takes a value out of the last answer by its path, such as
// state.slips.0.slip.
func (s *story) keeps(path, name string) error {
	at, err := decoded[any](s.said)
	if err != nil {
		return err
	}
	for _, step := range strings.Split(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return fmt.Errorf("no %q in a list of %d: %.1000s", step, len(v), s.said)
			}
			if i < 0 {
				i += len(v)
			}
			at = v[i]
		}
	}
	if at == nil {
		return fmt.Errorf("nothing stands at %s: %.2000s", path, s.said)
	}
	s.kept[name] = fmt.Sprint(at)
	return nil
}

func (s *story) turnsTo(name string) error {
	id, ok := s.named[name]
	if !ok {
		return fmt.Errorf("no case is called %q", name)
	}
	s.id, s.head = id, 0
	return nil
}

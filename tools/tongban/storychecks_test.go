package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tongban/intake/clock"
)

// What the stories say is so.

func same(what string, got, want any) error {
	if got != want {
		return fmt.Errorf("%s是 %v，不是 %v", what, got, want)
	}
	return nil
}

func (s *story) phaseIs(want string) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	return same("状态", storyPhases[v.State.Phase], want)
}

func (s *story) outcomeIs(want string) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	return same("结果", storyOutcomes[v.Outcome], want)
}

func (s *story) phaseSeenAt(place, want string) error {
	c, err := s.place(place)
	if err != nil {
		return err
	}
	return s.city.waitFor(place+"看到"+want, func() (bool, error) {
		v, err := s.seen(c)
		if err != nil {
			return false, err
		}
		err = same("状态", storyPhases[v.State.Phase], want)
		return err == nil, err
	})
}

func (s *story) heldBy(place string) error {
	c, err := s.place(place)
	if err != nil {
		return err
	}
	v, err := s.view()
	if err != nil {
		return err
	}
	return same("保管中心", v.State.Holder.Center, c)
}

func (s *story) nextIs(verb, place string) error {
	c, err := s.place(place)
	if err != nil {
		return err
	}
	v, err := s.view()
	if err != nil {
		return err
	}
	want := strings.ReplaceAll(strings.TrimPrefix(storyVerbs[verb], "case "), "-", "_")
	return errors.Join(same("下一步", string(v.Next.Action), want), same("办理中心", v.Next.Center, c))
}

func (s *story) reading(name string) (clock.Reading, bool, error) {
	v, err := s.view()
	if err != nil {
		return clock.Reading{}, false, err
	}
	want, ok := storyClocks[name]
	if !ok {
		return clock.Reading{}, false, fmt.Errorf("no clock %q in the stories", name)
	}
	for _, r := range v.Readings {
		if r.Clock == want {
			return r, true, nil
		}
	}
	return clock.Reading{}, false, nil
}

func (s *story) running(name string) (clock.Reading, error) {
	r, ok, err := s.reading(name)
	if err == nil && !ok {
		err = fmt.Errorf("%s没有开始", name)
	}
	return r, err
}

func (s *story) dueOn(name string, year, month, day int) error {
	r, err := s.running(name)
	if err != nil {
		return err
	}
	return same(name+"到期日", string(r.Due), fmt.Sprintf("%04d-%02d-%02d", year, month, day))
}

func (s *story) leftIs(name string, days int) error {
	r, err := s.running(name)
	if err != nil {
		return err
	}
	return same(name+"剩余", r.LeftDays, days)
}

func (s *story) noClock(name string) error {
	if _, known := storyClocks[name]; !known {
		return s.showsNot(name)
	}
	_, ok, err := s.reading(name)
	if ok {
		return fmt.Errorf("%s在走", name)
	}
	return err
}

func (s *story) paused(name string) error {
	r, err := s.running(name)
	if err == nil && r.PausedBy == "" {
		err = fmt.Errorf("%s没有停：%+v", name, r)
	}
	return err
}

func (s *story) lampIs(color string) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	return same("灯", v.Lamp, map[string]clock.Lamp{"绿": clock.Green, "黄": clock.Yellow, "红": clock.Red}[color])
}

func (s *story) codes() ([]string, error) {
	v, err := s.view()
	var all []string
	for _, w := range v.Warnings {
		all = append(all, w.Code)
	}
	return all, err
}

func (s *story) warned(code string) error {
	all, err := s.codes()
	if err == nil && !slices.Contains(all, code) {
		err = fmt.Errorf("提醒是 %v", all)
	}
	return err
}

func (s *story) notWarned(code string) error {
	if s.warned(code) == nil {
		return fmt.Errorf("提醒里有 %s", code)
	}
	return nil
}

func (s *story) printed(kind string) (string, error) {
	word, ok := storyDocuments[kind]
	if !ok {
		return "", fmt.Errorf("no document %q in the stories", kind)
	}
	v, err := s.view()
	if err != nil {
		return "", err
	}
	out, errs, code := s.city.run(v.State.Holder.Center, "case", "print", string(s.id), word)
	if code != exitOK {
		return "", fmt.Errorf("print %s: exit code %d: %s", word, code, errs)
	}
	return out, nil
}

func (s *story) prints(kind, text string) error {
	out, err := s.printed(kind)
	if err == nil && !strings.Contains(out, s.filled(text)) {
		err = fmt.Errorf("%s上没有 %q：\n%s", kind, s.filled(text), out)
	}
	return err
}

func (s *story) printsNot(kind, text string) error {
	out, err := s.printed(kind)
	if err == nil && strings.Contains(out, s.filled(text)) {
		err = fmt.Errorf("%s上有 %q：\n%s", kind, s.filled(text), out)
	}
	return err
}

func (s *story) shows(text string) error {
	if !strings.Contains(s.said, s.filled(text)) {
		return fmt.Errorf("输出里没有 %q：\n%.3000s", s.filled(text), s.said)
	}
	return nil
}

func (s *story) showsNot(text string) error {
	if strings.Contains(s.said, s.filled(text)) {
		return fmt.Errorf("输出里有 %q：\n%.3000s", s.filled(text), s.said)
	}
	return nil
}

// until types a command again and again until its output has the words.
func (s *story) until(place, line, words string) error {
	return s.city.waitFor(words, func() (bool, error) {
		if err := s.types(place, line, nil); err != nil {
			return false, err
		}
		err := s.shows(words)
		return err == nil, err
	})
}

func (s *story) kinds() ([]string, error) {
	v, err := s.view()
	if err != nil {
		return nil, err
	}
	node, err := s.city.client(v.State.Holder.Center)
	if err != nil {
		return nil, err
	}
	events, err := node.CaseLog(context.Background(), s.id, 1, 1000)
	var all []string
	for _, e := range events {
		all = append(all, string(e.Kind))
	}
	return all, err
}

func (s *story) logHas(kind string) error {
	all, err := s.kinds()
	if err == nil && !slices.Contains(all, kind) {
		err = fmt.Errorf("办件记录是 %v", all)
	}
	return err
}

func (s *story) logLacks(kind string) error {
	all, err := s.kinds()
	if err == nil && slices.Contains(all, kind) {
		err = fmt.Errorf("办件记录是 %v", all)
	}
	return err
}

func (s *story) verifies() error {
	v, err := s.view()
	if err != nil {
		return err
	}
	return s.run(v.State.Holder.Center, "case", "verify", string(s.id))
}

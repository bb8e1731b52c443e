package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cucumber/godog"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/intake/desk"
)

// --- acting ---

// flagsOf reads a story's table of what is said: label and value, each a flag
// of the command.
func (s *story) flagsOf(t *godog.Table) ([]string, error) {
	var args []string
	if t == nil {
		return nil, nil
	}
	for _, row := range t.Rows {
		if len(row.Cells) != 2 {
			return nil, errors.New("a table has two columns: label and value")
		}
		label, value := strings.TrimSpace(row.Cells[0].Value), s.filled(strings.TrimSpace(row.Cells[1].Value))
		word, ok := storyWords[label]
		if !ok {
			return nil, fmt.Errorf("no story word %q", label)
		}
		if fixed, ok := strings.CutPrefix(word, "!"); ok { // the label says it all
			args = append(args, strings.Fields(fixed)...)
			continue
		}
		if c, ok := storyPlaces[value]; ok {
			value = string(c)
		}
		args = append(args, "--"+word, value)
	}
	return args, nil
}

// filled puts the story's case into what is typed.
func (s *story) filled(text string) string {
	text = strings.ReplaceAll(text, "{该件}", string(s.id))
	for name, id := range s.named {
		text = strings.ReplaceAll(text, "{"+name+"}", string(id))
	}
	for name, c := range storyPlaces {
		text = strings.ReplaceAll(text, "{"+name+"}", string(c))
	}
	for name, it := range s.items {
		text = strings.ReplaceAll(text, "{事项"+name+"}", string(it.Ref.Code))
	}
	for name, value := range s.kept {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	text = strings.ReplaceAll(text, "{目录}", s.city.dir)
	if strings.Contains(text, "{预约日}") { // a working day soon
		day, _ := s.city.calendar.AddWorkingDays(workday.DateOf(s.city.now()), 2)
		text = strings.ReplaceAll(text, "{预约日}", string(day))
	}
	text = strings.ReplaceAll(text, "{今天}", string(workday.DateOf(s.city.now())))
	return dayAfter.ReplaceAllStringFunc(text, func(m string) string {
		var n int
		fmt.Sscanf(dayAfter.FindStringSubmatch(m)[1], "%d", &n)
		return string(workday.DateOf(s.city.now()).Add(n))
	})
}

var dayAfter = regexp.MustCompile(`\{(\d+)天后\}`)

func (s *story) applying(who, place, name string, said *godog.Table) (area.Center, []string, error) {
	c, err := s.place(place)
	if err != nil {
		return "", nil, err
	}
	it, ok := s.items[name]
	if !ok {
		return "", nil, fmt.Errorf("no item %q in the starter catalogue", name)
	}
	more, err := s.flagsOf(said)
	return c, append([]string{"case", "open", string(it.Ref.Code), "--name", who}, more...), err
}

func (s *story) applies(who, place, name string, said *godog.Table) error {
	c, args, err := s.applying(who, place, name, said)
	if err != nil {
		return err
	}
	if err := s.run(c, args...); err != nil {
		return err
	}
	return s.took()
}

func (s *story) appliesInVain(who, place, name, code string, said *godog.Table) error {
	c, args, err := s.applying(who, place, name, said)
	if err != nil {
		return err
	}
	return s.refused(code, c, args...)
}

// table writes a table as a csv file into the folder of the city.
func (s *story) table(name string, said *godog.Table) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range said.Rows {
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, s.filled(strings.TrimSpace(c.Value)))
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return os.WriteFile(filepath.Join(s.city.dir, name), b.Bytes(), 0o644)
}

// took learns what an action did to which case.
func (s *story) took() error {
	done, err := decoded[desk.Done](s.said)
	if err != nil {
		return err
	}
	s.id, s.head = done.State.ID, done.State.Head.Index
	return nil
}

// run types a command at a center; it has to succeed.
func (s *story) run(c area.Center, args ...string) error {
	out, errs, code := s.city.run(c, append(args, "--json")...)
	s.said = out
	if code != exitOK {
		return fmt.Errorf("tongban %s: exit code %d: %s%s", strings.Join(args, " "), code, out, errs)
	}
	return nil
}

// refused types a command at a center; it has to be refused with a code.
func (s *story) refused(want string, c area.Center, args ...string) error {
	out, errs, code := s.city.run(c, append(args, "--json")...)
	if code == exitOK {
		return fmt.Errorf("tongban %s was not refused: %s", strings.Join(args, " "), out)
	}
	var told struct {
		Error struct{ Code, Message, Hint string } `json:"error"`
	}
	if err := json.Unmarshal([]byte(errs), &told); err != nil {
		return fmt.Errorf("tongban %s: exit code %d: %s", strings.Join(args, " "), code, errs)
	}
	s.said = errs
	if told.Error.Code != want {
		return fmt.Errorf("tongban %s was refused with %q, not %q: %s", strings.Join(args, " "), told.Error.Code, want, told.Error.Message)
	}
	return nil
}

// acting is a verb of the stories as a command on the story's case.
func (s *story) acting(place, verb string, said *godog.Table) (area.Center, []string, error) {
	c, err := s.place(place)
	if err != nil {
		return "", nil, err
	}
	command, ok := storyVerbs[verb]
	if !ok {
		return "", nil, fmt.Errorf("no story verb %q", verb)
	}
	more, err := s.flagsOf(said)
	if err != nil {
		return "", nil, err
	}
	if err := s.arrives(c); err != nil {
		return "", nil, err
	}
	return c, append(append(strings.Fields(command), string(s.id)), more...), nil
}

func (s *story) acts(place, verb string, said *godog.Table) error {
	c, args, err := s.acting(place, verb, said)
	if err != nil {
		return err
	}
	if args[1] == "take-over" { // its papers may still be on their way
		if err := s.city.waitFor("the papers", func() (bool, error) { err := s.run(c, args...); return err == nil, err }); err != nil {
			return err
		}
	} else if err := s.run(c, args...); err != nil {
		return err
	}
	if done, err := decoded[desk.Done](s.said); err == nil && done.State.ID == s.id {
		s.head = done.State.Head.Index
	}
	return nil
}

func (s *story) actsInVain(place, verb, code string, said *godog.Table) error {
	c, args, err := s.acting(place, verb, said)
	if err != nil {
		return err
	}
	return s.refused(code, c, args...)
}

func (s *story) types(place, line string, said *godog.Table) error {
	c, args, err := s.typed(place, line, said)
	if err != nil {
		return err
	}
	return s.run(c, args...)
}

func (s *story) typed(place, line string, said *godog.Table) (area.Center, []string, error) {
	c, err := s.place(place)
	if err != nil {
		return "", nil, err
	}
	more, err := s.flagsOf(said)
	return c, append(strings.Fields(s.filled(line)), more...), err
}

func (s *story) typesInVain(place, line, code string, said *godog.Table) error {
	c, args, err := s.typed(place, line, said)
	if err != nil {
		return err
	}
	return s.refused(code, c, args...)
}

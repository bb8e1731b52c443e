package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// examples are the command lines that a command's help shows, each as its
// words. What a line says to the shell (a comment, a pipe, a file read or
// written) is left out; a line that goes on is put together.
func examples(c *cobra.Command) (all [][]string, err error) {
	text := strings.ReplaceAll(c.Example, "\\\n", " ")
	for line := range strings.SplitSeq(text, "\n") {
		for part := range strings.SplitSeq(uncommented(line), "&&") {
			words, err := shellWords(part)
			if err != nil {
				return all, fmt.Errorf("%q: %w", line, err)
			}
			if len(words) > 0 {
				all = append(all, words)
			}
		}
	}
	return all, nil
}

func uncommented(line string) string {
	if i := strings.Index(line, " # "); i >= 0 {
		return line[:i]
	}
	return line
}

// inner is a command of which a shell puts in what it prints.
var inner = regexp.MustCompile(`\$\([^)]*\)`)

// shellWords splits a line as a shell would, up to what it redirects or pipes.
func shellWords(line string) (words []string, err error) {
	var word strings.Builder
	var quote rune
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for _, r := range inner.ReplaceAllString(line, "X") {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ' || r == '\t':
			end()
		case r == '|' || r == '<' || r == '>':
			if word.String() != "2" || r != '>' { // 2>, the errors
				end()
			}
			return words, nil
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	end()
	if quote != 0 {
		return words, fmt.Errorf("a quotation is not closed")
	}
	return words, nil
}

// leaves lists the commands that do something, by their path.
func leaves(root *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, sub := range root.Commands() {
		if sub.HasSubCommands() {
			all = append(all, leaves(sub)...)
			continue
		}
		all = append(all, sub)
	}
	return all
}

func helpRoot() *cobra.Command {
	return (&app{Main: Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Env: func(string) string { return "" }}}).root()
}

// Whoever copies an example out of the help must not be told that there is no
// such command, flag or number of arguments.
func TestHelpExamplesAreCommandLines(t *testing.T) {
	for _, c := range leaves(helpRoot()) {
		all, err := examples(c)
		if err != nil {
			t.Errorf("%s: %v", c.CommandPath(), err)
		}
		own := false
		for _, words := range all {
			root := helpRoot() // flags keep what they were given
			if words[0] != root.Name() {
				t.Errorf("%s: the example %q is no command line of this program", c.CommandPath(), words)
				continue
			}
			found, rest, err := root.Find(words[1:])
			if err != nil {
				t.Errorf("%s: %q: %v", c.CommandPath(), words, err)
				continue
			}
			own = own || found.CommandPath() == c.CommandPath()
			if err := parses(found, rest); err != nil {
				t.Errorf("%s: %q: %v", c.CommandPath(), words, err)
			}
		}
		if !own {
			t.Errorf("%s: no example shows it", c.CommandPath())
		}
	}
}

func parses(c *cobra.Command, rest []string) error {
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	if err := c.ValidateArgs(c.Flags().Args()); err != nil {
		return err
	}
	if err := c.ValidateRequiredFlags(); err != nil {
		return err
	}
	return c.ValidateFlagGroups()
}

// local are the commands that make, run or restore a node: their examples are
// not tried out.
var local = []string{"demo", "realm", "join", "run", "backup", "restore", "config"}

// What an example says is also sensible to the command itself: without a node
// it fails because there is none, and not because the command line can't be
// understood.
func TestHelpExamplesAreUnderstood(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range leaves(helpRoot()) {
		all, err := examples(c)
		if err != nil {
			t.Errorf("%s: %v", c.CommandPath(), err)
		}
		for _, words := range all {
			if line := strings.Join(words, " "); strings.Contains(line, " /") || strings.Contains(line, "…") || isLocal(words) {
				continue // a place of somebody else's, or a number cut short
			}
			var said strings.Builder
			m := Main{In: strings.NewReader("{}"), Out: io.Discard, Err: &said, Env: func(key string) string {
				return map[string]string{"TONGBAN_DIR": "no-such-node", "TONGBAN_API": "127.0.0.1:1", "TONGBAN_STAFF": "虚构甲"}[key]
			}}
			if code := m.Run(context.Background(), words[1:]); code == exitUsage {
				t.Errorf("%s: %q is not understood:\n%s", c.CommandPath(), words, said.String())
			}
		}
	}
}

func isLocal(words []string) bool {
	for _, name := range local {
		if len(words) > 1 && words[1] == name {
			return true
		}
	}
	return false
}

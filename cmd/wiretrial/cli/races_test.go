//go:build linux

package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/scenarios"
)

// racesVariable switches on the test that runs docs/races.md: it installs old releases and takes minutes.
const racesVariable = "WIRETRIAL_RACES"

// story is one race of docs/races.md: its heading, and the commands that show it.
type story struct {
	title    string
	text     string
	commands []shown
}

// shown is a command of the document and the lines of its output that the document quotes, in their order.
type shown struct {
	line string
	args []string
	want []string
}

// stories reads the document: "## N. Title" begins a story, "$ wiretrial ..." in a block of it a command, and the lines below that are quoted.
func stories(t *testing.T) []story {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "races.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []story
	for _, part := range regexp.MustCompile(`(?m)^## \d+\. `).Split(string(src), -1)[1:] {
		title, text, _ := strings.Cut(part, "\n")
		s := story{title: title, text: text}
		for _, block := range regexp.MustCompile("(?ms)^```console\n(.*?)^```").FindAllStringSubmatch(text, -1) {
			s.commands = append(s.commands, commandsOf(block[1])...)
		}
		out = append(out, s)
	}
	return out
}

func commandsOf(block string) []shown {
	var out []shown
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\n")
		if command, ok := strings.CutPrefix(line, "$ wiretrial "); ok {
			out = append(out, shown{line: command, args: words(command)})
			continue
		}
		if line = strings.Join(strings.Fields(line), " "); line != "" && line != "..." && len(out) > 0 {
			last := &out[len(out)-1]
			last.want = append(last.want, line)
		}
	}
	return out
}

// words splits a command as a shell would that knows single quotes only.
func words(command string) []string {
	var out []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			out = append(out, part)
		} else {
			out = append(out, strings.Fields(part)...)
		}
	}
	return out
}

// TestRacesAreWhole keeps the document in shape without running it: ten stories, each with its report, a scenario that exists, and a command
// that shows two releases or says that the race is open.
func TestRacesAreWhole(t *testing.T) {
	t.Parallel()
	cat, err := scenarios.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	all := stories(t)
	if len(all) != 10 {
		t.Errorf("the document tells %d stories, want 10", len(all))
	}
	for _, s := range all {
		if !strings.Contains(s.text, "](https://github.com/") {
			t.Errorf("%s: no link to its report", s.title)
		}
		if len(s.commands) == 0 {
			t.Errorf("%s: no command shows it", s.title)
		}
		for _, c := range s.commands {
			sdks := checkCommand(t, s, c, cat)
			if sdks < 2 && !strings.Contains(s.text, "open") {
				t.Errorf("%s: %s: it names %d releases, want two, or the word open", s.title, c.line, sdks)
			}
		}
	}
}

// checkCommand looks whether a command could be run, and counts the releases that it names.
func checkCommand(t *testing.T, s story, c shown, cat *scenarios.Catalogue) (sdks int) {
	t.Helper()
	var patterns []string
	for i := 1; i < len(c.args); i++ {
		switch arg := c.args[i]; {
		case arg == "--sdk":
			i++
			sdks++
			name, _, versioned := strings.Cut(c.args[i], "@")
			if _, err := adapters.Lookup(name); err != nil || !versioned {
				t.Errorf("%s: %s: %q names no release", s.title, c.line, c.args[i])
			}
		case arg == "--deviations":
			i++
		case !strings.HasPrefix(arg, "--"):
			patterns = append(patterns, arg)
		}
	}
	if _, err := cat.Select(patterns); err != nil || len(patterns) == 0 {
		t.Errorf("%s: %s: %v", s.title, c.line, err)
	}
	if !strings.Contains(s.text, "scenarios/"+regexp.MustCompile(`[\[@].*`).ReplaceAllString(patterns[0], "")) {
		t.Errorf("%s: no link to the scenario %s", s.title, patterns[0])
	}
	if c.args[0] != "run" || len(c.want) == 0 {
		t.Errorf("%s: %s: want a run and some of what it prints", s.title, c.line)
	}
	return sdks
}

// TestRaces runs every command of the document and compares what it prints with what is quoted. A release that the registry took away
// since is said and is no failure: there is nothing to compare any more.
func TestRaces(t *testing.T) {
	if os.Getenv(racesVariable) == "" {
		t.Skipf("the races install old releases and take minutes: set %s=1", racesVariable)
	}
	for _, s := range stories(t) {
		t.Run(s.title, func(t *testing.T) {
			for _, c := range s.commands {
				c.show(t)
			}
		})
	}
}

func (c shown) show(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Getenv(exeVariable), c.args...)
	cmd.Env = append(os.Environ(), "COLUMNS=160")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "exit 3: gone: ") {
		t.Logf("%s: a release is gone, so that this race cannot be shown any more\n%s", c.line, &out)
		return
	}
	flat := strings.Join(strings.Fields(out.String()), " ")
	rest := flat
	for _, want := range c.want {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Errorf("%s\nit does not print %q in its place\n%s\n%s", c.line, want, &out, &errs)
			return
		}
		rest = after
	}
}

// TestBisectForReal finds the release that fixed the first of the races, over the real registry.
func TestBisectForReal(t *testing.T) {
	if os.Getenv(racesVariable) == "" {
		t.Skipf("it installs old releases and takes minutes: set %s=1", racesVariable)
	}
	shown{
		line: "bisect", args: words("bisect stdin/mcp-after-prompt --sdk python --good 0.1.48 --bad 0.1.44 --withdrawn"),
		want: []string{"fixed in python 0.1.46: 0.1.45 is bad, 0.1.46 is good"},
	}.show(t)
}

package liars

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/cmd/wiretrial/cli"
	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// role as the first argument turns the test binary into the liar that the second names.
const role = "__liar"

var whole = flag.Bool("liars.whole", false, "hold each liar against the whole catalogue instead of a part")

// TestMain lets the test binary play every role of the command, and every liar.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if code, ok := cli.Role(os.Args); ok {
		os.Exit(code)
	}
	if len(os.Args) > 2 && os.Args[1] == role {
		if err := play(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// part is how many cases each liar is held against without -liars.whole.
const part = 6

// cases gives a liar's part of the catalogue: without the slow ones, another for each liar, the same in each run.
func cases(t *testing.T, liar string) []scenarios.Case {
	t.Helper()
	cat, err := scenarios.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	all, err := cat.Select(nil)
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(c scenarios.Case) bool { return c.Slow > 0 || c.Repeat > 1 })
	if *whole {
		return all
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, liar)
	rand.New(rand.NewPCG(h.Sum64(), 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:part]
}

// watch is a Sink that knows in which cases a lie was noted. There is one lane, and each case and each boot of an adapter has a directory of its own with
// a number, so a note with a number from before the case is one of a liar that was being killed.
type watch struct {
	dir   string
	size  int
	first int               // the least number that the case can have
	lied  map[string]string // the last lie
}

func (w *watch) Write(rec eventlog.Record) error {
	notes, err := os.ReadFile(filepath.Join(w.dir, "lies"))
	if err != nil {
		return err
	}
	news := noted(string(notes[w.size:]))
	switch {
	case rec.Start != nil:
		made, err := os.ReadDir(w.dir)
		if err != nil {
			return err
		}
		for _, d := range made {
			news = append(news, number(d.Name()))
		}
		w.size, w.first = len(notes), max(w.first, slices.Max(append(news, 0))+1)
	case rec.Case != nil:
		for note := range strings.Lines(string(notes[w.size:])) {
			if dir, what, _ := strings.Cut(strings.TrimSpace(note), " "); number(dir) >= w.first {
				w.lied[rec.Case.ID] = what
			}
		}
	}
	return nil
}

// noted are the numbers of the cases of some notes.
func noted(notes string) (cases []int) {
	for note := range strings.Lines(notes) {
		dir, _, _ := strings.Cut(note, " ")
		cases = append(cases, number(dir))
	}
	return cases
}

// number is that of a directory of a case or an adapter; 0: it is none.
func number(dir string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(dir, "ac"))
	return n
}

// unfelt are the cases, by liar, in which what the lie makes of the truth is as lawful, so that nothing was hidden that an SDK owes.
func unfelt() map[string][]string {
	return map[string][]string{
		"hides-errors": {
			// law 3: a session whose CLI exited by itself may end either way
			"errors/exit-1-after-success", "errors/failed-in-success[exit-1]", "errors/failed-result-and-exit", "process/at-rest[in-a-turn]",
			"process/connected-twice", // either: the second connect fails, or it returns
		},
		"yes-man": {"stdin/result-then-request"}, // the question may be left unasked, and the answer comes too late to be written
	}
}

// TestNoScenarioPassesInWhichALieWasTold runs without canaries: they would catch most liars before any scenario.
func TestNoScenarioPassesInWhichALieWasTold(t *testing.T) {
	if testing.Short() {
		t.Skip("plays scenarios with processes")
	}
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(lies())) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, share := range shares(cases(t, name)) {
				t.Run(strconv.Itoa(i), func(t *testing.T) {
					t.Parallel()
					passesNoLie(t, name, share)
				})
			}
		})
	}
}

// shares cuts a liar's cases into those that are played side by side, where they are the whole catalogue: some liars are slow.
func shares(all []scenarios.Case) [][]scenarios.Case {
	n := 1
	if *whole {
		n = 8
	}
	out := make([][]scenarios.Case, n)
	for i, c := range all {
		out[i%n] = append(out[i%n], c)
	}
	return out
}

// passesNoLie plays cases with a liar and wants that none passes in which it lied, unless nobody is owed the truth there.
func passesNoLie(t *testing.T, name string, cases []scenarios.Case) {
	out, w := against(t, name, cases)
	lied := 0
	for _, c := range out.Cases {
		if w.lied[c.ID] == "" || c.ID == harness.LeftBehind {
			continue
		}
		lied++
		if c.Verdict == eventlog.Pass && !slices.Contains(unfelt()[name], c.ID) {
			t.Errorf("%s passes, though %s lied in it: %s", c.ID, name, w.lied[c.ID])
		}
	}
	t.Logf("lied in %d of %d cases", lied, len(out.Cases)-1)
}

// against plays cases with a liar, one after the other and with little patience: a liar gains nothing by being late.
func against(t *testing.T, name string, cases []scenarios.Case) (harness.Outcome, *watch) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "lie") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w, notes := &watch{dir: dir, lied: map[string]string{}}, filepath.Join(dir, "lies")
	if err := os.WriteFile(notes, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := harness.Run(t.Context(), harness.Config{
		Target: harness.Target{Name: name, Argv: []string{exe, role, name}, Env: map[string]string{notebook: notes}},
		Cases:  cases, Exe: exe, Version: "test", Date: time.Unix(0, 0), Jobs: 1, Seed: 7, Dir: dir, NoCanaries: true,
		Deadline: time.Second, Timeout: 20 * time.Second,
	}, w)
	if err != nil {
		t.Fatal(err)
	}
	return out, w
}

// TestExitCodesTellOfLiars runs the command as a user does, canaries included.
func TestExitCodesTellOfLiars(t *testing.T) {
	if testing.Short() {
		t.Skip("plays scenarios with processes")
	}
	t.Parallel()
	told := map[string]bool{}
	for _, c := range []struct {
		liar, pattern string
		code          int
		says          string
	}{
		{"does-nothing", "framing/crlf", 3, "answered an operation that does not exist"},
		{"does-nothing-carefully", "framing/crlf", 3, "did not come back through the SDK"},
		{"invents-everything", "framing/crlf", 3, "did not come back through the SDK"},
		{"invents-messages", "framing/crlf", 3, "did not come back through the SDK"},
		{"answers-twice", "framing/crlf", 3, "a canary did not hold"},
		{"answers-another", "framing/crlf", 3, "a canary did not hold"},
		{"answers-late", "framing/crlf", 3, "a canary did not hold"},
		{"claims-nothing", "framing/crlf", 3, "nothing can be tested"},
		{"claims-everything", "control/out-of-order", 3, "refuses it"},
		{"claims-next-to-nothing", "permissions/deny", 4, "everything is unsupported"},
		{"claims-and-consents", "interrupt/answer-and-result", 1, "failed"},
		{"drops-hooks", "hooks/registration", 1, "failed"},
		{"yes-man", "permissions/deny", 1, "failed"},
		{"hides-errors", "errors/exit-without-result", 1, "failed"},
		{"replays-the-last", "framing/many-in-one-write", 1, "failed"},
		{"stops-at-results", "turns/two-results-in-one-run", 1, "failed"},
		{"mends-messages", "errors/failed-in-success", 1, "failed"},
	} {
		told[c.liar] = true
		t.Run(c.liar, func(t *testing.T) {
			t.Parallel()
			code, said := command(t, "run", c.pattern, "--deviations", "none", "--jobs", "1", "--", "{exe}", role, c.liar)
			if code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, c.code, c.says, said)
			}
		})
	}
	for name := range lies() {
		if !told[name] {
			t.Errorf("nothing says with which code a run against %s ends", name)
		}
	}
}

// command runs the command in this process and gives its exit code and all that it said, on one line.
func command(t *testing.T, args ...string) (int, string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "{exe}", exe)
	}
	var out bytes.Buffer
	code := cli.Main(context.Background(), cli.Process{Args: args, Stdout: &out, Stderr: &out, Environ: os.Environ(), Exe: exe})
	return code, strings.Join(strings.Fields(out.String()), " ")
}

//go:build linux

package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

const own = "testdata/catalogue"

// Whatever a user types or an adapter does: a clear message, the right exit code, and nothing left running.
func TestBadInput(t *testing.T) {
	t.Parallel()
	against := func(kind string) []string {
		return []string{"run", "--catalogue", own, "turns/hello", "--", "{exe}", badRole, kind, "{token}"}
	}
	for name, test := range map[string]struct {
		args []string
		code int
		say  string
	}{
		"true":               {[]string{"run", "--catalogue", own, "--", "/bin/true"}, 3, "no hello from the adapter: it ended (exit 0) before it answered"},
		"false":              {[]string{"run", "--catalogue", own, "--", "/bin/false"}, 3, "it ended (exit 1) before it answered"},
		"cat":                {[]string{"run", "--catalogue", own, "--", "cat"}, 3, "expected the answer to hello, got a request of the adapter"},
		"no such program":    {[]string{"run", "--catalogue", own, "--", "no-such-program"}, 3, "cannot start the adapter"},
		"garbage":            {against("garbage"), 3, `it printed "Traceback`},
		"flood":              {against("flood"), 3, "no hello from the adapter"},
		"endless line":       {against("endless-line"), 3, "no hello from the adapter"},
		"says nothing":       {append([]string{"run", "--timeout", "4s"}, against("sleep")[1:]...), 3, "no hello from the adapter: it did not answer in time"},
		"fork":               {against("fork"), 3, "it ended (exit 3) before it answered"},
		"dies in the middle": {against("dies"), 3, "exit code 7"},
		"wrong id":           {against("wrong-id"), 3, "canary"},
		"all unsupported":    {[]string{"run", "--catalogue", own, "turns/hello", "--entry", "client", "--", "{exe}", badRole, "only-receive", "{token}"}, 4, "everything is unsupported"},
		"unknown SDK":        {[]string{"run", "--catalogue", own, "--sdk", "pyton"}, 2, `unknown SDK "pyton"; did you mean python?`},
		"SDK without a name": {[]string{"run", "--sdk", "@1"}, 2, "want NAME or NAME@VERSION"},
		"SDK and no version": {[]string{"run", "--sdk", "python@"}, 2, "want NAME or NAME@VERSION"},
		"install no version": {[]string{"sdk", "install", "python@"}, 2, "want NAME or NAME@VERSION"},
		"unknown mutant":     {[]string{"mutants", "--mutant", "line-cop"}, 2, "none of that name; did you mean line-cap?"},
		"go has one version": {[]string{"run", "--catalogue", own, "--sdk", "go@1.2"}, 3, "built in"},
		"unknown id":         {[]string{"run", "--catalogue", own, "turns/helo"}, 2, `no scenario "turns/helo"; did you mean turns/hello`},
		"unknown pattern":    {[]string{"list", "--catalogue", own, "nothing*"}, 2, `no scenario "nothing*"`},
		"only slow":          {[]string{"run", "--catalogue", own, "turns/long"}, 4, "nothing was executed: what matches is slow; add --slow"},
		"nothing at a level": {[]string{"run", "--catalogue", own, "turns/polite", "--level", "must"}, 4, "nothing was executed"},
		"no must":            {[]string{"run", "--catalogue", own, "turns/polite"}, 4, "no must scenario passed"},
		"typo in a scenario": {[]string{"run", "--catalogue", "testdata/broken"}, 2, "turns/typo.yaml:6:3: error: unknown"},
		"frame is no JSON":   {[]string{"run", "--catalogue", "testdata/unjson"}, 2, "turns/frame.yaml:"},
		"no such catalogue":  {[]string{"run", "--catalogue", "testdata/nowhere"}, 2, "no such file"},
		"catalogue is empty": {[]string{"run", "--catalogue", "testdata/catalogue/turns"}, 2, "no scenario file"},
		"unknown flag":       {[]string{"run", "--colour"}, 2, "unknown flag: --colour"},
		"unknown command":    {[]string{"rnu"}, 2, `unknown command "rnu"`},
		"no command":         {[]string{"run", "--"}, 2, "no command behind --"},
		"two targets":        {[]string{"run", "--sdk", "go", "--", "cat"}, 2, "want one of them"},
		"bad level":          {[]string{"run", "--level", "most"}, 2, `--level "most": want must, should or may`},
		"bad entry":          {[]string{"run", "--entry", "both"}, 2, `--entry "both": want oneshot or client`},
		"bad seed":           {[]string{"run", "--seed", "xyz"}, 2, "hexadecimal"},
		"bad cut":            {[]string{"run", "--cut", "-3"}, 2, "want a size"},
		"bad date":           {[]string{"run", "--today", "tomorrow"}, 2, "want a date"},
		"negative lanes":     {[]string{"run", "-j", "-1"}, 2, "positive"},
		"no deviations file": {[]string{"run", "--catalogue", own, "--deviations", "nowhere.yaml"}, 2, "no such file"},
		"deviations invalid": {[]string{"run", "--catalogue", own, "--deviations", "testdata/typo-deviations.yaml"}, 2, `testdata/typo-deviations.yaml:2:3: unknown key "chek"; did you mean check?`},
		"a feature is lost":  {[]string{"run", "--catalogue", own, "turns/hello", "--deviations", "testdata/lost-deviations.yaml"}, 4, "not declare any more: ping"},
		"a deviation stale":  {[]string{"run", "--catalogue", own, "turns/hello", "--deviations", "testdata/stale-deviations.yaml"}, 1, "a deviation is stale"},
		"out is a file":      {[]string{"run", "--catalogue", own, "--out", "testdata/catalogue/turns/hello.yaml"}, 3, "folder of the results"},
		"explain nothing":    {[]string{"explain"}, 2, "requires at least 1 arg"},
		"explain no rule":    {[]string{"explain", "CTL-99"}, 2, "unknown rule CTL-99"},
		"render nothing":     {[]string{"render", "nowhere.ndjson"}, 2, "no such file"},
		"render no log":      {[]string{"render", "testdata/catalogue/turns/hello.yaml"}, 2, "line 1: not a record"},
		"lint a typo":        {[]string{"lint", "testdata/broken"}, 2, "1 file checked: 1 error, 0 warnings"},
		"lint no JSON":       {[]string{"lint", "testdata/unjson/turns/frame.yaml"}, 2, "testdata/unjson/turns/frame.yaml:9"},
		"lint nothing":       {[]string{"lint", "testdata/nowhere.yaml"}, 2, "no such file"},
		"check of nothing":   {[]string{"adapter", "check", "stray"}, 2, "unexpected argument"},
		"check of false":     {[]string{"adapter", "check", "--", "/bin/false"}, 3, "before it answered"},
		"shard of nothing":   {[]string{"run", "--shard", "2"}, 2, "want i/n"},
		"shard beyond":       {[]string{"run", "--shard", "3/2"}, 2, "the shards of 2 count from 1 to 2"},
		"shard of nowhere":   {[]string{"run", "--shard", "env"}, 2, "no shard in the environment"},
		"shard and failed":   {[]string{"run", "--shard", "1/2", "--failed"}, 2, "want one of them"},
		"shard is empty":     {[]string{"run", "--catalogue", own, "turns/hello@client", "--shard", "1/2"}, 4, "use at most 1 shard"},
		"shard without must": {[]string{"run", "--catalogue", own, "turns/polite", "--shard", "1/2"}, 4, "no must scenario passed"},
		"failed, but never":  {[]string{"run", "--catalogue", own, "--failed"}, 2, "no run against this SDK is remembered"},
		"failed of no log":   {[]string{"run", "--catalogue", own, "--failed=nowhere.ndjson"}, 2, "no such file"},
		"failed of no JSON":  {[]string{"run", "--catalogue", own, "--failed=testdata/catalogue/turns/hello.yaml"}, 2, "not a record"},
		"junit is a folder":  {[]string{"run", "--catalogue", own, "--junit", "testdata"}, 2, "it is a folder"},
		"summary nowhere":    {[]string{"run", "--catalogue", own, "--summary", "nowhere/s.md"}, 2, "its folder does not exist"},
		"render to nowhere":  {[]string{"render", "x.ndjson", "--junit", "nowhere/j.xml"}, 2, "its folder does not exist"},
		"update no file":     {[]string{"deviations", "update"}, 2, "want one file"},
		"update from no log": {[]string{"deviations", "update", "x.yaml", "--log", "nowhere"}, 2, "no such file"},
		"update a bad file":  {[]string{"deviations", "check", "testdata/typo-deviations.yaml"}, 2, "did you mean check?"},
		"check stale ones":   {[]string{"deviations", "check", "testdata/stale-deviations.yaml"}, 1, "stale: "},
		"check no date":      {[]string{"deviations", "check", "testdata/stale-deviations.yaml", "--today", "x"}, 2, "want a date"},
		"install nobody":     {[]string{"sdk", "install", "cobol"}, 2, `unknown SDK "cobol"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommand(t, append([]string(nil), test.args...)...)
			if code := c.code(); code != test.code || !strings.Contains(c.all(), test.say) {
				t.Errorf("exit %d, want %d and %q; it printed\n%s\n%s", code, test.code, test.say, &c.out, &c.err)
			}
			if strings.ContainsRune(c.all(), '\x1b') {
				t.Errorf("an escape sequence reached the output: %q", c.all())
			}
			c.nothingLeft()
		})
	}
}

// Without the language's own tools there is one sentence, and the harness is not to blame for more.
func TestMissingToolchain(t *testing.T) {
	t.Parallel()
	for sdk, tool := range map[string]string{"python": "python3", "typescript": "npm", "rust": "cargo"} {
		c := newCommand(t, "run", "--sdk", sdk)
		c.Env = append(c.Env, "PATH="+c.tmp)
		if code := c.code(); code != 3 || strings.Count(c.err.String(), "\n") != 1 || !strings.Contains(c.all(), "needs "+tool+", and it is not on PATH") || c.out.Len() > 0 {
			t.Errorf("%s: exit %d; it printed\n%s\n%s", sdk, code, &c.out, &c.err)
		}
		c.nothingLeft()
	}
}

// logOf reads a log of --out.
func logOf(t *testing.T, dir string) ([]eventlog.Record, error) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(dir, eventlog.FileName))
	if err != nil {
		t.Fatal(err)
	}
	return eventlog.Read(bytes.NewReader(src))
}

func ended(t *testing.T, recs []eventlog.Record) eventlog.Ending {
	t.Helper()
	if len(recs) == 0 || recs[len(recs)-1].End == nil {
		t.Fatalf("%d records, and the last is no end", len(recs))
	}
	return *recs[len(recs)-1].End
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "--out", "{tmp}/out")
	dir := filepath.Join(c.tmp, "out")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Symlink("/dev/full", filepath.Join(dir, eventlog.FileName))); err != nil {
		t.Fatal(err)
	}
	if code := c.code(); code != 3 || !strings.Contains(c.all(), "no space left on device") || !strings.Contains(c.all(), "could not be written to") {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	c.nothingLeft()
}

func TestClosedStdout(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "--json", "--out", "{tmp}/out")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout = w
	_ = r.Close()
	code := c.code()
	_ = w.Close()
	if code != 3 || !strings.Contains(c.all(), "broken pipe") {
		t.Errorf("exit %d; it printed\n%s", code, &c.err)
	}
	recs, err := logOf(t, filepath.Join(c.tmp, "out"))
	if err != nil || ended(t, recs).Exit != 3 {
		t.Errorf("the log on disk: %v, %+v", err, recs)
	}
	c.nothingLeft()
}

// listener keeps what is written, and tells when a text has come.
type listener struct {
	to   *bytes.Buffer
	text []byte
	came chan struct{}
	told bool
}

func (l *listener) Write(p []byte) (int, error) {
	n, err := l.to.Write(p)
	if !l.told && bytes.Contains(l.to.Bytes(), l.text) {
		l.told = true
		close(l.came)
	}
	return n, err
}

// interrupted starts a run, waits for a text on its stdout or stderr and interrupts it.
func interrupted(t *testing.T, until string, args ...string) *command {
	t.Helper()
	c := newCommand(t, args...)
	said := &listener{to: &c.out, text: []byte(until), came: make(chan struct{})}
	warned := &listener{to: &c.err, text: []byte(until), came: make(chan struct{})}
	c.Stdout, c.Stderr = said, warned
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-said.came:
	case <-warned.came:
	case <-time.After(2 * time.Minute):
		_ = c.Process.Kill()
		c.wait()
		t.Fatalf("%q never came; it printed\n%s\n%s", until, &c.out, &c.err)
	}
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *command) wait() int {
	c.t.Helper()
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		c.t.Logf("wait: %v", err)
	}
	return c.ProcessState.ExitCode()
}

func TestInterruptWritesWhatThereIs(t *testing.T) {
	t.Parallel()
	c := interrupted(t, `"start":{"id":"turns/long@client"`, "run", "--catalogue", own, "--slow", "--json", "--out", "{tmp}/out")
	if code := c.wait(); code != 130 {
		t.Errorf("exit %d, want 130; it printed\n%s", code, &c.err)
	}
	recs, err := logOf(t, filepath.Join(c.tmp, "out"))
	if err != nil || ended(t, recs).Exit != 130 {
		t.Errorf("the log: %v, %+v", err, recs)
	}
	if !strings.Contains(c.all(), "interrupted; what had ended until then is recorded") || !strings.Contains(c.all(), "unfinished") {
		t.Errorf("it printed\n%s", &c.err)
	}
	c.nothingLeft()
}

func TestAnInterruptedMatrixSaysHowItGoesOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, says string
		args       []string
	}{
		{"gate", "nothing was judged", nil},
		{"whole", "goes on from what was played", []string{"--full", "--state", "{tmp}/matrix"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := interrupted(t, " s  ", append([]string{"mutants", "framing/crlf", "--others", "0"}, tt.args...)...)
			if code := c.wait(); code != 130 || !strings.Contains(c.all(), tt.says) {
				t.Errorf("exit code %d, wanted 130 and %q:\n%s", code, tt.says, c.all())
			}
		})
	}
}

// The second interrupt does not wait for an adapter that does not end, as the first does for 5 s. On a busy machine one try may take as long.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	t.Parallel()
	var took time.Duration
	for range 5 {
		if took = interruptedTwice(t); took < 4*time.Second {
			return
		}
	}
	t.Errorf("five runs, each more than 4 s, the last %v", took)
}

// interruptedTwice tells how long a run with an adapter that does not end takes from its first interrupt on.
func interruptedTwice(t *testing.T) time.Duration {
	t.Helper()
	c := interrupted(t, `"t":"plan"`, "run", "--catalogue", own, "--json", "--", "{exe}", badRole, "stubborn", "{token}")
	began := time.Now()
	over := make(chan int, 1)
	go func() { over <- c.wait() }()
	for {
		select {
		case code := <-over:
			took := time.Since(began)
			if code != 130 {
				t.Errorf("exit %d after %v", code, took)
			}
			c.nothingLeft()
			return took
		case <-time.After(50 * time.Millisecond): // a signal that comes with another is lost
			_ = c.Process.Signal(syscall.SIGINT)
		}
	}
}

// An adapter that says nothing is ended with the run.
func TestInterruptOfASilentAdapter(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "--", "{exe}", badRole, "sleep", "{token}")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(time.Minute); len(marked(c.token)) < 3 && time.Now().Before(limit); { // command, reaper, adapter
		time.Sleep(10 * time.Millisecond)
	}
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := c.wait(); code != 130 {
		t.Errorf("exit %d, want 130; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	c.nothingLeft()
}

// A run that is killed leaves nothing: neither an adapter that hangs, nor what that put into a session of its own, nor the run's folder.
func TestKilledRunLeavesNothing(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "--", "{exe}", badRole, "stubborn", "{token}")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	grandchild := func(line string) bool { return strings.Contains(line, badRole+" sleep "+c.token) }
	for limit := time.Now().Add(time.Minute); !slices.ContainsFunc(marked(c.token), grandchild); {
		if time.Now().After(limit) {
			t.Fatalf("no grandchild started: %q", marked(c.token))
		}
		time.Sleep(10 * time.Millisecond) // what others start cannot be waited for
	}
	if folders, _ := filepath.Glob(filepath.Join(c.tmp, "wiretrial-*")); len(folders) == 0 {
		t.Error("the run has no folder, so the test shows nothing about it")
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	c.nothingLeft()
}

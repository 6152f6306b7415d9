//go:build linux

package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

func TestRunSaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own)
	if code := c.code(); code != 1 || !strings.Contains(c.all(), "1 slow file not selected; --slow adds them") {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	c.nothingLeft()
}

func TestRunPasses(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "turns/polite")
	if code := c.code(); code != 0 || !strings.Contains(c.all(), "ok: 2 must scenarios passed") || strings.Contains(c.all(), "slow") {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	c.nothingLeft()
}

// The log in --out, the log on stdout and what the report says are one thing, and the report can be made again.
func TestRunRecordsAndRenders(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"plain": nil, "traced": {"--trace"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"run", "--catalogue", own, "turns/hello", "turns/wrong", "--seed", "7f3a"}, flags...)
			c := newCommand(t, append(args, "--out", "{tmp}/out")...)
			if code := c.code(); code != 1 {
				t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
			}
			log := filepath.Join(c.tmp, "out", eventlog.FileName)
			again := newCommand(t, "render", log)
			if code := again.code(); code != 0 || again.out.String() != c.out.String() {
				t.Errorf("render: exit %d\n%s\nthe run printed\n%s", code, &again.out, &c.out)
			}
			if traced := strings.Contains(c.out.String(), `{"type":"user"`); traced != (name == "traced") {
				t.Errorf("the wire is shown: %v\n%s", traced, &c.out)
			}
			cut(t, log)
		})
	}
}

// cut renders a log that ends in the middle of a line.
func cut(t *testing.T, log string) {
	t.Helper()
	src, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	short := log + ".short"
	if err := os.WriteFile(short, src[:len(src)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCommand(t, "render", short)
	if code := c.code(); code != 4 || !strings.Contains(c.all(), "ends in the middle of this line") || !strings.Contains(c.out.String(), "turns/wrong") {
		t.Errorf("render of a cut log: exit %d\n%s\n%s", code, &c.out, &c.err)
	}
}

func TestJSONFitsTheSchema(t *testing.T) {
	t.Parallel()
	doc := new(jsonschema.Schema)
	if err := json.Unmarshal(eventlog.JSONSchema(), doc); err != nil {
		t.Fatal(err)
	}
	schema, err := doc.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, args := range [][]string{
		{"run", "--catalogue", own, "turns/hello", "turns/wrong", "turns/polite", "--json", "--trace", "--rerun", "1"},
		{"run", "--catalogue", own, "turns/hello", "--json", "--", "/bin/false"},
	} {
		c := newCommand(t, args...)
		c.code()
		for line := range bytes.Lines(c.out.Bytes()) {
			var v map[string]any
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatalf("stdout holds more than the log: %s", line)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			kind, _ := v["t"].(string)
			kinds[kind]++
			if run, ok := v["run"].(map[string]any); ok { // a format that the validator leaves to its caller
				date, _ := run["date"].(string)
				if _, err := time.Parse(time.RFC3339, date); err != nil {
					t.Errorf("%s: %v", line, err)
				}
			}
		}
		if !strings.Contains(c.err.String(), "exit ") {
			t.Errorf("the report is not on stderr: %s", &c.err)
		}
	}
	for _, kind := range []string{"run", "plan", "start", "trace", "case", "note", "end"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s record: %v", kind, kinds)
		}
	}
}

// The command line in a report does what it says.
func TestRerunLineRuns(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/wrong", "--entry", "client", "--seed", "7f3a", "--cut", "7", "--", "{exe}", badRole, "none", "{token} with a blank")
	if code := c.code(); code != 1 {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	line := regexp.MustCompile(`(?m)^   rerun  wiretrial (.*)$`).FindStringSubmatch(c.out.String())
	if line == nil {
		t.Fatalf("no line to run again:\n%s", &c.out)
	}
	again := exec.Command("sh", "-c", os.Getenv(exeVariable)+" "+line[1])
	again.Env = c.Env
	out, err := again.CombinedOutput()
	if err == nil || again.ProcessState.ExitCode() != 1 || !bytes.Contains(out, []byte("turns/wrong@client")) || !bytes.Contains(out, []byte("seed 7f3a")) {
		t.Errorf("%s: %v\n%s", line[1], err, out)
	}
}

func TestNoSecretReachesDiskOrTerminal(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/wrong", "--trace", "--out", "{tmp}/out", "--", "{exe}", badRole, "none", "{token}-"+secret)
	if code := c.code(); code != 1 {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	src, err := os.ReadFile(filepath.Join(c.tmp, "out", eventlog.FileName))
	if err != nil || bytes.Contains(src, []byte(secret)) || strings.Contains(c.all(), secret) {
		t.Errorf("a secret is in the log or the report: %v\n%s", err, c.all())
	}
	if !bytes.Contains(src, []byte(eventlog.Redacted)) {
		t.Error("nothing was redacted, so the test shows nothing")
	}
}

func TestDeviations(t *testing.T) {
	t.Parallel()
	const entry = "- id: turns/wrong\n  versions: \"*\"\n  check: match\n  class: wrong\n  reason: it says hello\n  unreported: a test\n  expires: 2027-01-31\n"
	for name, test := range map[string]struct {
		record string
		args   []string
		code   int
		say    string
	}{
		"as recorded":           {entry, []string{"--today", "2026-11-21"}, 0, "turns/wrong@client known it says hello"},
		"expires soon":          {entry, []string{"--today", "2027-01-20"}, 0, "expires on 2027-01-31"},
		"expired":               {entry, []string{"--today", "2027-01-31"}, 1, "expired on 2027-01-31"},
		"another failure":       {strings.Replace(entry, "check: match", "check: deadline", 1), []string{"--today", "2026-11-21"}, 1, "a regression: "},
		"passes":                {strings.Replace(entry, "turns/wrong", "turns/hello", 1), []string{"--today", "2026-11-21"}, 1, "it passes now: delete "},
		"another version":       {strings.Replace(entry, `"*"`, `">=99"`, 1), []string{"--today", "2026-11-21"}, 1, "exit 1: 2 failed"},
		"one that did not run":  {entry, []string{"--today", "2028-01-01", "turns/hello"}, 0, "ok: "},
		"a feature not written": {"features: [prompt]\n", []string{"turns/hello"}, 0, "the feature interrupt is not recorded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"run", "--catalogue", own, "--deviations", "{tmp}/dev.yaml"}, test.args...)
			if !strings.HasPrefix(test.args[len(test.args)-1], "turns/") {
				args = append(args, "turns/hello", "turns/wrong")
			}
			c := newCommand(t, args...)
			src := test.record
			if strings.HasPrefix(src, "-") {
				src = "known:\n" + src
			}
			if err := os.WriteFile(filepath.Join(c.tmp, "dev.yaml"), []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			if code := c.code(); code != test.code || !strings.Contains(c.all(), test.say) {
				t.Errorf("exit %d, want %d and %q; it printed\n%s\n%s", code, test.code, test.say, &c.out, &c.err)
			}
		})
	}
}

// The seed gives the order of the plan, so a run can be repeated as it was.
func TestSeedGivesTheOrder(t *testing.T) {
	t.Parallel()
	order := func(seed string) string {
		c := newCommand(t, "run", "--catalogue", own, "--json", "-j", "1", "--seed", seed)
		c.code()
		var ids []string
		recs, err := eventlog.Read(&c.out)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range recs {
			if r.Start != nil {
				ids = append(ids, r.Start.ID)
			}
		}
		return strings.Join(ids, " ")
	}
	first := order("1")
	if again := order("1"); again != first || strings.Count(first, "@") != 6 {
		t.Errorf("seed 1: %s, then %s", first, again)
	}
	for _, seed := range []string{"2", "3", "4", "5"} {
		if order(seed) != first {
			return
		}
	}
	t.Errorf("five seeds, one order: %s", first)
}

func TestListExplainLintVersionCompletion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		say  []string
	}{
		"list":              {[]string{"list", "--catalogue", own}, []string{"turns/hello@client", "(slow) A turn takes its time"}},
		"explain":           {[]string{"explain", "--catalogue", own, "turns/hello"}, []string{"FRM-01 (must)", "→ user", "← result", "needs connect, query, receive"}},
		"explain a rule":    {[]string{"explain", "CTL-21"}, []string{"CTL-21 MUST", "py:124 (measured fact)", "permissions/deny (must)"}},
		"explain an area":   {[]string{"explain", "DRF"}, []string{"DRF-01", "DRF-05", "https://github.com/anthropics/claude-agent-sdk-python/issues/583"}},
		"explain both":      {[]string{"explain", "--catalogue", own, "turns/hello", "FRM-01"}, []string{"FRM-01 MUST", "shown by turns/hello", "→ user"}},
		"lint":              {[]string{"lint", own}, []string{"4 files checked: 0 errors"}},
		"lint the own one":  {[]string{"lint"}, []string{" 0 errors"}},
		"version":           {[]string{"version"}, []string{"adapter contract 1, log schema 1"}},
		"help":              {nil, []string{"Available Commands", "explain", "sdk"}},
		"sdk list":          {[]string{"sdk", "list"}, []string{"go built in", "go-session built in", "python", "nothing installed"}},
		"complete an id":    {[]string{"__complete", "run", "framing/sp"}, []string{"framing/split-frame"}},
		"complete a rule":   {[]string{"__complete", "explain", "CTL-2"}, []string{"CTL-21"}},
		"complete an SDK":   {[]string{"__complete", "run", "--sdk", "py"}, []string{"python"}},
		"complete a mutant": {[]string{"__complete", "mutants", "--mutant", "line-"}, []string{"line-cap"}},
		"completion":        {[]string{"completion", "bash"}, []string{"bash completion"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommand(t, test.args...)
			if code := c.code(); code != 0 {
				t.Fatalf("exit %d: %s", code, c.all())
			}
			for _, say := range test.say {
				if !strings.Contains(c.all(), say) {
					t.Errorf("no %q in\n%s\n%s", say, &c.out, &c.err)
				}
			}
			c.nothingLeft()
		})
	}
}

func TestListJSON(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "list", "--json", "--catalogue", own, "turns/long")
	if code := c.code(); code != 0 {
		t.Fatal(c.all())
	}
	var got []struct {
		ID, Title, Level, Entry, File string
		Rules, Seen, Features         []string
		SlowMS                        int `json:"slow_ms"`
	}
	if err := json.Unmarshal(c.out.Bytes(), &got); err != nil || len(got) != 2 {
		t.Fatalf("%v: %s", err, &c.out)
	}
	if g := got[1]; g.ID != "turns/long@client" || g.Level != "must" || g.SlowMS != 20000 || strings.Join(g.Features, " ") != "connect query receive" || g.Seen == nil {
		t.Errorf("got %+v", g)
	}
}

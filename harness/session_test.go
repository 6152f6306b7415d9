package harness

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

func TestASessionPlaysCasesOneByOne(t *testing.T) {
	t.Parallel()
	cfg := config(t, honest, nil)
	cfg.NoCanaries = false
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	cases := turns(t, 2, "")
	for i := range cases {
		wantVerdict(t, s.Play(t.Context(), &cases[i]), eventlog.Pass, "")
	}
	left := s.Close()
	if left == nil {
		t.Fatal("nothing is said of what was left behind")
	}
	wantVerdict(t, *left, eventlog.Pass, "")
}

func TestASessionWithALiarDoesNotOpen(t *testing.T) {
	t.Parallel()
	cfg := config(t, "consents", nil)
	cfg.NoCanaries = false
	if s, err := Open(t.Context(), cfg); err == nil {
		s.Close()
		t.Error("opened")
	}
}

// ExampleOpen plays one case on the adapter of our own client. The program must play the roles of the fake and the reaper, see TestMain.
func ExampleOpen() {
	exe, _ := os.Executable()
	dir, _ := os.MkdirTemp("", "wtx")
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := Open(ctx, Config{Target: Target{Name: "go", Argv: []string{exe, "__adapter", "honest"}}, Exe: exe, Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	f, err := scenarios.Load("demo/turn.yaml", []byte("title: A turn\nlevel: must\nrules: [FRM-01]\n"+turn))
	if err != nil {
		fmt.Println(err)
		return
	}
	cases, err := f.Cases()
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range cases {
		rec := s.Play(ctx, &cases[i])
		fmt.Println(rec.ID, rec.Verdict)
	}
	// Output:
	// demo/turn@oneshot pass
	// demo/turn@client pass
}

func TestFeaturesOutsideTheContractAreRefused(t *testing.T) {
	t.Parallel()
	if err := checkHello(contract.Hello{Features: []string{"connect", "query"}}); err != nil {
		t.Error(err)
	}
	if err := checkHello(contract.Hello{Features: []string{"telepathy"}}); err == nil || !strings.Contains(err.Error(), "telepathy") {
		t.Errorf("got %v", err)
	}
}

func TestHostKeysTellEnvironmentsApart(t *testing.T) {
	t.Parallel()
	plain := scenarios.Case{}
	locale := scenarios.Case{Host: scenarios.Host{Locale: "C"}}
	env := scenarios.Case{Host: scenarios.Host{Env: map[string]string{"A": "1", "B": "2"}}}
	same := scenarios.Case{Host: scenarios.Host{Env: map[string]string{"B": "2", "A": "1"}}}
	other := scenarios.Case{Host: scenarios.Host{Env: map[string]string{"A": "1", "B": "3"}}}
	if hostKey(plain) != "" || hostKey(locale) == "" || hostKey(env) != hostKey(same) || hostKey(env) == hostKey(other) || hostKey(env) == hostKey(locale) {
		t.Errorf("keys %q %q %q %q %q", hostKey(plain), hostKey(locale), hostKey(env), hostKey(same), hostKey(other))
	}
	if got := hostEnv(locale); got["LC_ALL"] != "C" || got["LANG"] != "C" {
		t.Errorf("locale gives %v", got)
	}
	if env.Host.Env["LANG"] != "" {
		t.Error("the case's own map was changed")
	}
}

func TestSeedsOfCases(t *testing.T) {
	t.Parallel()
	first, again := caseSeed(1, "a/b"), caseSeed(1, "a/b")
	if first != again || first == caseSeed(1, "a/c") || first == caseSeed(2, "a/b") {
		t.Error("a case's seed must depend on the run's seed and its id, and on nothing else")
	}
}

func TestDescriptorsAreCountedOverManyCases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		open func(n int) int // after the nth case
		told int             // how often it is a finding over 40 cases
	}{
		{"steady", func(int) int { return 20 }, 0},
		{"a cache that fills up", func(n int) int { return 20 + min(n, 10) }, 0},
		{"one for two cases", func(n int) int { return 20 + n/2 }, 0},
		{"many at first", func(n int) int { return 20 + 30*min(n, warmCases) }, 0},
		{"one for each", func(n int) int { return 20 + n }, 1},
		{"two for each", func(n int) int { return 20 + 2*n }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, told := held{}, 0
			for n := 1; n <= 40; n++ {
				if h.count(c.open(n)) != "" {
					told++
				}
			}
			if told != c.told {
				t.Errorf("told %d times, wanted %d", told, c.told)
			}
		})
	}
}

func TestGrowthIsOfWhatGrowsWithEachRun(t *testing.T) {
	t.Parallel()
	f := scenarios.File{}
	c := &scenarios.Case{File: &f, Repeat: 10}
	first := host.Usage{FDs: 20, Children: 1, Threads: 8}
	for _, r := range []struct {
		name string
		last host.Usage
		want bool
	}{
		{"nothing", first, false},
		{"a cache", host.Usage{FDs: 24, Children: 1, Threads: 8}, false},
		{"descriptors", host.Usage{FDs: 25, Children: 1, Threads: 8}, true},
		{"children", host.Usage{FDs: 20, Children: 8, Threads: 8}, true},
		{"threads", host.Usage{FDs: 20, Children: 1, Threads: 15}, true},
		{"less than before", host.Usage{}, false},
	} {
		f := growth(c, first, r.last)
		if (f != nil) != r.want || f != nil && f.Check != engine.CheckGrowth {
			t.Errorf("%s: %+v", r.name, f)
		}
	}
}

package wiretrial_test

import (
	"context"
	"flag"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

var figuresSDKs = flag.String("figures-sdks", "", "measure runs of these SDKs too, like python,typescript")

// TestFiguresOfRuns measures what the project promises of whole runs, on an idle machine with 2 CPUs:
//
//	go test -run TestFiguresOfRuns -figures -v .
//	go test -run TestFiguresOfRuns -figures -figures-sdks python,typescript -timeout 20m -v .
//
// Beside the time that passed it prints the CPU time, which says more where the machine is shared.
func TestFiguresOfRuns(t *testing.T) {
	if !*figuresFlag {
		t.Skip("measures only with -figures: a busy machine says nothing")
	}
	dir := t.TempDir()
	exe := build(t, dir, "wiretrial", "./cmd/wiretrial")
	build(t, dir, "mockclaude", "./cmd/mockclaude")
	figure(t, "the catalogue on the Go client without the slow tier, in seconds", wholeRun(t, exe, "go").Seconds(), 10)
	for _, sdk := range strings.FieldsFunc(*figuresSDKs, func(r rune) bool { return r == ',' }) {
		figure(t, "the same on "+sdk, wholeRun(t, exe, sdk).Seconds(), 180)
	}
	figure(t, "the harness's live memory after 50 repeats, in that after 5", flatMemory(t, dir, exe), 1.1)
}

// wholeRun is how long the command takes for the catalogue.
func wholeRun(t *testing.T, exe, sdk string) time.Duration {
	t.Helper()
	began := time.Now()
	cmd := exec.CommandContext(t.Context(), exe, "run", "--sdk", sdk)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("run --sdk %s: %v\n%s", sdk, err, text[max(0, len(text)-2000):])
	}
	took := time.Since(began)
	t.Logf("%s: %s, of the CPU %s", sdk, took.Round(time.Millisecond), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond))
	return took
}

const (
	warmRounds = 5
	allRounds  = 50
	eachOf     = 20 // cases stand for the catalogue
	spare      = 10 // goroutines of an adapter that is just being booted
)

// flatMemory plays a part of the catalogue again and again in one session, and compares what lives after the garbage is collected.
func flatMemory(t *testing.T, dir, exe string) float64 {
	t.Helper()
	s := onGo(t, dir, exe, "")
	var some []scenarios.Case
	for i, c := range selected() {
		if i%eachOf == 0 && !waits(c.Steps) {
			some = append(some, c)
		}
	}
	var warm measured
	for round := range allRounds {
		playAll(t.Context(), t, s, some)
		if round+1 == warmRounds {
			warm = measure()
		}
	}
	now := measure()
	t.Logf("%d plays: live heap %d KiB, then %d KiB; goroutines %d, then %d", allRounds*len(some), warm.heap>>10, now.heap>>10, warm.goroutines, now.goroutines)
	if now.goroutines > warm.goroutines+spare {
		t.Errorf("goroutines grew from %d to %d", warm.goroutines, now.goroutines)
	}
	return float64(now.heap) / float64(warm.heap)
}

func playAll(ctx context.Context, t *testing.T, s *harness.Session, cases []scenarios.Case) {
	t.Helper()
	for i := range cases {
		if rec := s.Play(ctx, &cases[i]); !slices.Contains([]eventlog.Verdict{eventlog.Pass, eventlog.Unsupported, eventlog.Differs}, rec.Verdict) {
			t.Errorf("%s: %s", rec.ID, rec.Verdict)
		}
	}
}

// measured is what the harness holds between two cases.
type measured struct {
	heap       uint64
	goroutines int
}

func measure() measured {
	for range 3 { // what finalizers and pools let go of needs more than one
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return measured{m.HeapAlloc, runtime.NumGoroutine()}
}

// Package wiretrial_test runs the whole catalogue as Ginkgo specs, one for each scenario variant and entry point, against the SDK that a
// flag names: go test . -sdk python@0.2.187. The default is the built-in Go client.
//
// It is not a second harness: each spec is one play of package harness, and its failure is that play's screenplay.
package wiretrial_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/cmd/wiretrial/cli"
	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// TestMain lets the test binary play every role that the harness starts: the fake claude, the reaper, the Go adapter.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if code, ok := cli.Role(os.Args); ok {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

var (
	sdkFlag  = flag.String("sdk", "go", "SDK to run the catalogue on: NAME or NAME@VERSION")
	slowFlag = flag.Bool("slow", false, "run the slow scenarios too")
)

// TestCatalogue is the only Go test of the suite; Ginkgo reports each spec.
func TestCatalogue(t *testing.T) {
	gomega.RegisterFailHandler(ginkgo.Fail)
	s := &suite{ctx: t.Context(), dir: t.TempDir()}
	ginkgo.Describe("catalogue", ginkgo.Ordered, ginkgo.ContinueOnFailure, s.specs)
	ginkgo.RunSpecs(t, "wiretrial on "+*sdkFlag)
}

// suite holds what the specs share: one session with the SDK under test.
type suite struct {
	ctx     context.Context
	dir     string
	session *harness.Session
}

// specs makes one spec for each case, labelled by area and level.
func (s *suite) specs() {
	ginkgo.BeforeEach(func() {
		if s.session == nil {
			session, err := harness.Open(s.ctx, s.config())
			gomega.Expect(err).NotTo(gomega.HaveOccurred())
			s.session = session
		}
	})
	cases := selected()
	for i := range cases {
		c := &cases[i]
		area, _, _ := strings.Cut(c.File.ID, "/")
		ginkgo.It(c.ID, ginkgo.Label(area, string(c.Level)), func() { s.play(c) })
	}
	ginkgo.It(harness.LeftBehind, ginkgo.Label("process", "must"), s.leftBehind)
	ginkgo.AfterAll(func() {
		if s.session != nil {
			s.session.Close()
		}
	})
}

func selected() []scenarios.Case {
	catalogue, err := scenarios.Embedded()
	if err != nil {
		panic(err) // the specs cannot even be named; Ginkgo shows it as the failure of its tree
	}
	cases, err := catalogue.Select(nil)
	if err != nil {
		panic(err)
	}
	return slices.DeleteFunc(cases, func(c scenarios.Case) bool { return c.Slow > 0 && !*slowFlag })
}

func (s *suite) config() harness.Config {
	exe, err := os.Executable()
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	return harness.Config{
		Target: s.target(exe), Exe: exe, Date: time.Now(), Seed: uint64(ginkgo.GinkgoRandomSeed()), Dir: s.dir, Judge: judge(),
	}
}

// judge knows what is recorded about the SDK: a failure that fails as recorded is no news.
func judge() harness.Judge {
	name, _, _ := strings.Cut(*sdkFlag, "@")
	src, err := adapters.Deviations(name)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	catalogue, err := scenarios.Embedded()
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	set, err := deviations.Load("adapters/"+name+"/deviations.yaml", src, catalogue, harness.LeftBehind)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	return deviations.NewJudge(set, time.Now())
}

func (s *suite) target(exe string) harness.Target {
	name, version, _ := strings.Cut(*sdkFlag, "@")
	if name == "go" || name == "go-session" {
		return harness.Target{Name: name, Argv: []string{exe, cli.RoleAdapter, name}}
	}
	inst, err := adapters.Provision(s.ctx, name, version, func(line string) { fmt.Fprintln(ginkgo.GinkgoWriter, line) })
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	env := map[string]string{}
	for _, kv := range inst.Env {
		key, value, _ := strings.Cut(kv, "=")
		env[key] = value
	}
	return harness.Target{Name: name, Argv: inst.Argv, Env: env}
}

// play is one spec: what the SDK lacks is skipped, what differs is noted, everything else must pass.
func (s *suite) play(c *scenarios.Case) {
	rec := s.session.Play(s.ctx, c)
	switch rec.Verdict {
	case eventlog.Pass:
	case eventlog.Unsupported:
		ginkgo.Skip("unsupported: " + strings.Join(rec.Missing, ", "))
	case eventlog.Differs, eventlog.Known:
		ginkgo.AddReportEntry(string(rec.Verdict), rec.Failure.Text)
	default:
		ginkgo.Fail(failure(&rec))
	}
}

func (s *suite) leftBehind() {
	session := s.session
	s.session = nil
	if rec := session.Close(); rec != nil && rec.Verdict != eventlog.Pass {
		ginkgo.Fail(failure(rec))
	}
}

func failure(rec *eventlog.Case) string {
	f := rec.Failure
	if f == nil {
		return report.Safe(fmt.Sprintf("%s: %s: %s", rec.ID, rec.Verdict, rec.Deviation))
	}
	text := fmt.Sprintf("%s: %s (%s, %s)", rec.ID, f.Text, f.Check, f.Class)
	if f.Want != "" || f.Got != "" {
		text += fmt.Sprintf("\nwant %s\ngot  %s", f.Want, f.Got)
	}
	return report.Safe(text) + "\nwhere " + f.Where
}

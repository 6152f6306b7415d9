package adaptercheck

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

//go:embed feature/*.yaml
var featureFiles embed.FS

// featureProbe shows a feature once: by the scenario of its name, or by a probe where no scenario can say it.
func featureProbe(feature string) probe {
	p := probe{
		id: "feature." + feature, ref: docs + "features", rests: []string{turnID},
		promise: featurePromise(feature),
		advice:  "make the adapter call the SDK for it, or do not declare it; where the SDK itself is at fault, leave it declared and record a deviation",
	}
	switch feature {
	case "cancel.sdk":
		p.rests = append(p.rests, "cancel.settles")
	case "concurrent.any":
		p.run = concurrentAny
	case "connect.twice":
		p.run = connectTwice
	case "reconnect":
		p.run = reconnect
	}
	if p.run == nil {
		p.run = func(ctx context.Context, r *runner) error { return r.scenario(ctx, feature) }
	}
	return p
}

// featurePromise is the title of the feature's scenario.
func featurePromise(feature string) string {
	switch feature {
	case "concurrent.any":
		return "several operations are in flight together"
	case "connect.twice":
		return "a second connect on a live client is made and settles"
	case "reconnect":
		return "a client that was disconnected connects again, with a CLI of its own"
	}
	f, err := loadFeature(feature)
	if err != nil {
		return "the feature " + feature + " can be shown" // a test keeps every file loadable
	}
	return f.Title
}

// featureFile is the name of a feature's scenario: ids have neither dots nor underscores.
func featureFile(feature string) string {
	return "feature/" + strings.NewReplacer(".", "-", "_", "-").Replace(feature) + ".yaml"
}

func loadFeature(feature string) (*scenarios.File, error) {
	name := featureFile(feature)
	src, err := featureFiles.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("no scenario shows the feature %s: %w", feature, err)
	}
	return scenarios.Load(name, src)
}

// scenario plays every case of a feature's scenario that the adapter can run; the first failure decides, and one that is not refused must
// be among them.
func (r *runner) scenario(ctx context.Context, feature string) error {
	f, err := loadFeature(feature)
	if err != nil {
		return err
	}
	cases, err := f.Cases()
	if err != nil {
		return err
	}
	var why, refused string
	played := false
	for i := range cases {
		missing := r.missing(cases[i].Features)
		if missing != "" {
			if why == "" || len(missing) < len(why) {
				why = missing
			}
			continue
		}
		res, err := r.playTwice(ctx, &cases[i])
		if err != nil {
			return err
		}
		if res.Missing != nil { // an SDK may have it in one entry point only
			refused = strings.Join(res.Missing, ", ")
			continue
		}
		played = true
	}
	return shown(feature, played, refused, why)
}

// shown says what came of a feature whose cases did not fail.
func shown(feature string, played bool, refused, why string) error {
	switch {
	case played:
		return nil
	case refused != "":
		return wrongf("hello declares %s, and the adapter refuses %s for it", feature, refused)
	}
	return &skip{"declared, but showing it needs " + why}
}

// playTwice runs a case, and again if it was given up as a hang: a machine so busy that a process or its exit is still on its way looks the
// same, and an adapter that hangs does so twice.
func (r *runner) playTwice(ctx context.Context, c *scenarios.Case) (engine.Result, error) {
	res, err := r.play(ctx, c)
	if f := res.Failure; f != nil && f.Check == engine.CheckDeadline && ctx.Err() == nil {
		return r.play(ctx, c)
	}
	return res, err
}

// play runs one case with the engine.
func (r *runner) play(ctx context.Context, c *scenarios.Case) (engine.Result, error) {
	a, err := r.pool.Get(ctx, "", nil)
	if err != nil {
		return engine.Result{}, err
	}
	dir, fakes, err := r.listen()
	if err != nil {
		r.pool.Put(a, false)
		return engine.Result{}, err
	}
	defer os.RemoveAll(dir)
	w := newWatch(a, r.laws)
	res := r.engine(ctx, c, w, fakes, dir)
	_ = fakes.Close()
	clean := w.close()
	r.pool.Put(a, clean && !res.Unsettled && res.Err == nil && res.Failure == nil)
	if err := ctx.Err(); err != nil {
		return res, err
	}
	return res, judged(c, res, a.StderrTail())
}

// engine plays with a deadline for beginners: a scenario here has nothing slow in it.
func (r *runner) engine(ctx context.Context, c *scenarios.Case, w *watch, fakes *mockcli.Listener, dir string) engine.Result {
	return engine.Run(ctx, c, w, fakes, engine.Options{Dir: filepath.Join(dir, "run"), Exe: r.cfg.Exe, Seed: 1, Deadline: patience})
}

// judged turns what failed into what went wrong, with the last that happened.
func judged(c *scenarios.Case, res engine.Result, stderr string) error {
	var text string
	switch {
	case res.Err != nil:
		text = res.Err.Error()
		if stderr != "" {
			text += "\nits stderr ends with:\n" + lastLines(stderr, 5)
		}
	case res.Failure != nil:
		text = explain(res.Failure)
	default:
		return nil
	}
	return &wrong{problem: fmt.Sprintf("through %s: %s%s", c.Entry, text, happened(res.Traces))}
}

func explain(f *eventlog.Failure) string {
	text := f.Text
	if f.Want != "" || f.Got != "" {
		text += fmt.Sprintf("\nwant %s\ngot  %s", f.Want, clip(f.Got, 300))
	}
	return text
}

// happened are the last lines of what the two sides did.
func happened(traces []eventlog.Trace) string {
	var b strings.Builder
	for _, t := range traces[max(0, len(traces)-6):] {
		fmt.Fprintf(&b, "\n%s: %s", t.Channel, clip(t.Text, 160))
	}
	if b.Len() == 0 {
		return ""
	}
	return "\nwhat happened last:" + b.String()
}

// concurrentAny starts two control requests and answers neither: both must be on the wire.
func concurrentAny(ctx context.Context, r *runner) error {
	two := r.declaredRequests()
	if len(two) < 2 || !r.declares("connect") {
		return &skip{"declared, but showing it needs connect and two of set_model, set_permission_mode, mcp_status, get_context_usage, interrupt"}
	}
	return r.onStage(ctx, func(s *stage) error {
		if err := s.opens("c", nil); err != nil {
			return err
		}
		if err := s.does("connect", map[string]any{"client": "c"}); err != nil {
			return err
		}
		var ids [2]int
		for i, q := range two[:2] {
			s.silent[q.op] = true
			params := map[string]any{"client": "c"}
			for k, v := range q.params {
				params[k] = v
			}
			var err error
			if ids[i], err = s.send(q.op, params); err != nil {
				return err
			}
		}
		for i, q := range two[:2] {
			l, err := s.reads("control_request/"+q.op, 1)
			if err != nil {
				return wrongf("%s and %s were asked for together, and %s is not on the wire while the other has no answer", two[0].op, two[1].op, q.op)
			}
			two[i].params = map[string]any{"line": l}
		}
		for i, q := range two[:2] {
			s.serve(q.params["line"].(scenarios.Line))
			if e, err := s.answer(ids[i], q.op, patience); err != nil {
				return err
			} else if err := good(e); err != nil {
				return err
			}
		}
		return s.disconnects()
	})
}

// connectTwice connects a live client once more: what comes of it is the SDK's, that it settles the adapter's.
func connectTwice(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		if err := s.opens("c", nil); err != nil {
			return err
		}
		if err := s.does("connect", map[string]any{"client": "c"}); err != nil {
			return err
		}
		e, err := s.call("connect", map[string]any{"client": "c"})
		if err != nil {
			return err
		}
		if e.Err != nil && e.Err.Code == contract.CodeSDK {
			return s.disconnects()
		}
		if err := good(e); err != nil {
			return err
		}
		return s.disconnects()
	})
}

// reconnect connects, disconnects and connects one client.
func reconnect(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		if err := s.opens("c", nil); err != nil {
			return err
		}
		for n := range 2 {
			if err := s.does("connect", map[string]any{"client": "c"}); err != nil {
				return err
			}
			if err := s.await("the start of the CLI", patience, func() bool { return s.starts == n+1 }); err != nil {
				return err
			}
			if err := s.does("disconnect", map[string]any{"client": "c"}); err != nil {
				return err
			}
		}
		return nil
	})
}

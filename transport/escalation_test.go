package transport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakeTarget notes what it is told and when, and ends after a delay when told one of it.
type fakeTarget struct {
	start  time.Time
	told   []string
	endsOn string
	after  time.Duration
	done   chan struct{}
}

func (f *fakeTarget) hear(what string) error {
	f.told = append(f.told, what+" at "+time.Since(f.start).String())
	if what == f.endsOn {
		time.AfterFunc(f.after, func() { close(f.done) })
	}
	return nil
}

func (f *fakeTarget) CloseInput() error     { return f.hear("eof") }
func (f *fakeTarget) Terminate() error      { return f.hear("term") }
func (f *fakeTarget) Kill() error           { return f.hear("kill") }
func (f *fakeTarget) Done() <-chan struct{} { return f.done }

func TestEscalation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		e      Escalation
		endsOn string
		after  time.Duration
		cancel time.Duration
		told   []string
		took   time.Duration
		err    error
	}{
		"ends on eof":         {endsOn: "eof", after: time.Second, told: []string{"eof at 0s"}, took: time.Second},
		"ends on term":        {endsOn: "term", told: []string{"eof at 0s", "term at 5s"}, took: 5 * time.Second},
		"ends on kill":        {endsOn: "kill", told: []string{"eof at 0s", "term at 5s", "kill at 10s"}, took: 10 * time.Second},
		"never ends":          {told: []string{"eof at 0s", "term at 5s", "kill at 10s"}, took: 15 * time.Second, err: ErrNotEnded},
		"own graces":          {e: Escalation{EOFGrace: time.Second, TermGrace: 2 * time.Second}, endsOn: "kill", told: []string{"eof at 0s", "term at 1s", "kill at 3s"}, took: 3 * time.Second},
		"no graces":           {e: Escalation{EOFGrace: -1, TermGrace: -1}, endsOn: "kill", told: []string{"eof at 0s", "term at 0s", "kill at 0s"}},
		"hurried":             {cancel: 2 * time.Second, endsOn: "kill", told: []string{"eof at 0s", "term at 2s", "kill at 2s"}, took: 2 * time.Second},
		"hurried, slow death": {cancel: 2 * time.Second, endsOn: "kill", after: time.Second, told: []string{"eof at 0s", "term at 2s", "kill at 2s"}, took: 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.cancel > 0 {
					time.AfterFunc(tc.cancel, cancel)
				}
				f := &fakeTarget{start: time.Now(), endsOn: tc.endsOn, after: tc.after, done: make(chan struct{})}
				err := tc.e.Run(ctx, f)
				if !errors.Is(err, tc.err) {
					t.Errorf("want error %v, got %v", tc.err, err)
				}
				if diff := cmp.Diff(tc.told, f.told); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
				if took := time.Since(f.start); took != tc.took {
					t.Errorf("want it to take %v, took %v", tc.took, took)
				}
			})
		})
	}
}

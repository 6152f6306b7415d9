package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wiretrial/wiretrial/client"
)

// The graces, to the tick of a clock of their own.

func TestACLIWithoutOutputHasFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil, patient)
		f.polite()
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		spent := took(func() {
			f.peer.CloseOutput()
			if _, err := texts(c.Messages(t.Context())); err != nil {
				t.Error(err)
			}
		})
		if spent != 5*time.Second {
			t.Errorf("it was ended after %v", spent)
		}
	})
}

func TestAFailedWriteWaitsForItsReason(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		exits time.Duration // after its stdin was closed; 0 is never
		kind  client.Kind
		spent time.Duration
	}{
		"which comes":      {200 * time.Millisecond, client.ProcessExit, 200 * time.Millisecond},
		"which comes late": {900 * time.Millisecond, client.NotReady, 500 * time.Millisecond},
		"which never does": {0, client.NotReady, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opts, f := pipe(t, nil, patient)
				c := client.New(opts)
				if err := c.Connect(t.Context()); err != nil {
					t.Fatal(err)
				}
				f.peer.CloseInput()
				if tt.exits > 0 {
					time.AfterFunc(tt.exits, func() { f.peer.End(7, "boom\n") })
				}
				var err error
				spent := took(func() { err = c.Query(t.Context(), client.Text("x")) })
				if !errors.Is(err, tt.kind) || spent != tt.spent {
					t.Errorf("got %v after %v, want %s after %v", err, spent, tt.kind, tt.spent)
				}
				time.Sleep(time.Second)
				f.peer.End(0, "")
				if err := c.Disconnect(context.Background()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestAStuckCallbackHasASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release, entered := make(chan struct{}), make(chan struct{})
		opts, f := pipe(t, func(o *client.Options) {
			o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
				close(entered)
				<-release
				return client.Allow(), nil
			}
		}, patient)
		f.polite()
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.writes(request("p", askTool))
		<-entered
		if spent := took(func() { _ = c.Disconnect(context.Background()) }); spent != time.Second {
			t.Errorf("disconnect took %v", spent)
		}
		close(release)
	})
}

func TestTheCeilingIsAnOption(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		option time.Duration
		env    string
		want   time.Duration // from the result to the end of stdin; 0 is never
	}{
		"the default":               {0, "", client.DefaultStdinCeiling},
		"an option":                 {time.Second, "", time.Second},
		"an option over a variable": {time.Second, "2000", time.Second},
		"a variable":                {0, "2000", 2 * time.Second},
		"none by option":            {-1, "2000", 0},
		"none by variable":          {0, "0", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opts, f := pipe(t, func(o *client.Options) {
					o.StdinCeiling = tt.option
					o.Env = map[string]string{"CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS": tt.env}
				}, patient)
				go func() {
					f.reads("user")
					f.writes(running, result("r"))
					spent := took(func() {
						select {
						case <-f.eof:
						case <-time.After(1000 * time.Hour):
						}
					})
					if never := tt.want == 0; never != f.open() || !never && spent != tt.want {
						t.Errorf("stdin is open: %v, after %v; want the end after %v", f.open(), spent, tt.want)
					}
					f.peer.End(0, "")
				}()
				if _, err := texts(client.Query(context.Background(), client.Text("x"), opts)); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

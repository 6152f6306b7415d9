//go:build linux || darwin

package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

const patience = 30 * time.Second // how long a test waits for what must come; a machine under load needs it

func bg() context.Context { return context.Background() }

// role is an adapter that the test binary plays.
func role(name string, args ...string) Spec {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return Spec{Name: name, Argv: append([]string{self, "role:" + name}, args...), Env: EnvAllow(os.Environ(), nil, quickEnd())}
}

// quickEnd keeps a test binary with the race detector, which every process here then is, from sleeping a second before it exits.
func quickEnd() map[string]string { return map[string]string{"GORACE": "atexit_sleep_ms=0"} }

// start starts an adapter that the test kills at its end.
func start(t *testing.T, s Spec) *Adapter {
	t.Helper()
	ctx, cancel := context.WithTimeout(bg(), patience)
	defer cancel()
	a, err := Start(ctx, s)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := a.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
	})
	return a
}

// next takes one event.
func next(a *Adapter) (Event, error) {
	select {
	case ev, ok := <-a.Events():
		if !ok {
			return Event{}, errors.New("events are closed")
		}
		return ev, nil
	case <-time.After(patience):
		return Event{}, errors.New("no event came")
	}
}

func mustNext(t *testing.T, a *Adapter, want EventKind) Event {
	t.Helper()
	ev, err := next(a)
	if err != nil {
		t.Fatal(err)
	}
	if ev.Kind != want {
		t.Fatalf("got event %+v, want %v", ev, want)
	}
	return ev
}

// call sends and takes the answer, which must be the next event.
func call(a *Adapter, method string, params any) (json.RawMessage, error) {
	id, err := a.Send(method, params)
	if err != nil {
		return nil, err
	}
	ev, err := next(a)
	if err != nil {
		return nil, err
	}
	if ev.Kind != Answer || ev.ID != id || ev.Err != nil {
		return nil, fmt.Errorf("%s: got %+v", method, ev)
	}
	return ev.Result, nil
}

func mustCall(t *testing.T, a *Adapter, method string, params any) json.RawMessage {
	t.Helper()
	result, err := call(a, method, params)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

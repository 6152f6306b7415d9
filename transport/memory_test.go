package transport

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// echoed writes a frame to a peer that gives it back, and reads it meanwhile: both pipes may be full.
func echoed(t *testing.T, p Transport, frame string) {
	t.Helper()
	written := make(chan error, 1)
	go func() { written <- p.WriteFrame(t.Context(), []byte(frame)) }()
	if got, err := p.ReadFrame(); err != nil || string(got) != frame {
		t.Fatalf("want %d bytes, got %d, %v", len(frame), len(got), err)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
}

// TestPipe talks both ways and ends as a process does.
func TestPipe(t *testing.T) {
	t.Parallel()
	client, peer := Pipe()
	go func() {
		for {
			frame, err := peer.ReadFrame()
			if err != nil {
				peer.End(3, "it hurts")
				return
			}
			_ = peer.WriteFrame(t.Context(), frame)
		}
	}()
	for _, f := range []string{`{"a":1}`, object(300_000)} {
		echoed(t, client, f)
	}
	if err := client.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if e := client.Exit(); e.Code != 3 || e.Stderr != "it hurts" || !e.Closing || e.Err == nil {
		t.Errorf("exit: %+v", e)
	}
	if _, err := client.ReadFrame(); err != io.EOF {
		t.Errorf("want io.EOF, got %v", err)
	}
}

func TestPipeEscalation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		handles bool
		signal  string
		took    time.Duration
	}{
		"heeds SIGTERM":   {false, "SIGTERM", DefaultEOFGrace},
		"handles SIGTERM": {true, "SIGKILL", DefaultEOFGrace + DefaultTermGrace},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, peer := Pipe()
				if tc.handles {
					asked := peer.Terminated()
					defer func() { <-asked }()
				}
				begin := time.Now()
				if err := client.Close(t.Context()); err != nil {
					t.Error(err)
				}
				if e := client.Exit(); e.Signal != tc.signal || time.Since(begin) != tc.took {
					t.Errorf("after %v: %+v", time.Since(begin), e)
				}
			})
		})
	}
}

func TestPipeBlockedWrite(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		end  func(*Memory, *Peer)
		want error
	}{
		"close input":       {func(m *Memory, _ *Peer) { _ = m.CloseInput() }, ErrInputClosed},
		"peer closes input": {func(_ *Memory, p *Peer) { p.CloseInput() }, ErrPeerClosed},
		"peer ends":         {func(_ *Memory, p *Peer) { p.End(0, "") }, ErrPeerClosed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, peer := Pipe()
				blocked := make(chan error, 1)
				go func() { blocked <- client.WriteFrame(t.Context(), []byte(object(1<<20))) }()
				synctest.Wait()
				tc.end(client, peer)
				if err := <-blocked; !errors.Is(err, tc.want) {
					t.Errorf("want %v, got %v", tc.want, err)
				}
				peer.End(0, "")
				_ = client.Close(t.Context())
			})
		})
	}
}

// TestPipeRaw: the peer may write any bytes, and end its output without ending.
func TestPipeRaw(t *testing.T) {
	t.Parallel()
	client, peer := Pipe()
	go func() {
		for _, piece := range []string{"noise\n{\"a\"", ":1}\n", `{"b":2}`} {
			_, _ = peer.Write([]byte(piece))
		}
		peer.CloseOutput()
	}()
	if got := readAll(t, client); len(got) != 2 || got[0] != `{"a":1}` || got[1] != `{"b":2}` {
		t.Errorf("got %q", got)
	}
	select {
	case <-client.Done():
		t.Error("the peer has not ended")
	default:
	}
	peer.End(0, "")
	<-client.Done()
}

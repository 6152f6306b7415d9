package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// obliges answers every request of the session and counts the answers to its own by their ids, until the session ends its input.
func (f *fake) obliges() (answers map[string]int) {
	answers = map[string]int{}
	for {
		select {
		case m := <-f.lines:
			switch m.Type {
			case protocol.TypeControlRequest:
				f.answer(m, `{}`)
			case protocol.TypeControlResponse:
				answers[m.ControlResponse().ID.String()]++
			}
		case <-f.eof:
			if len(f.lines) == 0 {
				return answers
			}
		}
	}
}

// TestASessionFromManyGoroutines holds that each message is received once and each permission request answered once, whoever calls what.
func TestASessionFromManyGoroutines(t *testing.T) {
	t.Parallel()
	const requests, readers = 100, 4
	s, f := approving(t)
	var told sync.Map // how often a message was received, by its kind and text or id
	var all sync.WaitGroup
	answered := make(chan map[string]int, 1)
	go func() { answered <- f.obliges() }()
	all.Go(func() {
		for i := range requests {
			f.writes(assistant(fmt.Sprint("m", i)), request(fmt.Sprint("p", i), askTool))
		}
		for range readers {
			f.writes(result("done")) // ends one reader
		}
	})
	for range readers {
		all.Go(func() {
			for m, err := range s.Messages(within(t)) {
				if err != nil || m.Type == protocol.TypeResult {
					return
				}
				key := m.Text()
				if r, ok := client.ToolRequestOf(m); ok {
					key = r.ID.String()
					all.Go(func() { // two who want to answer: one may
						if err := s.SendControlResponse(within(t), r.Allow()); err != nil && !errors.Is(err, client.ErrNotPending) {
							t.Error(err)
						}
					})
					if err := s.SendControlResponse(within(t), r.Deny("no")); err != nil && !errors.Is(err, client.ErrNotPending) {
						t.Error(err)
					}
				}
				if _, twice := told.LoadOrStore(key, true); twice {
					t.Errorf("%s was received twice", key)
				}
			}
		})
		all.Go(func() {
			for range 10 {
				if err := s.Ping(within(t)); err != nil {
					t.Error(err)
				}
				_, _, _ = s.SessionID(), s.IsAlive(), s.IsToolApprovalEnabled()
			}
		})
	}
	all.Wait()
	go func() { f.sawEOF(); f.peer.End(0, "") }()
	if err := s.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	answers := <-answered
	for i := range requests {
		message, asked := fmt.Sprint("m", i), fmt.Sprint("p", i)
		_, m := told.Load(message)
		_, p := told.Load(asked)
		if !m || !p || answers[asked] != 1 {
			t.Errorf("%s received: %v; %s received: %v, answered %d times", message, m, asked, p, answers[asked])
		}
	}
	if _, err := s.Receive(within(t)); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: got %v", err)
	}
}

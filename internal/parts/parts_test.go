package parts_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func TestFind(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parts.Find(self); got != self || err != nil {
		t.Errorf("a given path: got %q, %v", got, err)
	}
	if _, err := parts.Find(filepath.Join(t.TempDir(), "claude")); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a path to nothing: got %v", err)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	r := parts.Request{ID: protocol.NewID("p1")}
	for name, tt := range map[string]struct {
		outcome parts.Outcome
		want    string
	}{
		"a value":               {parts.Outcome{Value: map[string]int{"a": 1}}, `{"type":"control_response","response":{"subtype":"success","request_id":"p1","response":{"a":1}}}`},
		"an error":              {parts.Outcome{Err: errors.New("boom")}, `{"type":"control_response","response":{"subtype":"error","request_id":"p1","error":"boom"}}`},
		"an error without text": {parts.Outcome{Err: errors.New("")}, `{"type":"control_response","response":{"subtype":"error","request_id":"p1","error":"callback failed without a message"}}`},
		"withdrawn":             {parts.Outcome{Value: 1, Withdrawn: true}, ""},
		"over":                  {parts.Outcome{Value: 1, Ended: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(parts.Answer(r, tt.outcome)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	if got := string(parts.Answer(r, parts.Outcome{Value: make(chan int)})); !strings.Contains(got, `"subtype":"error"`) {
		t.Errorf("a value without an encoding is a failure: got %s", got)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	bad := &protocol.Result{IsError: true, Errors: protocol.Texts{"why"}}
	for name, tt := range map[string]struct {
		ending parts.Ending
		kind   string
		says   string
	}{
		"clean":                     {parts.Ending{Initialized: true}, "", ""},
		"dismissed, whatever":       {parts.Ending{Dismissed: true, TurnOpen: true, Exit: transport.Exit{Code: 143}}, "", ""},
		"in a turn":                 {parts.Ending{Initialized: true, TurnOpen: true}, parts.KindNoResult, "without a result"},
		"before initialize":         {parts.Ending{}, parts.KindProcessExit, "before it answered initialize"},
		"a code":                    {parts.Ending{Exit: transport.Exit{Code: 3, Stderr: "no luck\n"}}, parts.KindProcessExit, "code 3; stderr: no luck"},
		"a signal":                  {parts.Ending{Exit: transport.Exit{Code: -1, Signal: "SIGKILL"}}, parts.KindProcessExit, "SIGKILL"},
		"unknown":                   {parts.Ending{Exit: transport.Exit{Code: -1, Err: errors.New("lost")}}, parts.KindClosed, "lost"},
		"a code with a bad result":  {parts.Ending{Last: bad, Exit: transport.Exit{Code: 1}}, parts.KindResultError, "why"},
		"the bad result before":     {parts.Ending{Last: bad, TurnOpen: true, Exit: transport.Exit{Code: 1}}, parts.KindProcessExit, "code 1"},
		"inside a line":             {parts.Ending{Initialized: true, CutOff: &transport.FrameError{Err: transport.ErrMalformed}}, parts.KindDecode, "cut off"},
		"output closed in a turn":   {parts.Ending{Initialized: true, TurnOpen: true, Exit: transport.Exit{Code: 143, Closing: true}}, parts.KindNoResult, "closed its output"},
		"output closed after turns": {parts.Ending{Initialized: true, Exit: transport.Exit{Code: 143, Closing: true}}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parts.End(tt.ending)
			switch {
			case tt.kind == "" && got != nil:
				t.Errorf("got %+v, want a good end", got)
			case tt.kind != "" && (got == nil || got.Kind != tt.kind || !strings.Contains(got.Message, tt.says)):
				t.Errorf("got %+v, want %s: %s", got, tt.kind, tt.says)
			}
		})
	}
}

func item(text string) parts.Item {
	return parts.Item{Message: protocol.Message{Type: "x", Raw: []byte(text)}}
}

func TestQueueKeepsOrderAndGivesItsEndLast(t *testing.T) {
	t.Parallel()
	q := parts.NewQueue(0)
	for _, text := range []string{"a", "b"} {
		if err := q.Push(item(text)); err != nil {
			t.Fatal(err)
		}
	}
	why := errors.New("why")
	q.Close(why)
	q.Close(io.EOF)
	if err := q.Push(item("c")); !errors.Is(err, why) {
		t.Errorf("push after the end: %v", err)
	}
	var got []string
	var end error
	for end == nil {
		var it parts.Item
		if it, end = q.Pop(t.Context()); end == nil {
			got = append(got, string(it.Message.Raw))
		}
	}
	if !slices.Equal(got, []string{"a", "b"}) || !errors.Is(end, why) {
		t.Errorf("got %v, %v", got, end)
	}
}

func TestQueueRefusesBeyondItsBound(t *testing.T) {
	t.Parallel()
	q := parts.NewQueue(5)
	for i, text := range []string{"a frame beyond it comes alone", "x"} {
		err := q.Push(item(text))
		var full *parts.Backlog
		if want := i > 0; errors.As(err, &full) != want || want && (full.Limit != 5 || full.Messages != 1 || full.Bytes != 29) {
			t.Errorf("push %d: %v", i, err)
		}
	}
	if _, err := q.Pop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := q.Push(item("y")); err == nil {
		t.Error("what came after the gap was taken")
	}
}

func TestQueueReadersWaitAndLoseNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := parts.NewQueue(0)
		got := make(chan error, 2)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, err := q.Pop(ctx); got <- err }()
		synctest.Wait()
		cancel()
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
		for range 2 {
			go func() { _, err := q.Pop(t.Context()); got <- err }()
		}
		synctest.Wait()
		if err := q.Push(item("a")); err != nil {
			t.Error(err)
		}
		if err := <-got; err != nil {
			t.Errorf("one reader gets it: %v", err)
		}
		q.Close(nil)
		if err := <-got; !errors.Is(err, io.EOF) {
			t.Errorf("the other one gets the end: %v", err)
		}
	})
}

func answerTo(t *testing.T, id string) protocol.Message {
	t.Helper()
	line, err := protocol.EncodeSuccess(protocol.NewID(id), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := protocol.Decode(line)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPendingMatchesByIDOnce(t *testing.T) {
	t.Parallel()
	p := parts.NewPending()
	one, err := p.Open(protocol.NewID("1"), "interrupt")
	if err != nil {
		t.Fatal(err)
	}
	two, err := p.Open(protocol.NewID("2"), "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, known := p.Resolve(answerTo(t, "3")); known {
		t.Error("an answer to nothing is known")
	}
	if subtype, known := p.Resolve(answerTo(t, "1")); !known || subtype != "interrupt" {
		t.Errorf("got %q, %v", subtype, known)
	}
	if _, known := p.Resolve(answerTo(t, "1")); known {
		t.Error("the second answer is known")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := one.Wait(cancelled); err != nil {
		t.Errorf("an answer that is there wins: %v", err)
	}
	two.Drop()
	if _, known := p.Resolve(answerTo(t, "2")); known {
		t.Error("an answer to a dropped request is known")
	}
}

func TestPendingFailsAllWhenClosed(t *testing.T) {
	t.Parallel()
	p := parts.NewPending()
	open, err := p.Open(protocol.NewID("1"), "x")
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("why")
	p.Close(why)
	p.Close(errors.New("later"))
	if _, err := open.Wait(t.Context()); !errors.Is(err, why) {
		t.Errorf("open: got %v", err)
	}
	if _, err := p.Open(protocol.NewID("2"), "x"); !errors.Is(err, why) {
		t.Errorf("later: got %v", err)
	}
}

func BenchmarkQueue(b *testing.B) {
	q := parts.NewQueue(0)
	it := item(strings.Repeat("x", 500))
	b.ReportAllocs()
	for b.Loop() {
		if err := q.Push(it); err != nil {
			b.Fatal(err)
		}
		if _, err := q.Pop(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTheQueueKeepsTheOrderWhateverItsMemoryDoes(t *testing.T) {
	t.Parallel()
	q := parts.NewQueue(0)
	pushed, popped := 0, 0
	for round := range 200 {
		for range 1 + round*7%60 {
			if err := q.Push(parts.Item{Mark: parts.Mark{Turn: pushed}}); err != nil {
				t.Fatal(err)
			}
			pushed++
		}
		for n := round * 5 % 53; n > 0 && popped < pushed || round == 150 && popped < pushed; n-- {
			it, err := q.Pop(t.Context())
			if err != nil || it.Mark.Turn != popped {
				t.Fatalf("item %d is %d, %v", popped, it.Mark.Turn, err)
			}
			popped++
		}
	}
	q.Close(nil)
	for ; popped < pushed; popped++ {
		if it, err := q.Pop(t.Context()); err != nil || it.Mark.Turn != popped {
			t.Fatalf("item %d is %d, %v", popped, it.Mark.Turn, err)
		}
	}
	if _, err := q.Pop(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
}

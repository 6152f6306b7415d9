package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// patience is how long a test waits for what must come: long, for a loaded machine with one core.
const patience = time.Minute

// fake plays the CLI on the other end of a transport in memory. It reads all lines in a goroutine of its own, and answers
// initialize by itself unless told not to.
type fake struct {
	t     *testing.T
	peer  *transport.Peer
	lines chan protocol.Message
	eof   chan struct{}

	pause chan chan struct{} // stops the reading until the channel that it takes is closed

	mute bool          // leave initialize to the test
	wait time.Duration // how long sawEOF waits
}

// pipe gives options whose transport leads to a fake.
func pipe(t *testing.T, set func(*client.Options), tune ...func(*fake)) (client.Options, *fake) {
	t.Helper()
	opts := client.Options{}
	if set != nil {
		set(&opts)
	}
	m, peer := transport.PipeWith(transport.Options{
		Framing: transport.FramerOptions{MaxFrame: opts.MaxFrame}, Escalation: opts.Escalation,
	})
	f := &fake{t: t, peer: peer, lines: make(chan protocol.Message, 10000), eof: make(chan struct{}), wait: patience, pause: make(chan chan struct{}, 1)}
	for _, tune := range tune {
		tune(f)
	}
	opts.Open = func(context.Context) (transport.Transport, error) { return m, nil }
	var reading sync.WaitGroup
	reading.Go(f.read)
	t.Cleanup(func() {
		peer.End(0, "")
		reading.Wait()
	})
	return opts, f
}

func mute(f *fake) { f.mute = true }

// patient is for tests with a clock of their own.
func patient(f *fake) { f.wait = time.Hour }

func (f *fake) read() {
	defer close(f.eof)
	for {
		frame, err := f.peer.ReadFrame()
		if err != nil {
			return
		}
		select {
		case goOn := <-f.pause:
			<-goOn
		default:
		}
		m, err := protocol.Decode(frame)
		if err != nil {
			f.t.Errorf("the client wrote a line that is no message: %v", err)
			continue
		}
		if m.Subtype == protocol.SubInitialize && !f.mute {
			f.answer(m, `{"commands":[]}`)
			continue
		}
		f.lines <- m
	}
}

// reads gives the next line of a kind, which must be the next of all.
func (f *fake) reads(kind string) protocol.Message {
	f.t.Helper()
	select {
	case m := <-f.lines:
		if m.Kind() != kind {
			f.t.Fatalf("the client wrote %s, want %s: %.300s", m.Kind(), kind, m.Raw)
		}
		return m
	case <-time.After(patience):
		f.t.Fatalf("the client did not write %s", kind)
	}
	return protocol.Message{}
}

func (f *fake) sawEOF() {
	f.t.Helper()
	select {
	case <-f.eof:
	case <-time.After(f.wait):
		f.t.Error("stdin was not closed")
	}
}

func (f *fake) open() bool {
	select {
	case <-f.eof:
		return false
	default:
		return true
	}
}

// writes writes frames.
func (f *fake) writes(frames ...string) {
	for _, frame := range frames {
		if err := f.peer.WriteFrame(context.Background(), []byte(frame)); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			f.t.Errorf("fake cannot write: %v", err)
		}
	}
}

// answer answers a request of the client with success.
func (f *fake) answer(m protocol.Message, value string) {
	line, err := protocol.EncodeSuccess(m.ControlRequest().ID, json.RawMessage(value))
	if err != nil {
		f.t.Errorf("fake's answer: %v", err)
		return
	}
	f.writes(string(line))
}

func (f *fake) refuse(m protocol.Message, text string) {
	line, err := protocol.EncodeError(m.ControlRequest().ID, text, "")
	if err != nil {
		f.t.Errorf("fake's refusal: %v", err)
		return
	}
	f.writes(string(line))
}

func result(text string) string {
	return `{"is_error":false,"result":` + quote(text) + `,"num_turns":1,"subtype":"success","type":"result"}`
}

func assistant(text string) string {
	return `{"type":"assistant","message":{"role":"assistant","model":"m","content":[{"type":"text","text":` + quote(text) + `}]}}`
}

const interrupted = `{"type":"result","subtype":"error_during_execution","is_error":true,"num_turns":2,"errors":["stopped"]}`

func request(id, body string) string {
	return `{"type":"control_request","request_id":` + quote(id) + `,"request":` + body + `}`
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

func connected(t *testing.T, set func(*client.Options), tune ...func(*fake)) (*client.Client, *fake) {
	t.Helper()
	opts, f := pipe(t, set, tune...)
	c := client.New(opts)
	if err := c.Connect(within(t)); err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() {
		f.peer.End(0, "")
		if err := c.Disconnect(context.Background()); err != nil {
			t.Errorf("disconnect: %v", err)
		}
	})
	return c, f
}

// within gives a context that ends when the test has waited too long.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// texts reads a sequence to its end: the texts of its messages and its error.
func texts(seq func(func(client.Message, error) bool)) (got []string, failure error) {
	for m, err := range seq {
		if err != nil {
			return got, err
		}
		got = append(got, m.Text())
	}
	return got, nil
}

func joined(got []string) string { return strings.Join(got, ",") }

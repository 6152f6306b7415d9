package mutants

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// turnFaults are the faults of a session of several turns.
func turnFaults() []Mutant {
	return []Mutant{
		{
			Name: "eof-after-turn", Group: Stdin, Fault: "closes the stdin of an interactive client, too, when a turn has its result",
			Kills: kills("stdin/open-between-turns"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return oneTurn{t} }
			}),
		}, {
			Name: "eof-at-idle", Group: Stdin, Fault: "closes stdin at any idle state, even of a turn before its last prompt",
			Kills: kills("stdin/idle-of-the-turn-before"),
			Parts: judgedBy(func(_ parts.Step, m protocol.Message) parts.Verdict {
				return parts.Verdict{CloseInput: m.Subtype == "session_state_changed" && gjson.GetBytes(m.Raw, "state").Str == "idle"}
			}),
		}, {
			Name: "one-init", Group: Drift, Fault: "takes a second system/init for a repetition, and drops it",
			Kills: kills("turns/init-with-every-turn"),
			Parts: with(func(p *parts.Parts) {
				inits := 0 // of the reading goroutine
				p.Inbound = without(func(m protocol.Message) bool {
					if m.Kind() == "system/init" {
						inits++
					}
					return m.Kind() == "system/init" && inits > 1
				})
			}),
		}, {
			Name: "one-session-id", Group: Drift, Fault: "drops the messages of another session id than its first",
			Kills: kills("turns/another-session-id"),
			Parts: with(func(p *parts.Parts) {
				first := "" // of the reading goroutine
				p.Inbound = without(func(m protocol.Message) bool {
					id := gjson.GetBytes(m.Raw, "session_id").Str
					first = cmp.Or(first, id)
					return id != "" && id != first
				})
			}),
		}, {
			Name: "one-per-message-id", Group: Drift, Fault: "takes assistant messages of one message id for one message",
			Kills: kills("turns/reply-in-several-messages"),
			Parts: with(func(p *parts.Parts) {
				seen := map[string]bool{} // of the reading goroutine
				p.Inbound = without(func(m protocol.Message) bool {
					id := gjson.GetBytes(m.Raw, "message.id").Str
					again := m.Type == protocol.TypeAssistant && seen[id]
					seen[id] = true
					return again
				})
			}),
		},
	}
}

// betweenFaults are the faults in what comes between turns and at the end of the last.
func betweenFaults() []Mutant {
	return []Mutant{
		{
			Name: "deaf-between-turns", Group: Flow, Fault: "drops what comes between a result and the next prompt",
			Kills: kills("turns/started-by-a-task", "turns/messages-after-the-result"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &deafBetween{Transport: t} }
			}),
		}, {
			Name: "turn-takes-all", Group: Flow, Fault: "drops what had come behind a result when the reading of its turn ends",
			Kills: kills("turns/two-turns-in-one-write"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue { return &takesAll{Queue: parts.NewQueue(limit)} }
			}),
		}, {
			Name: "reader-forgotten", Group: Flow, Fault: "leaves a consumer waiting when its session is closed",
			Kills: kills("process/reader-let-go"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue { return unended{parts.NewQueue(limit)} }
			}),
		}, {
			Name: "collects-twice", Group: Process, Fault: "waits for the CLI's exit again when a closed session is closed",
			Kills: kills("process/closed-twice"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &collectsTwice{Transport: t} }
			}),
		},
	}
}

// collectsTwice waits for an exit at each close, though there is one exit.
type collectsTwice struct {
	transport.Transport
	closed atomic.Bool
}

func (c *collectsTwice) Close(ctx context.Context) error {
	if c.closed.Swap(true) {
		<-ctx.Done()
	}
	return c.Transport.Close(ctx)
}

// lineFaults are the faults in what is written into a line.
func lineFaults() []Mutant {
	return []Mutant{
		{
			Name: "first-prompt-lost", Group: Input, Fault: "forgets the prompt that a session begins with",
			Kills: kills("input/given-with-the-connecting"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &promptLost{Transport: t} }
			}),
		}, {
			Name: "known-fields-only", Group: Input, Fault: "writes of a prompt's items only the fields that it knows",
			Kills: kills("input/as-yielded"),
			Parts: with(func(p *parts.Parts) {
				p.Prompt = func(next parts.Pull) parts.Pull {
					return func(ctx context.Context) (json.RawMessage, error) {
						line, err := next(ctx)
						return knownFields(line), err
					}
				}
			}),
		}, {
			Name: "one-write", Group: Input, Fault: "forgets what one write of 64 KiB did not take of a line",
			Kills: kills("input/large-prompt"),
			Parts: cutAt(readSize),
		}, {
			Name: "c-strings", Group: Input, Fault: "drops NUL from what it reads and writes",
			Kills: kills("framing/escapes", "input/any-characters"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return cStrings{t} }
			}),
		},
	}
}

// streamFaults are the faults in how the three streams are read and written.
func streamFaults() []Mutant {
	return []Mutant{
		{
			Name: "objects-only", Group: Drift, Fault: "ends the stream at a JSON value that is no object",
			Kills: kills("framing/values-that-are-no-object"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader { return objectsOnly{newLines(r)} }),
		}, {
			Name: "shallow", Group: Drift, Fault: "ends the stream at a frame that is nested deeper than its reader goes",
			Kills: kills("framing/deep"),
			Parts: refusing(func(frame []byte) error {
				if bytes.Contains(frame, bytes.Repeat([]byte("["), 500)) {
					return errors.New("nested too deep")
				}
				return nil
			}),
		}, {
			Name: "stderr-is-text", Group: Flow, Fault: "reads stderr up to the first byte that is no text",
			Kills: kills("flow/stderr-is-no-text"),
			Parts: withTransport(func(o *transport.Options) {
				o.NewStderr = func() transport.StderrReader { return textStderr{} }
			}),
		}, {
			Name: "stderr-is-stdout", Group: Bytes, Fault: "reads stdout and stderr from one pipe",
			Kills: kills("flow/stderr-is-no-message"),
			Parts: withTransport(func(o *transport.Options) {
				o.StartProcess = func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
					attr.Files[2] = attr.Files[1]
					return os.StartProcess(path, argv, attr)
				}
			}),
		}, {
			Name: "cut-by-cancel", Group: Flow, Fault: "stops in the middle of a line whose caller gives up",
			Kills: kills("concurrency/query-given-up"),
			Parts: withTransport(func(o *transport.Options) {
				o.NewWriter = func(w io.WriteCloser) transport.FrameWriter { return &givingUp{w: w} }
			}),
		},
	}
}

// promptLost does not write its first user line.
type promptLost struct {
	transport.Transport
	lost atomic.Bool
}

func (p *promptLost) WriteFrame(ctx context.Context, frame []byte) error {
	if typeOf(frame) == protocol.TypeUser && !p.lost.Swap(true) {
		return nil
	}
	return p.Transport.WriteFrame(ctx, frame)
}

// oneTurn closes stdin with the first result.
type oneTurn struct{ transport.Transport }

func (o oneTurn) ReadFrame() ([]byte, error) {
	frame, err := o.Transport.ReadFrame()
	if typeOf(frame) == protocol.TypeResult {
		go func() { _ = o.CloseInput() }()
	}
	return frame, err
}

// deafBetween reads on without handing out while no prompt is open.
type deafBetween struct {
	transport.Transport
	deaf atomic.Bool
}

func (d *deafBetween) WriteFrame(ctx context.Context, frame []byte) error {
	if typeOf(frame) == protocol.TypeUser {
		d.deaf.Store(false)
	}
	return d.Transport.WriteFrame(ctx, frame)
}

func (d *deafBetween) ReadFrame() ([]byte, error) {
	for {
		frame, err := d.Transport.ReadFrame()
		if err != nil {
			return frame, err
		}
		if kind := typeOf(frame); !d.deaf.Load() || kind == protocol.TypeControlResponse {
			d.deaf.CompareAndSwap(false, kind == protocol.TypeResult)
			return frame, nil
		}
	}
}

// typeOf is the type of a line, empty if it has none.
func typeOf(line []byte) string {
	m, _ := protocol.Decode(line)
	return m.Type
}

// takesAll forgets with a result what has come behind it.
type takesAll struct {
	parts.Queue
	unread atomic.Int64
}

func (q *takesAll) Push(it parts.Item) error {
	q.unread.Add(1)
	return q.Queue.Push(it)
}

func (q *takesAll) Pop(ctx context.Context) (parts.Item, error) {
	it, err := q.Queue.Pop(ctx)
	if err != nil {
		return it, err
	}
	q.unread.Add(-1)
	for it.Message.Type == protocol.TypeResult && q.unread.Load() > 0 {
		if _, err := q.Queue.Pop(ctx); err != nil {
			break
		}
		q.unread.Add(-1)
	}
	return it, nil
}

// unended is a queue whose readers are not told of its end.
type unended struct{ parts.Queue }

func (unended) Close(error) {}

// knownFields is a user line without the fields that not every user line has.
func knownFields(line json.RawMessage) json.RawMessage {
	for name := range gjson.ParseBytes(line).Map() {
		if !slices.Contains([]string{"type", "message", "parent_tool_use_id", "session_id"}, name) {
			line = drop(line, name)
		}
	}
	return line
}

// objectsOnly dies of JSON that is no object.
type objectsOnly struct{ lines }

func (o objectsOnly) ReadFrame() ([]byte, error) {
	frame, _, err := o.next()
	if err == nil && json.Valid(frame) && !bytes.HasPrefix(frame, []byte("{")) {
		err = errors.New("not an object")
	}
	return frame, err
}

// textStderr reads as long as it gets text.
type textStderr struct{ lazyStderr }

func (textStderr) Drain(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan() && utf8.Valid(lines.Bytes()); {
	}
}

// cStrings cannot hold a NUL.
type cStrings struct{ transport.Transport }

func (c cStrings) WriteFrame(ctx context.Context, frame []byte) error {
	return c.Transport.WriteFrame(ctx, withoutNUL(frame))
}

func (c cStrings) ReadFrame() ([]byte, error) {
	frame, err := c.Transport.ReadFrame()
	return withoutNUL(frame), err
}

func withoutNUL(line []byte) []byte { return bytes.ReplaceAll(line, []byte(`\u0000`), nil) }

// givingUp writes piece by piece, and leaves the rest of a line when its caller has gone.
type givingUp struct {
	w  io.WriteCloser
	mu sync.Mutex // held while a piece is written
}

func (g *givingUp) WriteFrame(ctx context.Context, frame []byte) error {
	line := append(bytes.Clone(frame), '\n')
	for len(line) > 0 {
		piece := line[:min(len(line), 512)]
		line = line[len(piece):]
		written := make(chan error, 1)
		go func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			_, err := g.w.Write(piece)
			written <- err
		}()
		select {
		case err := <-written:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (g *givingUp) Close() error { return g.w.Close() }

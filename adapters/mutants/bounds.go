package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// boundFaults are those in what is kept, and how much of it.
func boundFaults() []Mutant {
	return []Mutant{
		{
			Name: "limit-at-the-end", Group: Bytes, Fault: "looks at the length of a line when its line feed comes",
			Kills: kills("framing/endless-line"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader {
				return transport.NewFramer(r, transport.FramerOptions{MaxFrame: math.MaxInt64})
			}),
		}, {
			Name: "no-bound", Group: Flow, Fault: "keeps whatever nobody reads", Opposite: "answers-fill-up",
			Kills: kills("flow/unread-bound"),
			Parts: with(func(p *parts.Parts) { p.Queue = func(int64) parts.Queue { return parts.NewQueue(math.MaxInt64) } }),
		}, {
			Name: "answers-fill-up", Group: Flow, Fault: "keeps each answer too where nobody reads, and stops when 100 are there", Opposite: "no-bound",
			Kills: kills("flow/many-answers"),
			Parts: with(func(p *parts.Parts) {
				kept := make(chan struct{}, queueSize)
				p.Inbound = seeing(func(m protocol.Message) {
					if m.Type == protocol.TypeControlResponse {
						kept <- struct{}{}
					}
				})
			}),
		}, {
			Name: "stderr-by-reads", Group: Flow, Fault: "decodes each read of stderr alone, and drops what no line feed ends",
			Kills: kills("flow/stderr-text"),
			Parts: withTransport(func(o *transport.Options) {
				onLine := o.OnStderr
				o.NewStderr = func() transport.StderrReader { return stderrReads{lazyStderr{onLine}} }
			}),
		},
	}
}

// patienceFaults are those in how long stdin is held.
func patienceFaults() []Mutant {
	return []Mutant{
		{
			Name: "no-ceiling", Group: Stdin, Fault: "waits for the idle state for ever", Opposite: "no-patience",
			Kills: kills("stdin/bounded-without-idle"),
			Parts: with(func(p *parts.Parts) { p.InputEnd = func(time.Duration) parts.InputEnd { return parts.NewInputEnd(0) } }),
		}, {
			Name: "no-patience", Group: Stdin, Fault: "holds stdin for a tenth of a second after a result", Opposite: "no-ceiling",
			Kills: kills("stdin/bounded-without-idle", "stdin/workflow-task"),
			Parts: with(func(p *parts.Parts) {
				p.InputEnd = func(time.Duration) parts.InputEnd { return parts.NewInputEnd(100 * time.Millisecond) }
			}),
		}, {
			Name: "agents-only", Group: Stdin, Fault: "takes a workflow for a task that can ask nothing",
			Kills: kills("stdin/workflow-task"),
			Parts: rewriting(protocol.TypeSystem, func(raw []byte) []byte {
				return bytes.ReplaceAll(raw, []byte("local_workflow"), []byte("local_bash"))
			}),
		}, {
			Name: "list-decides", Group: Stdin, Fault: "ends stdin when a list of running tasks is empty",
			Kills: kills("stdin/task-list-decides-nothing"),
			Parts: with(func(p *parts.Parts) {
				p.InputEnd = func(ceiling time.Duration) parts.InputEnd { return &listed{own: parts.NewInputEnd(ceiling)} }
			}),
		}, {
			Name: "deaf-at-the-end", Group: Stdin, Fault: "stops listening when it has ended stdin",
			Kills: kills("stdin/words-after-the-end"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport {
					return &deafAtEnd{Transport: t, ended: make(chan struct{})}
				}
			}),
		},
	}
}

// failureFaults are those in what a failure ends.
func failureFaults() []Mutant {
	return []Mutant{
		{
			Name: "failed-turn-ends", Group: Process, Fault: "ends its session with a failed turn",
			Kills: kills("errors/failed-turn"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &oneFailure{Transport: t} }
			}),
		}, {
			Name: "own-signal-fails", Group: Process, Fault: "tells the exit that its own signal made as a failure of the close",
			Kills: kills("process/ended-by-the-sdk"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return blaming{t} }
			}),
		}, {
			Name: "fails-together", Group: Process, Fault: "ends the other sessions of its host when one fails",
			Kills: kills("input/item-after-the-end"),
			Parts: failsTogether(),
		},
	}
}

// itemFaults are those in what is made of the items of a prompt stream.
func itemFaults() []Mutant {
	return []Mutant{
		{
			Name: "swaps-items", Group: Input, Fault: "writes the items of a prompt stream in pairs, the later one first",
			Kills: kills("input/many-items", "input/as-yielded"),
			Parts: with(func(p *parts.Parts) { p.Prompt = swapped }),
		}, {
			Name: "drops-odd-items", Group: Input, Fault: "passes over an item that is no message, and says nothing",
			Kills: kills("input/no-object"),
			Parts: with(func(p *parts.Parts) {
				p.Prompt = func(next parts.Pull) parts.Pull {
					return func(ctx context.Context) (json.RawMessage, error) {
						line, err := next(ctx)
						for err == nil && !gjson.ParseBytes(line).IsObject() {
							line, err = next(ctx)
						}
						return line, err
					}
				}
			}),
		}, {
			Name: "no-session-id", Group: Input, Fault: "writes every prompt without a session id",
			Kills: kills("input/session-of-a-prompt", "input/as-yielded"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return nameless{t} }
			}),
		},
	}
}

// stderrReads gives a callback what it read, as far as whole lines go.
type stderrReads struct{ lazyStderr }

func (s stderrReads) Drain(r io.Reader) {
	for {
		chunk, err := read(r)
		if err != nil {
			return
		}
		lines := strings.SplitAfter(strings.ToValidUTF8(string(chunk), "?"), "\n")
		for _, line := range lines[:len(lines)-1] {
			if s.onLine != nil {
				s.onLine(strings.TrimSuffix(line, "\n"))
			}
		}
	}
}

// listed is the product's judge with a word of the lists of tasks.
type listed struct {
	own   parts.InputEnd
	empty bool
}

func (l *listed) Step(s parts.Step, m protocol.Message) parts.Verdict {
	v := l.own.Step(s, m)
	if s == parts.Received && m.Subtype == "background_tasks_changed" {
		l.empty = len(gjson.GetBytes(m.Raw, "tasks").Array()) == 0
	}
	v.CloseInput = v.CloseInput || l.empty && s == parts.Received && m.Type == protocol.TypeResult
	return v
}

// deafAtEnd gives nothing that comes after the end of stdin.
type deafAtEnd struct {
	transport.Transport
	once  sync.Once
	ended chan struct{}
}

func (d *deafAtEnd) CloseInput() error {
	d.once.Do(func() { close(d.ended) })
	return d.Transport.CloseInput()
}

func (d *deafAtEnd) ReadFrame() ([]byte, error) {
	frame, err := d.Transport.ReadFrame()
	select {
	case <-d.ended:
		return nil, endOr(err)
	default:
		return frame, err
	}
}

// endOr is the end of the output, whether it came or is made.
func endOr(err error) error {
	if err != nil {
		return err
	}
	return io.EOF
}

// oneFailure reads no further than a failed result.
type oneFailure struct {
	transport.Transport
	failed bool // of the reading goroutine
}

func (o *oneFailure) ReadFrame() ([]byte, error) {
	if o.failed {
		return nil, errors.New("the turn failed")
	}
	frame, err := o.Transport.ReadFrame()
	o.failed = typeOf(frame) == protocol.TypeResult && gjson.GetBytes(frame, "is_error").Bool()
	return frame, err
}

// blaming fails a close after which the CLI did not exit well.
type blaming struct{ transport.Transport }

func (b blaming) Close(ctx context.Context) error {
	err := b.Transport.Close(ctx)
	if exit := b.Exit(); err == nil && exit.Code != 0 {
		err = errors.New("the CLI failed")
	}
	return err
}

func failsTogether() func() *parts.Parts {
	var mu sync.Mutex
	var all []transport.Transport
	return with(func(p *parts.Parts) {
		p.Wrap = func(t transport.Transport) transport.Transport {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, t)
			return t
		}
		p.End = func(e parts.Ending) *parts.Failure {
			failure := parts.End(e)
			mu.Lock()
			defer mu.Unlock()
			if failure != nil {
				for _, t := range all {
					go closeAtOnce(t)
				}
			}
			return failure
		}
	})
}

// swapped takes two items before it gives the later one.
func swapped(next parts.Pull) parts.Pull {
	var held []json.RawMessage
	return func(ctx context.Context) (json.RawMessage, error) {
		if len(held) == 0 {
			var err error
			for range 2 {
				var line json.RawMessage
				if line, err = next(ctx); err != nil {
					break
				}
				held = append(held, slices.Clone(line))
			}
			if len(held) == 0 {
				return nil, err
			}
		}
		line := held[len(held)-1]
		held = held[:len(held)-1]
		return line, nil
	}
}

// nameless takes the session id out of its user lines.
type nameless struct{ transport.Transport }

func (n nameless) WriteFrame(ctx context.Context, frame []byte) error {
	if typeOf(frame) == protocol.TypeUser {
		frame = set(frame, "session_id", `""`)
	}
	return n.Transport.WriteFrame(ctx, frame)
}

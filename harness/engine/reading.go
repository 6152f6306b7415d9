package engine

import (
	"fmt"
	"time"
)

// readOn starts the harness's own reader where one is due, as the SDK's concurrency allows.
func (r *run) readOn(s *session, starting *op) error {
	if !s.wantRead || s.yielding || s.reader != nil && !s.reader.done {
		return nil
	}
	until := any("end")
	switch {
	case r.feat["concurrent.any"]:
	case starting != nil || s.inFlight():
		return nil
	case r.feat["concurrent.interrupt"]:
	default:
		if s.undelivered() == 0 && !s.gone() {
			return nil
		}
		until = 1
	}
	o := &op{s: s, names: []string{"reader"}, method: "receive", task: "reader", stream: true, reads: true, internal: true}
	s.reader = o
	return r.launch(o, map[string]any{"client": s.client, "until": until})
}

func (s *session) gone() bool {
	f := s.fake()
	return f != nil && f.dead
}

// yieldReader stops the harness's own reader before another operation, for SDKs that cannot do both. It stays stopped until the operation is
// launched. An SDK without any concurrency is not told to stop: it reads only while a message is due, so that its read ends by itself.
func (r *run) yieldReader(s *session, method string) error {
	if r.feat["concurrent.any"] || r.feat["concurrent.interrupt"] && method == "interrupt" {
		return nil
	}
	s.yielding = true
	o := s.reader
	if o == nil || o.done {
		return nil
	}
	o.void = true
	w := waiting{what: "the reader giving way to " + method, until: time.Now().Add(r.o.Deadline)}
	if r.feat["concurrent.interrupt"] {
		w.until = time.Now().Add(closeBound)
		if err := r.a.Cancel(o.id); err != nil {
			return fault("adapter does not take a cancel: %w", err)
		}
	}
	if err := r.wait(w, func() (bool, error) { return o.done, nil }); err != nil {
		return err
	}
	o.void = o.err != nil && kindOf(o) == "cancelled" // any other end was its own
	return nil
}

// tend keeps the harness's readers going.
func (r *run) tend() error {
	for _, s := range r.order {
		if s.reader != nil && s.reader.done && !s.reader.void {
			if s.reader.err != nil || ended(s.reader.result) {
				s.wantRead = false
			}
		}
		if err := r.readOn(s, nil); err != nil {
			return err
		}
	}
	return nil
}

// read reads by hand: all, one turn, or N messages.
func (r *run) read(v view) error {
	until := any("end")
	whole := true
	switch t := v.text(); t {
	case "all", "":
	case "turn":
		until, whole = "result", false
	default:
		var n int
		if _, err := fmt.Sscanf(t, "%d", &n); err != nil || n < 1 {
			return fault("%s: sdk.read wants all, turn or a number: scenario fault", v.Pos)
		}
		until, whole = n, false
	}
	for _, o := range v.s.ops {
		if o.reads && !o.done && o.task != v.task {
			v.s.unordered = true
		}
	}
	return r.operation(v, "receive", map[string]any{"until": until}, func(o *op) {
		o.names = opNames(v, "read")
		o.stream, o.reads, o.whole = true, true, whole
	})
}

package scenarios

import (
	"bytes"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/protocol"
)

// Due is one frame that the fake put on stdout as law 2 sees it.
type Due struct {
	Frame    []byte
	Type     string
	Subtype  string
	UUID     string
	Delivery Delivery
	Index    int  // of the Written it came from
	Loose    bool // its bytes are no clean line: only its presence is judged, not its values
}

// Dues turns everything that was written to one session's stdout, in order, into what law 2 owes: a frame on a line of
// its own has its class; one that shares its line with raw bytes may be missing; a line of raw bytes that is itself a
// JSON object may come; a frame that was cut short is not due.
func Dues(ws []Written) []Due {
	var out []Due
	var line []byte // raw bytes of the line that is not ended yet
	dirty := false  // line holds something
	for i, w := range ws {
		switch {
		case w.ToStderr:
		case w.Raw:
			out, line = rawLines(out, append(line, w.Bytes...), i)
			dirty = len(bytes.TrimSpace(line)) > 0
		case w.Partial && !validJSON(w.Bytes):
			dirty = true
		default:
			d := Due{Frame: w.Bytes, Type: w.Type, Subtype: w.Subtype, UUID: w.UUID, Delivery: w.Delivery, Index: i}
			if dirty {
				d.Loose = true
				d.Delivery = weaker(d.Delivery)
			}
			out = append(out, d)
			line, dirty = nil, !w.Newline
		}
	}
	out, _ = rawLines(out, append(line, '\n'), len(ws)-1)
	return out
}

// weaker is the class of a frame that shares its line.
func weaker(d Delivery) Delivery {
	if d == DeliverMust {
		return DeliverMay
	}
	return d
}

// rawLines takes the ended lines off what raw bytes have piled up; those that are JSON objects may be delivered.
func rawLines(out []Due, pile []byte, index int) ([]Due, []byte) {
	for {
		at := bytes.IndexByte(pile, '\n')
		if at < 0 {
			return out, pile
		}
		line := trimJSON(pile[:at])
		pile = pile[at+1:]
		if len(line) == 0 || line[0] != '{' || !validJSON(line) {
			continue
		}
		h := readHeader(line)
		out = append(out, Due{Frame: line, Type: h.typ, Subtype: h.subtype, UUID: h.uuid, Index: index,
			Delivery: weaker(protocol.DeliveryOf(h.typ, h.subtype)), Loose: !utf8.Valid(line)})
	}
}

// AlignOptions are the allowances of law 2.
type AlignOptions struct {
	Prefix        bool // a prefix is enough: after break, cancel, disconnect, read: N, an expected session failure
	SetOnly       bool // two readers: the set counts, not the order
	Raw           bool // compare whole frames, not the portable keys only
	YieldsControl bool // the SDK hands control frames to its user
}

// The kinds of a DeliveryProblem.
const (
	ProblemMissing    = "missing"
	ProblemDuplicate  = "duplicate"
	ProblemOrder      = "order"
	ProblemValue      = "value"
	ProblemUnexpected = "unexpected" // never to be yielded, or never written
)

// DeliveryProblem is one breach of law 2.
type DeliveryProblem struct {
	Kind  string
	Due   int    // index in dues, -1 if none
	Yield int    // index in yielded, -1 if none
	Path  string // value: where
	Want  string
	Got   string
}

// Align compares what was yielded, in the order it came, with what was due. Frames are paired by uuid, else by content,
// never by counting: one lost message is one problem, not a shift of all that follow. Problems come in the order of the
// yields, missing frames last.
func Align(dues []Due, yielded [][]byte, o AlignOptions) []DeliveryProblem {
	a := newAligner(dues, o)
	for i, y := range yielded {
		a.yield(i, y)
	}
	a.missing()
	return a.problems
}

// searchBudget bounds the comparisons by content: an SDK that garbles thousands of messages without a uuid must not
// cost the square of them. Beyond it each is compared with the next one due only.
const searchBudget = 50_000

// aligner pairs yields with dues.
type aligner struct {
	dues     []Due
	o        AlignOptions
	taken    []bool
	byUUID   map[string][]int
	lanes    map[string]*dueLane // by type/subtype
	last     int                 // the highest must due delivered so far
	budget   int
	problems []DeliveryProblem
}

// dueLane lists the dues of one type and subtype; those before next are taken.
type dueLane struct {
	dues []int
	next int // the first one that may be untaken
	from int // one after the last that was matched by content
}

func newAligner(dues []Due, o AlignOptions) *aligner {
	a := &aligner{dues: dues, o: o, taken: make([]bool, len(dues)), byUUID: map[string][]int{}, lanes: map[string]*dueLane{},
		last: -1, budget: searchBudget}
	for i, d := range dues {
		if d.UUID != "" {
			a.byUUID[d.UUID] = append(a.byUUID[d.UUID], i)
		}
		lane := a.lanes[laneOf(d.Type, d.Subtype)]
		if lane == nil {
			lane = &dueLane{}
			a.lanes[laneOf(d.Type, d.Subtype)] = lane
		}
		lane.dues = append(lane.dues, i)
	}
	return a
}

func laneOf(typ, subtype string) string { return typ + "/" + subtype }

// report adds a problem.
func (a *aligner) report(kind string, due, yield int, path, want, got string) {
	a.problems = append(a.problems, DeliveryProblem{Kind: kind, Due: due, Yield: yield, Path: path, Want: want, Got: got})
}

// yield pairs one yielded message.
func (a *aligner) yield(i int, msg []byte) {
	if !validJSON(msg) {
		a.report(ProblemUnexpected, -1, i, "", "a JSON message", shorten(string(msg), 200))
		return
	}
	h := readHeader(msg)
	if protocol.DeliveryOf(h.typ, h.subtype) == DeliverNever {
		if !a.o.YieldsControl {
			a.report(ProblemUnexpected, -1, i, "type", "no message of this type", h.typ)
		}
		return
	}
	if at := a.untaken(a.byUUID[h.uuid]); h.uuid != "" && at >= 0 {
		a.take(at, i)
		a.compare(at, i, msg)
		return
	}
	if same := a.byUUID[h.uuid]; h.uuid != "" && len(same) > 0 {
		a.report(ProblemDuplicate, same[len(same)-1], i, "uuid", "once", h.uuid)
		return
	}
	a.byContent(i, msg, h)
}

// untaken returns the first of some dues that is not taken, or -1.
func (a *aligner) untaken(of []int) int {
	for _, at := range of {
		if !a.taken[at] {
			return at
		}
	}
	return -1
}

// byContent pairs a message whose uuid says nothing: with the first due after the last one of its kind that it does not
// contradict, then with an earlier one. What contradicts all of them is a wrong value of the next, or a second copy of
// one that was delivered.
func (a *aligner) byContent(i int, msg []byte, h header) {
	lane := a.lanes[laneOf(h.typ, h.subtype)]
	if lane == nil {
		if protocol.DeliveryOf(h.typ, h.subtype) == DeliverMust {
			a.report(ProblemUnexpected, -1, i, "", "nothing like it was written", shorten(string(msg), 2000))
		}
		return
	}
	if at := a.search(lane, msg); at >= 0 {
		a.take(at, i)
		return
	}
	lane.skipTaken(a.taken)
	if at := a.copied(lane, msg); at >= 0 {
		a.report(ProblemDuplicate, at, i, "", "once", shorten(string(msg), 2000))
		return
	}
	if lane.next < len(lane.dues) {
		at := lane.dues[lane.next]
		a.take(at, i)
		a.compare(at, i, msg)
		return
	}
	if protocol.DeliveryOf(h.typ, h.subtype) == DeliverMust {
		a.report(ProblemUnexpected, -1, i, "", "nothing like it was written", shorten(string(msg), 2000))
	}
}

// search finds an untaken due of the lane that the message agrees with, later ones first.
func (a *aligner) search(lane *dueLane, msg []byte) int {
	lane.skipTaken(a.taken)
	for pass := range 2 {
		begin, end := max(lane.from, lane.next), len(lane.dues)
		if pass == 1 {
			begin, end = lane.next, min(lane.from, len(lane.dues))
		}
		for n := begin; n < end && a.budget > 0; n++ {
			if at := lane.dues[n]; !a.taken[at] && a.agrees(at, msg) {
				lane.from = n + 1
				return at
			}
		}
	}
	return -1
}

// copied finds a taken due of the lane that the message agrees with.
func (a *aligner) copied(lane *dueLane, msg []byte) int {
	for n := len(lane.dues) - 1; n >= 0 && a.budget > 0; n-- {
		if at := lane.dues[n]; a.taken[at] && a.agrees(at, msg) {
			return at
		}
	}
	return -1
}

func (l *dueLane) skipTaken(taken []bool) {
	for l.next < len(l.dues) && taken[l.dues[l.next]] {
		l.next++
	}
}

// agrees reports whether the message does not contradict a due.
func (a *aligner) agrees(at int, msg []byte) bool {
	a.budget--
	return a.difference(a.dues[at], msg) == nil
}

// take marks a due as delivered and judges its place and class.
func (a *aligner) take(at, yield int) {
	a.taken[at] = true
	switch d := a.dues[at]; {
	case d.Delivery == DeliverNever:
		a.report(ProblemUnexpected, at, yield, "type", "no such message", d.Type)
	case d.Delivery != DeliverMust:
	case at < a.last && !a.o.SetOnly:
		a.report(ProblemOrder, at, yield, "", "before "+shorten(string(a.dues[a.last].Frame), 200), shorten(string(d.Frame), 200))
	default:
		a.last = max(a.last, at)
	}
}

// compare reports a yielded value that contradicts the written one.
func (a *aligner) compare(at, yield int, msg []byte) {
	if c := a.difference(a.dues[at], msg); c != nil {
		a.report(ProblemValue, at, yield, c.path, c.want, c.got)
	}
}

// difference finds the first contradiction.
func (a *aligner) difference(d Due, msg []byte) *contradiction {
	if d.Loose || bytes.Equal(d.Frame, msg) {
		return nil
	}
	w, y := gjson.ParseBytes(d.Frame), gjson.ParseBytes(msg)
	if a.o.Raw {
		return contradict("", w, y)
	}
	return contradictPortable(w, y)
}

// missing reports what was due and did not come: with Prefix only what lies before something that came.
func (a *aligner) missing() {
	for at, d := range a.dues {
		if a.o.Prefix && at > a.last {
			return
		}
		if d.Delivery == DeliverMust && !a.taken[at] {
			a.report(ProblemMissing, at, -1, "", shorten(string(d.Frame), 2000), "absent")
		}
	}
}

// portable are the top-level keys that every typed SDK keeps (adapter contract, "Portable keys"); message is looked into.
// session_id is not on user, and those after it are a result's only.
var portable = [...]string{"type", "subtype", "uuid", "parent_tool_use_id", "message", "session_id", "is_error", "num_turns",
	"result", "errors", "total_cost_usd", "usage"}

// The places in portable that end what a user and what other messages but a result are compared by.
const (
	portableMessage = 4
	portableOfUser  = 5
	portableOfAll   = 6
)

// portableFields picks the portable keys out of a message in one pass; the last of repeated ones counts.
func portableFields(message gjson.Result) (fields [len(portable)]gjson.Result) {
	message.ForEach(func(k, v gjson.Result) bool {
		for i, key := range portable {
			if k.Str == key {
				fields[i] = v
			}
		}
		return true
	})
	return fields
}

// contradictPortable compares the portable keys.
func contradictPortable(w, y gjson.Result) *contradiction {
	written, yielded := portableFields(w), portableFields(y)
	end := portableOfAll
	switch written[0].Str {
	case "user":
		end = portableOfUser
	case "result":
		end = len(portable)
	}
	for i := range end {
		var c *contradiction
		if i == portableMessage {
			c = contradictMessage(written[i], yielded[i])
		} else {
			c = contradict(portable[i], written[i], yielded[i])
		}
		if c != nil {
			return c
		}
	}
	return nil
}

// contradictMessage compares model and content of what assistant and user messages hold.
func contradictMessage(w, y gjson.Result) *contradiction {
	if !w.IsObject() || !y.IsObject() {
		return contradict("message", w, y)
	}
	if c := contradict("message.model", w.Get("model"), y.Get("model")); c != nil {
		return c
	}
	return contradictBlocks(w.Get("content"), y.Get("content"))
}

// contradictBlocks compares content; of blocks only those of the four portable types, as far as they were yielded.
func contradictBlocks(w, y gjson.Result) *contradiction {
	if !w.IsArray() || !y.IsArray() {
		return contradict("message.content", w, y)
	}
	var kept []gjson.Result
	for _, block := range y.Array() {
		switch block.Get("type").Str {
		case "text", "thinking", "tool_use", "tool_result":
			kept = append(kept, block)
		}
	}
	return contradictLists("message.content", w.Array(), kept)
}

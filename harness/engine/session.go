package engine

import (
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// session is one client of the adapter with the fakes that it started.
type session struct {
	name, client, dir, cli string
	start                  scenarios.Start
	opened                 bool
	connected              bool // its connect went well
	closed                 bool // disconnected by a step
	renewal                *op  // the latest connect after the first CLI's end; nil if there was none
	renewedAt              int  // fakes that there were when it began
	comp                   *scenarios.Composer
	fakes                  []*fake
	probes                 []*fake
	lines                  []*line
	endings                []*ending
	msgs                   []*msg
	read                   int // messages before this one are all taken
	lineRead, askRead      int // so of lines, and of asks
	asks                   []*ask
	store                  *store
	ops                    []*op
	writes                 []*write
	serves                 map[string]bool
	armed                  []*armed
	hooks                  map[string]string   // id given to the adapter -> event
	captures, seen         map[string][]byte   // by name: lines, and what the SDK did
	requests               map[string]*request // requests of the SDK by id
	made                   map[string]string   // subtypes of the fake's requests, by id
	owed                   map[string]int      // how many answers each may still get
	reader                 *op
	wantRead               bool
	yielding               bool // the reader gives way to an operation that is about to be launched
	reason                 int  // arrivals when the SDK first had a reason to end the CLI; -1: none yet
	excused                bool // a step took the session's failure
	prefix                 bool // a prefix of the messages is enough
	unordered              bool // two readers: the set of messages counts
	dismissedAt            int
}

// fake is one process of the fake claude.
type fake struct {
	s        *session
	peer     *mockcli.Peer
	hello    mockcli.Event
	at       int // arrival
	taken    bool
	eof      bool
	signals  []string
	dead     bool
	death    mockcli.Death
	told     bool // an exit or die command was sent
	scripted bool // a step of the scenario sent it, and not the end of stdin
	forced   bool // by a signal, which overtakes what nobody reads
	code     int  // of its exit, once it was told
	done     map[int]func(mockcli.Event)
	work     map[int]bool      // commands that are not done; true: a write in pieces, each a round trip to the SDK
	blocked  map[int]time.Time // those of them that wait, or once waited, for the SDK to read, and since when
	kids     []int
}

// line is one line that an SDK wrote.
type line struct {
	scenarios.Line
	f      *fake
	at     int
	when   time.Time
	taken  bool
	served bool
}

// request is a control request of the SDK.
type request struct {
	id, subtype string
	line        *line
	answered    bool
}

// ending is an EOF, a signal or a death.
type ending struct {
	f     *fake
	kind  string // eof, signal, death
	sig   string
	at    int
	when  time.Time
	taken bool
}

// msg is a message that the SDK handed to its user; stderr lines are messages of kind stderr.
type msg struct {
	raw   []byte
	typ   string // type, and type/subtype, read once: thousands of messages are looked through again and again
	kind  string
	uuid  string
	at    int
	when  time.Time
	taken bool
}

// ask is a call of a user's callback.
type ask struct {
	s         *session
	id        string // the adapter's request id
	lane      string // can_use_tool, PreToolUse, calc/add
	name      string
	args      []byte
	at        int
	when      time.Time
	taken     bool
	replied   bool
	served    bool // the session store answered it by itself
	cancelled bool
	withdrawn int       // arrival of the withdrawal
	since     time.Time // of the withdrawal
	noticed   bool      // a step took the withdrawal
}

// pull is the SDK asking for the next item of a streamed prompt.
type pull struct {
	id, stream string
	s          *session
}

// write is one run of bytes that the fake was told to write, with the frames in it.
type write struct {
	frames []scenarios.Written
	cmd    mockcli.Command
	f      *fake
	done   bool
	lost   bool // the fake could not write it whole
}

// op is an operation of the SDK.
type op struct {
	s        *session
	names    []string // as, neutral name
	method   string
	task     string
	id       int
	chain    func(json.RawMessage) error // goes on after a success; nil: the operation is over
	at       int
	began    time.Time
	done     bool
	doneAt   int
	when     time.Time
	result   json.RawMessage
	err      *contract.Error
	failure  contract.Failure
	taken    bool
	void     bool // its outcome does not count
	stream   bool // start, query, reader: what "session" is about
	reads    bool // a receive or a prompt
	whole    bool // a receive or prompt whose end is the session's
	internal bool // the harness's own reader
	cancel   bool // it was told to stop
}

// newMsg reads what lanes need to know of a message.
func newMsg(raw []byte, at int) *msg {
	v := gjson.GetManyBytes(raw, "type", "subtype", "uuid")
	m := &msg{raw: raw, typ: v[0].String(), uuid: v[2].String(), at: at, when: time.Now()}
	m.kind = m.typ + "/" + v[1].String()
	return m
}

func (o *op) is(name string) bool {
	for _, n := range o.names {
		if n == name {
			return true
		}
	}
	return false
}

// session finds or makes a session by name; the empty name is the main one.
func (r *run) session(name string) *session {
	if name == "" {
		name = "main"
	}
	if s := r.sessions[name]; s != nil {
		return s
	}
	s := &session{
		name: name, client: name, dir: filepath.Join(r.o.Dir, name), serves: map[string]bool{}, hooks: map[string]string{},
		store: newStore(), captures: map[string][]byte{}, seen: map[string][]byte{}, requests: map[string]*request{}, made: map[string]string{}, owed: map[string]int{}, reason: -1, dismissedAt: -1,
		comp: scenarios.NewComposer(r.c, r.o.Seed, name),
	}
	for _, sub := range r.c.CLI.Serves {
		s.serves[sub] = true
	}
	r.sessions[name] = s
	r.order = append(r.order, s)
	return s
}

// byClient finds the session that an adapter's note is about.
func (r *run) byClient(client string) *session { return r.sessions[client] }

// byDir finds the session whose fake was started.
func (r *run) byDir(dir string) *session {
	for _, s := range r.order {
		if s.dir == dir || filepath.Base(dir) == s.client {
			return s
		}
	}
	return nil
}

// fake returns the session's living fake, or its last one. While a new connect is still to start one there is none: what the script says next
// is about that one.
func (s *session) fake() *fake {
	if len(s.fakes) == 0 || s.renewing() {
		return nil
	}
	return s.fakes[len(s.fakes)-1]
}

// renewing tells whether a connect that was not refused has not started its CLI yet.
func (s *session) renewing() bool {
	o := s.renewal
	return o != nil && len(s.fakes) == s.renewedAt && !(o.done && o.err != nil)
}

// inFlight tells whether an operation of the session other than its reader runs.
func (s *session) inFlight() bool {
	for _, o := range s.ops {
		if !o.done && !o.internal && o.id != 0 {
			return true
		}
	}
	return false
}

// failure returns the first failed operation that "session" is about, in the order in which they ended.
func (s *session) failure() *op {
	var first *op
	for _, o := range s.ops {
		if o.stream && o.done && o.err != nil && !o.void && (first == nil || o.doneAt < first.doneAt) {
			first = o
		}
	}
	return first
}

// over returns the operation with which the session's stream ended well.
func (s *session) over() *op {
	for _, o := range s.ops {
		if !o.stream || !o.done || o.err != nil {
			continue
		}
		if o.whole && (s.start.Read != "all" || ended(o.result)) {
			return o
		}
		if o.reads && ended(o.result) {
			return o
		}
	}
	return nil
}

// ended tells whether a receive or prompt came to the end of the messages.
func ended(result json.RawMessage) bool {
	var v struct {
		End string `json:"end"`
	}
	return json.Unmarshal(result, &v) == nil && v.End == "eof"
}

// due counts the frames that must arrive and have not; a write under way counts as one.
func (s *session) due() int {
	for _, w := range s.writes {
		if !w.done && !w.spoiled() {
			return 1
		}
	}
	return s.undelivered()
}

// spoiled tells whether a write came to nothing: its fake could not write it, or ended first.
func (w *write) spoiled() bool { return w.lost || w.f != nil && w.f.dead && !w.done }

// undelivered counts the frames that were written, must arrive and have not, by type: enough to know whether to wait. Whether they are the
// right ones is decided by alignment.
func (s *session) undelivered() int {
	want, may := map[string]int{}, map[string]bool{}
	for _, w := range s.writes {
		if !w.done || w.lost {
			continue
		}
		for _, f := range w.frames {
			switch {
			case f.Raw || f.Partial || f.ToStderr:
			case f.Delivery == scenarios.DeliverMust:
				want[f.Type]++
			case f.UUID != "":
				may[f.UUID] = true
			}
		}
	}
	for _, m := range s.msgs {
		if !may[m.uuid] && !s.ownReport(m) {
			want[m.typ]--
		}
	}
	n := 0
	for _, c := range want {
		n += max(c, 0)
	}
	return n
}

// wasWritten tells whether a message was written by the fake: then its arrival is no news.
func (s *session) wasWritten(m *msg) bool {
	for _, w := range s.writes {
		for _, f := range w.frames {
			if f.Type == m.typ {
				return true
			}
		}
	}
	return false
}

// frameError is an error for one frame: an SDK that reads on reports it in place of the message.
func (s *session) frameError(n contract.FrameErrorNote, at int) {
	doc, _ := json.Marshal(map[string]string{"type": "frame_error", "kind": n.Kind, "message": n.Message})
	s.msgs = append(s.msgs, newMsg(doc, at))
}

// call sends a request that is no operation and waits for its answer.
func (r *run) call(method string, params any, within time.Duration) (host.Event, error) {
	id, err := r.a.Send(method, params)
	if err != nil {
		return host.Event{}, fault("adapter does not take %s: %w", method, err)
	}
	var answer *host.Event
	r.open[id] = func(e host.Event) { answer = &e }
	limit := time.Now().Add(within)
	for answer == nil {
		if err := r.pump(limit); err != nil {
			return host.Event{}, err
		}
		if answer == nil && time.Now().After(limit) {
			delete(r.open, id)
			r.unsettled = true
			return host.Event{}, fault("adapter did not answer %s within %s: adapter fault", method, within)
		}
	}
	return *answer, nil
}

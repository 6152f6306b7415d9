package scenarios

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/protocol"
)

// Delivery says whether law 2 owes a written frame to the consumer.
type Delivery = protocol.Delivery

// The delivery classes.
const (
	DeliverMust  = protocol.MustDeliver
	DeliverMay   = protocol.MayDeliver
	DeliverNever = protocol.Never
)

// Wiring is what a session's start declared, and the callback ids that its initialize registered, by hook event.
type Wiring struct {
	Callbacks []Callback
	HookIDs   map[string][]string
}

// Written is one piece that a step puts on stdout or stderr.
type Written struct {
	Bytes     []byte // without the newline
	Newline   bool   // a newline follows
	Raw       bool   // from raw: need not be JSON
	Partial   bool   // cut short by only
	ToStderr  bool
	Type      string
	Subtype   string // of a control_request its request.subtype
	UUID      string
	RequestID string // of a control_request its own, of a control_cancel_request and control_response its target
	ID        string // the name of the frame or the step
	Delivery  Delivery
	// HandedOver are the requests that an answer to initialize lists as still open: the subtype by the id.
	HandedOver map[string]string
}

// Composer makes the frames of one session of one case, and remembers what later frames refer to: request ids, the last
// tool use, what is still open. It is not safe for concurrent use.
type Composer struct {
	c       *Case
	wiring  Wiring
	session string // its UUID
	task    string // the UUID of its background task
	rng     uint64

	prepared    map[preparedKey]*preparedFrame
	ids         map[string]string // name -> request id of the latest request written under it
	used        map[string]bool   // request and tool use ids given so far
	open        []string          // requests neither answered nor cancelled, oldest first
	asked       map[string][]byte // the SDK's own requests, by id
	lastToolUse string
	rpc         int // the next JSON-RPC id
	results     int
	heard       bool // the SDK wrote a line
}

// NewComposer returns the composer of the session with that name (empty: the main one). The same case, seed and session
// give the same frames in every run.
func NewComposer(c *Case, seed uint64, session string) *Composer {
	h := fnv.New64a()
	h.Write([]byte(session))
	k := &Composer{c: c, rng: seed ^ h.Sum64(), rpc: 100, lastToolUse: "toolu_tool_use",
		prepared: map[preparedKey]*preparedFrame{}, ids: map[string]string{}, used: map[string]bool{}, asked: map[string][]byte{}}
	k.session, k.task = k.freshUUID(), k.freshUUID()
	return k
}

// Wire tells what sdk.start declared.
func (k *Composer) Wire(w Wiring) {
	k.wiring = w
	clear(k.prepared)
}

// SetHookIDs tells which callback ids initialize registered, by hook event, in order. Heard does it by itself.
func (k *Composer) SetHookIDs(ids map[string][]string) {
	k.wiring.HookIDs = ids
	clear(k.prepared)
}

// HookIDs reads the callback ids out of an initialize line, by event in the order of its matchers.
func HookIDs(initialize []byte) map[string][]string {
	ids := map[string][]string{}
	if !validJSON(initialize) {
		return ids
	}
	gjson.GetBytes(initialize, "request.hooks").ForEach(func(event, matchers gjson.Result) bool {
		matchers.ForEach(func(_, matcher gjson.Result) bool {
			for _, id := range matcher.Get("hookCallbackIds").Array() {
				ids[event.String()] = append(ids[event.String()], id.String())
			}
			return true
		})
		return true
	})
	return ids
}

// Heard tells of a line that the fake read: the answers to requests close them, initialize registers its hooks, and a
// stock answer can repeat what was asked for. It reports whether a control_response answered an open request; for other
// lines it is true.
func (k *Composer) Heard(l Line) bool {
	k.heard = true
	switch l.Type {
	case "control_response":
		return k.MarkAnswered(l.Response)
	case "control_request":
		k.asked[l.RequestID] = l.Raw
		if l.Subtype == "initialize" {
			k.SetHookIDs(HookIDs(l.Raw))
		}
	}
	return true
}

// SessionID is the UUID that the session's stock frames carry.
func (k *Composer) SessionID() string { return k.session }

// Env adds the captures ${hook.EVENT} and ${hook.EVENT.N} (N from 1) to env. Write, Answer and Served do it themselves.
func (k *Composer) Env(env Env) Env {
	base := env.Capture
	env.Capture = func(name, path string) ([]byte, error) {
		if name == "hook" {
			return k.hook(path)
		}
		if base == nil {
			return nil, fmt.Errorf("nothing is known under the name %s here", name)
		}
		return base(name, path)
	}
	return env
}

// hook finds EVENT or EVENT.N.
func (k *Composer) hook(path string) ([]byte, error) {
	event, number, counted := strings.Cut(path, ".")
	n := 1
	if counted {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 1 {
			return nil, fmt.Errorf("want hook.EVENT.N with N from 1, got %q", path)
		}
	}
	return k.hookID(event, n)
}

// UnregisteredError says that a frame is about a hook that sdk.start declares and that the SDK did not register, though it wrote already:
// no hook callback can be made for it. That is the SDK's doing.
type UnregisteredError struct {
	Event     string // of the hook
	Want, Got int    // hooks of that event: the frame's, counted from 1, and those that initialize registered
}

// Error says what initialize lacks.
func (e *UnregisteredError) Error() string {
	return fmt.Sprintf("want %d registered hooks of %s, initialize registered %d", e.Want, e.Event, e.Got)
}

// hookID is the id of the nth hook of an event, as JSON.
func (k *Composer) hookID(event string, n int) ([]byte, error) {
	ids := k.wiring.HookIDs[event]
	declared := 0
	for _, c := range k.wiring.Callbacks {
		if c.Kind == Hook && c.Name == event {
			declared++
		}
	}
	switch {
	case n <= len(ids):
		return quoted(ids[n-1]), nil
	case k.heard && n <= declared:
		return nil, &UnregisteredError{Event: event, Want: n, Got: len(ids)}
	}
	return nil, fmt.Errorf("want %d registered hooks of %s, initialize registered %d: declare them in sdk.start and read a line that proves the handshake, "+
		"or set request.callback_id", n, event, len(ids))
}

// RequestID returns the request id of the latest request written under name.
func (k *Composer) RequestID(name string) (string, bool) {
	id, ok := k.ids[name]
	return id, ok
}

// MarkAnswered tells that the SDK answered the request; false: it was not open.
func (k *Composer) MarkAnswered(id string) bool {
	at := slices.Index(k.open, id)
	if at < 0 {
		return false
	}
	k.open = slices.Delete(k.open, at, at+1)
	return true
}

// OldestOpen returns the oldest written request that is neither answered nor cancelled.
func (k *Composer) OldestOpen() (id string, ok bool) {
	if len(k.open) == 0 {
		return "", false
	}
	return k.open[0], true
}

// Open returns all of them, oldest first.
func (k *Composer) Open() []string { return slices.Clone(k.open) }

// Write composes what one turn (one i) of a cli.writes step puts out, in order. What it names it remembers, so it is
// called once for each turn that is written.
func (k *Composer) Write(step Step, env Env) ([]Written, error) {
	env = k.Env(env)
	refs, err := frameRefs(step.Arg, env)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", step.Pos, err)
	}
	out := make([]Written, 0, len(refs))
	for _, ref := range refs {
		w, err := k.piece(&step, ref, &env)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", step.Pos, shorten(ref, 60), err)
		}
		out = append(out, w)
	}
	return out, nil
}

// frameRefs lists what a step writes: names, or JSON texts which are still templates.
func frameRefs(arg Value, env Env) ([]string, error) {
	switch arg := arg.(type) {
	case string:
		return refOf(arg, env)
	case []any:
		var out []string
		for _, e := range arg {
			refs, err := frameRefs(e, env)
			if err != nil {
				return nil, err
			}
			out = append(out, refs...)
		}
		return out, nil
	}
	return nil, fmt.Errorf("want the name of a frame, JSON text or a list of them, got %v", arg)
}

// refOf resolves a name; JSON text waits until it is composed.
func refOf(s string, env Env) ([]string, error) {
	if isInline(s) || !strings.Contains(s, "${") {
		return []string{s}, nil
	}
	v, err := Resolve(s, env)
	if err != nil {
		return nil, err
	}
	if name, ok := v.(string); ok {
		return []string{name}, nil
	}
	return frameRefs(v, env)
}

// isInline reports whether what a step writes is JSON text and not a name.
func isInline(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "{") }

// piece composes one frame or raw text.
func (k *Composer) piece(step *Step, ref string, env *Env) (Written, error) {
	if text, ok := k.c.Raw[ref]; ok {
		b, err := ResolveBytes(text, *env)
		return Written{Bytes: b, Raw: true, ID: ref, ToStderr: step.ToStderr, Delivery: classOf(step, DeliverMay)}, err
	}
	p, err := k.prepare(step, ref, env)
	if err != nil {
		return Written{}, err
	}
	name, as, err := frameName(step, p, *env)
	if err != nil {
		return Written{}, err
	}
	b, err := k.render(p, name, as, env)
	if err != nil {
		return Written{}, err
	}
	w := Written{Bytes: b, Newline: true, ID: name, ToStderr: step.ToStderr}
	k.register(&w, as)
	w.Delivery = classOf(step, protocol.DeliveryOf(w.Type, w.Subtype))
	return w, nil
}

// classOf is the class that the step gives, else the frame's own.
func classOf(step *Step, own Delivery) Delivery {
	switch {
	case step.ToStderr:
		return DeliverNever
	case step.Deliver == string(DeliverMay), step.Deliver == string(DeliverNever):
		return Delivery(step.Deliver)
	}
	return own
}

// frameName is the name of a frame, and the step's own if it has one.
func frameName(step *Step, p *preparedFrame, env Env) (name, as string, err error) {
	if as = step.As; strings.Contains(as, "${") {
		if as, err = ResolveText(as, env); err != nil {
			return "", "", err
		}
	}
	switch {
	case p.key:
		return p.name, as, nil
	case as != "":
		return as, as, nil
	case p.name != "":
		return p.name, "", nil
	}
	return DefaultName(*step), "", nil
}

// register remembers what later frames and reads refer to.
func (k *Composer) register(w *Written, as string) {
	h := readHeader(w.Bytes)
	w.Type, w.Subtype, w.UUID, w.RequestID = h.typ, h.subtype, h.uuid, h.requestID
	switch h.typ {
	case "control_request":
		k.used[h.requestID] = true
		k.open = append(k.open, h.requestID)
		k.ids[w.ID] = h.requestID
		if as != "" {
			k.ids[as] = h.requestID
		}
	case "control_cancel_request":
		k.MarkAnswered(h.requestID)
	case "control_response":
		w.HandedOver = handedOver(w.Bytes)
		for id := range w.HandedOver {
			k.ids[id] = id
			if !slices.Contains(k.open, id) {
				k.used[id] = true
				k.open = append(k.open, id)
			}
		}
	case "assistant":
		k.noteToolUse(w.Bytes)
	case "result":
		k.results++
	}
}

// handedOver returns the requests that an answer to initialize lists as still open: the subtype by the id.
func handedOver(answer []byte) map[string]string {
	var open map[string]string
	for _, list := range []string{"pending_permission_requests", "pending_user_dialog_requests"} {
		for _, request := range gjson.GetBytes(answer, "response."+list).Array() {
			id := request.Get("request_id")
			if id.Type != gjson.String {
				continue
			}
			if open == nil {
				open = map[string]string{}
			}
			open[id.String()] = request.Get("request.subtype").String()
		}
	}
	return open
}

// errNoRequest says that a stock cancel has nothing to cancel.
var errNoRequest = errors.New("want an open request to cancel, got none")

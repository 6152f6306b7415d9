package scenarios

// Delivery says whether law 2 owes a written frame to the consumer.
type Delivery string

// The delivery classes.
const (
	DeliverMust  Delivery = "must"
	DeliverMay   Delivery = "may"
	DeliverNever Delivery = "never"
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
}

// Composer makes the frames of one session of one case. It is not safe for concurrent use.
type Composer struct{}

// NewComposer returns the composer of the session with that name (empty: the main one).
func NewComposer(c *Case, seed uint64, session string) *Composer { return &Composer{} }

// Wire tells what sdk.start declared.
func (k *Composer) Wire(w Wiring) {}

// SetHookIDs tells which callback ids initialize registered, by hook event, in order.
func (k *Composer) SetHookIDs(ids map[string][]string) {}

// HookIDs reads the callback ids out of an initialize line.
func HookIDs(initialize []byte) map[string][]string { return nil }

// SessionID is the UUID that the session's stock frames carry.
func (k *Composer) SessionID() string { return "" }

// Env adds the capture ${hook.EVENT} to env. Write, Answer and Served do it themselves.
func (k *Composer) Env(env Env) Env { return env }

// Write composes what one turn (one i) of a cli.writes step puts out.
func (k *Composer) Write(step Step, env Env) ([]Written, error) { return nil, errUnbuilt }

// Answer composes cli.answers: response is templated JSON text, empty for the stock payload; with isErr it is templated
// text of an error.
func (k *Composer) Answer(subtype, requestID, response string, isErr bool, env Env) (Written, error) {
	return Written{}, errUnbuilt
}

// Served composes the stock answer to a request.
func (k *Composer) Served(subtype, requestID string) (Written, error) { return Written{}, errUnbuilt }

// RequestID returns the request id of the latest request written under name.
func (k *Composer) RequestID(name string) (string, bool) { return "", false }

// MarkAnswered tells that the SDK answered the request; false: it was not open.
func (k *Composer) MarkAnswered(id string) bool { return false }

// OldestOpen returns the oldest written request that is neither answered nor cancelled.
func (k *Composer) OldestOpen() (id string, ok bool) { return "", false }

// Open returns all of them, oldest first.
func (k *Composer) Open() []string { return nil }

// Join makes one run of bytes out of pieces; with only > 0 it ends after that many bytes and the pieces are cut to match.
func Join(ws []Written, only int) ([]byte, []Written) { return nil, nil }

// HandshakeSteps are the primitive steps of cli.handshakes: SERVER; tools are the names that tools/list must return.
func HandshakeSteps(s Step, tools ...string) []Step { return nil }

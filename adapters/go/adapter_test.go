package goadapter_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

const patience = time.Minute

// harness is the other end of an adapter's channel.
type harness struct {
	t    *testing.T
	in   io.Writer
	last int

	mu      sync.Mutex
	more    *sync.Cond
	got     []contract.Message // requests and notifications of the adapter, in order
	replies map[string]contract.Message
	order   []string // ids of replies and "message:OP" as they came
	ended   bool
}

func start(t *testing.T, config goadapter.Config) *harness {
	t.Helper()
	toAdapter, in := io.Pipe()
	out, fromAdapter := io.Pipe()
	h := &harness{t: t, in: in, replies: map[string]contract.Message{}}
	h.more = sync.NewCond(&h.mu)
	var own sync.WaitGroup
	own.Go(func() {
		if err := goadapter.Main(context.Background(), toAdapter, fromAdapter, config); err != nil {
			t.Errorf("adapter: %v", err)
		}
		_ = fromAdapter.Close()
	})
	own.Go(func() { h.read(out) })
	t.Cleanup(func() {
		_ = in.Close()
		own.Wait()
	})
	return h
}

func (h *harness) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var m contract.Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			h.t.Errorf("line of the adapter: %v: %s", err, lines.Bytes())
		}
		h.mu.Lock()
		if m.Method == "" {
			h.replies[string(m.ID)] = m
			h.order = append(h.order, string(m.ID))
		} else {
			h.got = append(h.got, m)
			if m.Method == contract.NoteMessage {
				var note contract.MessageNote
				_ = json.Unmarshal(m.Params, &note)
				h.order = append(h.order, "message:"+string(note.Op))
			}
		}
		h.more.Broadcast()
		h.mu.Unlock()
	}
	h.mu.Lock()
	h.ended = true
	h.more.Broadcast()
	h.mu.Unlock()
}

// await waits until found gives true.
func (h *harness) await(what string, found func() bool) {
	h.t.Helper()
	late := time.AfterFunc(patience, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.ended = true
		h.more.Broadcast()
	})
	defer late.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for !found() {
		if h.ended {
			h.t.Fatalf("%s did not come", what)
		}
		h.more.Wait()
	}
}

// send starts an operation and gives its id.
func (h *harness) send(method, params string) string {
	h.last++
	id := fmt.Sprint(h.last)
	h.line(`{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `","params":` + params + `}`)
	return id
}

func (h *harness) line(line string) {
	if _, err := io.WriteString(h.in, line+"\n"); err != nil {
		h.t.Errorf("harness cannot write: %v", err)
	}
}

func (h *harness) reply(id string) contract.Message {
	h.t.Helper()
	h.await("the reply to "+id, func() bool { _, ok := h.replies[id]; return ok })
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replies[id]
}

// call runs an operation to its good end.
func (h *harness) call(method, params string) string {
	h.t.Helper()
	m := h.reply(h.send(method, params))
	if m.Error != nil {
		h.t.Fatalf("%s: %s %s", method, m.Error.Message, m.Error.Data)
	}
	return string(m.Result)
}

// fails runs an operation to its failure.
func (h *harness) fails(id string) (contract.Error, contract.Failure) {
	h.t.Helper()
	m := h.reply(id)
	if m.Error == nil {
		h.t.Fatalf("operation %s: got %s, want a failure", id, m.Result)
	}
	var f contract.Failure
	_ = json.Unmarshal(m.Error.Data, &f)
	return *m.Error, f
}

// next takes the oldest untaken request or notification of a method.
func (h *harness) next(method string) contract.Message {
	h.t.Helper()
	at := -1
	h.await(method, func() bool {
		at = slices.IndexFunc(h.got, func(m contract.Message) bool { return m.Method == method })
		return at >= 0
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.got[at]
	h.got = slices.Delete(h.got, at, at+1)
	return m
}

// open opens a client whose CLI is this test binary playing a script.
func (h *harness) open(name, script, options string) {
	h.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		h.t.Fatal(err)
	}
	if options != "" {
		options = "," + options
	}
	h.call("open", fmt.Sprintf(`{"client":%q,"cli_path":%q,"cwd":%q,"options":{"env":{%q:%q}%s}}`,
		name, exe, h.t.TempDir(), scriptVariable, script, options))
}

func TestHelloDeclaresFeaturesOfTheClosedSet(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{Name: "mine"})
	var hello contract.Hello
	if err := json.Unmarshal([]byte(h.call("hello", `{"protocol":1}`)), &hello); err != nil {
		t.Fatal(err)
	}
	if hello.Adapter.Name != "mine" || hello.Protocol != 1 || hello.Idiom == "" {
		t.Errorf("got %+v", hello)
	}
	for _, f := range hello.Features {
		if !slices.Contains(contract.Features(), f) {
			t.Errorf("feature %q is not in the closed set", f)
		}
	}
	h.call("alive", `{}`)
}

func TestEveryDeclaredOperationIsKnownAndNoOther(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	var hello contract.Hello
	if err := json.Unmarshal([]byte(h.call("hello", `{}`)), &hello); err != nil {
		t.Fatal(err)
	}
	for _, op := range append(contract.Operations(), "x_nonsense") {
		e, _ := h.fails(h.send(op, `{"client":"nobody"}`))
		known := e.Code != contract.CodeUnknownMethod
		if declared := slices.Contains(hello.Features, op); known != declared {
			t.Errorf("%s: declared %v, known %v", op, declared, known)
		}
	}
}

func TestAConversation(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("c", "echo", "")
	h.call("connect", `{"client":"c"}`)
	h.call("query", `{"client":"c","prompt":"hello","session_id":"s"}`)
	id := h.send("receive", `{"client":"c","until":"result"}`)
	if got := h.reply(id); string(got.Result) != `{"count":2,"end":"result"}` {
		t.Errorf("receive: %s", got.Result)
	}
	if h.order[len(h.order)-1] != id || h.order[len(h.order)-2] != "message:"+id {
		t.Errorf("messages must precede the reply: %v", h.order)
	}
	first := h.next(contract.NoteMessage)
	if !strings.Contains(string(first.Params), `"big":1234567890123456789012345`) {
		t.Errorf("numbers were changed: %s", first.Params)
	}
	if got := h.call("interrupt", `{"client":"c"}`); got != `{"value":{"still_queued":[]}}` {
		t.Errorf("interrupt: %s", got)
	}
	h.call("set_model", `{"client":"c","model":"m"}`)
	h.call("server_info", `{"client":"c"}`)
	h.call("disconnect", `{"client":"c"}`)
	if got := h.call("receive", `{"client":"c","until":"end"}`); got != `{"count":0,"end":"eof"}` {
		t.Errorf("receive after disconnect: %s", got)
	}
	h.call("connect", `{"client":"c"}`)
	h.call("disconnect", `{"client":"c"}`)
	h.call("close", `{"client":"c"}`)
}

func TestOneShotToItsEndAndToACount(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("a", "many", "")
	if got := h.call("prompt", `{"client":"a","prompt":"go"}`); got != `{"count":21,"end":"eof"}` {
		t.Errorf("to the end: %s", got)
	}
	if got := h.call("prompt", `{"client":"a","prompt":"go","until":3}`); got != `{"count":3,"end":"count"}` {
		t.Errorf("to a count: %s", got)
	}
}

func TestAFailureTellsKindCodeAndStderr(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("a", "die", "")
	_, f := h.fails(h.send("prompt", `{"client":"a","prompt":"go"}`))
	if f.Kind != "process_exit" || f.ExitCode == nil || *f.ExitCode != 7 || !strings.Contains(f.Stderr, "out of luck") {
		t.Errorf("got %+v", f)
	}
	h.open("b", "echo", `"cli_path":"/nowhere/claude"`)
	e, f := h.fails(h.send("connect", `{"client":"b"}`))
	if f.Kind != "cli_not_found" || !strings.Contains(e.Message, "nowhere/claude") {
		t.Errorf("got %+v %s", f, e.Message)
	}
}

func TestACallbackIsAskedAndAnOperationRunsInsideIt(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("c", "ask", `"callbacks":["can_use_tool"]`)
	h.call("connect", `{"client":"c"}`)
	h.call("query", `{"client":"c","prompt":"go"}`)
	ask := h.next(contract.MethodCallback)
	var call contract.CallbackCall
	if err := json.Unmarshal(ask.Params, &call); err != nil {
		t.Fatal(err)
	}
	want := `{"input":{"n":12345678901234567890123},"tool_name":"Bash","tool_use_id":"t1"}`
	if call.Name != "can_use_tool" || string(call.Args) != want {
		t.Errorf("got %s %s, want %s", call.Name, call.Args, want)
	}
	var id string
	_ = json.Unmarshal(ask.ID, &id)
	h.call("set_permission_mode", `{"client":"c","mode":"plan","on":"callback:`+id+`"}`)
	h.line(`{"jsonrpc":"2.0","id":` + string(ask.ID) + `,"result":{"behavior":"allow"}}`)
	h.call("receive", `{"client":"c","until":"result"}`)
	got := string(h.next(contract.NoteMessage).Params)
	if !strings.Contains(got, `\"behavior\":\"allow\"`) || !strings.Contains(got, `12345678901234567890123`) {
		t.Errorf("the CLI got %s", got)
	}
	h.call("disconnect", `{"client":"c"}`)
}

func TestAFailingCallbackAndAWithdrawnOne(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("c", "ask", `"callbacks":["can_use_tool"]`)
	h.call("connect", `{"client":"c"}`)
	h.call("query", `{"client":"c","prompt":"go"}`)
	ask := h.next(contract.MethodCallback)
	h.line(`{"jsonrpc":"2.0","id":` + string(ask.ID) + `,"error":{"code":-32050,"message":"policy file unreadable"}}`)
	h.call("receive", `{"client":"c","until":"result"}`)
	if got := string(h.next(contract.NoteMessage).Params); !strings.Contains(got, `policy file unreadable`) || strings.Contains(got, "allow") {
		t.Errorf("the CLI got %s", got)
	}
	h.call("query", `{"client":"c","prompt":"go"}`)
	ask = h.next(contract.MethodCallback)
	h.call("disconnect", `{"client":"c"}`)
	var note contract.CancelNote
	if err := json.Unmarshal(h.next(contract.NoteCancel).Params, &note); err != nil || string(note.ID) != string(ask.ID) {
		t.Errorf("withdrawn %s, want %s", note.ID, ask.ID)
	}
}

func TestACancelledReceiveLosesNothing(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]func(h *harness){
		"client": func(h *harness) {
			h.call("connect", `{"client":"c"}`)
		},
		"pulled": func(h *harness) {
			h.call("prompt", `{"client":"c","prompt":{"stream":"s"},"pull":true}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, goadapter.Config{})
			h.open("c", "echo", "")
			entry(h)
			id := h.send("receive", `{"client":"c","until":"end","on":"task:reader"}`)
			if name == "pulled" {
				pull := h.next(contract.MethodPromptNext)
				defer h.line(`{"jsonrpc":"2.0","id":` + string(pull.ID) + `,"result":{"done":true}}`)
				h.line(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`)
				if _, f := h.fails(id); f.Kind != "cancelled" {
					t.Errorf("got %+v", f)
				}
				h.line(`{"jsonrpc":"2.0","id":` + string(pull.ID) + `,"result":{"item":{"type":"user","message":{"role":"user","content":"x"}}}}`)
				h.line(`{"jsonrpc":"2.0","id":` + string(h.next(contract.MethodPromptNext).ID) + `,"result":{"done":true}}`)
			} else {
				h.line(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":` + id + `}}`)
				if _, f := h.fails(id); f.Kind != "cancelled" {
					t.Errorf("got %+v", f)
				}
				h.call("query", `{"client":"c","prompt":"x"}`)
			}
			if got := h.call("receive", `{"client":"c","until":2,"on":"task:reader"}`); got != `{"count":2,"end":"count"}` {
				t.Errorf("got %s", got)
			}
			h.call("break", `{"client":"c","on":"task:other"}`)
		})
	}
}

func TestClosingAClientAnswersWhatIsInFlight(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("c", "wait", "")
	h.call("connect", `{"client":"c"}`)
	id := h.send("receive", `{"client":"c","until":"end"}`)
	closing := h.send("close", `{"client":"c"}`)
	if _, f := h.fails(id); f.Kind != "cancelled" {
		t.Errorf("got %+v", f)
	}
	h.reply(closing)
	if slices.Index(h.order, id) > slices.Index(h.order, closing) {
		t.Errorf("the reply to close overtook: %v", h.order)
	}
	if e, _ := h.fails(h.send("query", `{"client":"c","prompt":"x"}`)); e.Code != contract.CodeAdapterFault {
		t.Errorf("a closed client: %+v", e)
	}
}

func TestTasksAndLoops(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("c", "echo", "")
	h.call("connect", `{"client":"c","on":"loop:one"}`)
	h.call("query", `{"client":"c","prompt":"x","on":"loop:elsewhere"}`)
	h.call("interrupt", `{"client":"c","on":"task:b"}`)
	h.call("task.end", `{"client":"c","on":"task:b"}`)
	h.call("receive", `{"client":"c","until":"result","on":"task:b"}`)
	if e, _ := h.fails(h.send("interrupt", `{"client":"c","on":"mars:x"}`)); e.Code != contract.CodeInvalidParams {
		t.Errorf("an unknown context: %+v", e)
	}
	h.call("disconnect", `{"client":"c"}`)
}

func TestUnknownOptionsAreNamed(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	e, f := h.fails(h.send("open", `{"client":"c","options":{"x_new":1,"model":"m"}}`))
	if e.Code != contract.CodeInvalidParams || !slices.Equal(f.Unsupported, []string{"x_new"}) {
		t.Errorf("got %+v %+v", e, f)
	}
}

func TestAStreamThatFailsEndsTheRun(t *testing.T) {
	t.Parallel()
	h := start(t, goadapter.Config{})
	h.open("c", "wait", "")
	id := h.send("prompt", `{"client":"c","prompt":{"stream":"s"}}`)
	pull := h.next(contract.MethodPromptNext)
	h.line(`{"jsonrpc":"2.0","id":` + string(pull.ID) + `,"error":{"code":-32050,"message":"disk gone"}}`)
	if e, f := h.fails(id); f.Kind != "prompt_error" || !strings.Contains(e.Message, "disk gone") {
		t.Errorf("got %+v %s", f, e.Message)
	}
}

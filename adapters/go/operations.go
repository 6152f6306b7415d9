package goadapter

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// done is the result of an operation that gives nothing.
type done struct{}

// value is the result of an operation that gives what the client returned: null if that was nothing.
type value struct {
	Value json.RawMessage `json:"value"`
}

type perform = func(*session, context.Context, *operation) (any, error)

// operations are the operations of a face by their names in the contract: those that it declares.
func (c Config) operations() map[string]perform {
	table := every()
	maps.DeleteFunc(table, func(name string, _ perform) bool { return slices.Contains(c.lacking(), name) })
	return table
}

func every() map[string]perform {
	table := map[string]perform{
		"connect": (*session).connect, "query": (*session).query, "receive": (*session).receive, "break": (*session).leave,
		"prompt": (*session).oneShot, "disconnect": (*session).disconnect, "abort": (*session).abort, "send": (*session).send,
		"task.end": (*session).taskEnd, "server_info": (*session).serverInfo, "ping": (*session).ping,
		"mcp_send": (*session).mcpSend,
		"mcp_status": gives(func(c controls, ctx context.Context, _ args) (json.RawMessage, error) {
			got, err := c.MCPStatus(ctx)
			return got.Raw, err
		}),
		"set_model": does(func(c controls, ctx context.Context, a args) error {
			_, err := c.SetModel(ctx, a.Model)
			return err
		}),
		"set_permission_mode": does(func(c controls, ctx context.Context, a args) error {
			_, err := c.SetPermissionMode(ctx, a.Mode)
			return err
		}),
		"stop_task":     does(func(c controls, ctx context.Context, a args) error { return c.StopTask(ctx, a.TaskID) }),
		"mcp_reconnect": does(func(c controls, ctx context.Context, a args) error { return c.MCPReconnect(ctx, a.Server) }),
		"mcp_toggle": does(func(c controls, ctx context.Context, a args) error {
			return c.MCPToggle(ctx, a.Server, a.Enabled)
		}),
	}
	maps.Copy(table, requests())
	return table
}

// args are the parameters of all operations.
type args struct {
	Prompt        json.RawMessage                   `json:"prompt"`
	SessionID     string                            `json:"session_id"`
	Await         string                            `json:"await"`
	Until         until                             `json:"until"`
	Cancelled     bool                              `json:"cancelled"`
	Pull          bool                              `json:"pull"`
	Frame         json.RawMessage                   `json:"frame"`
	On            string                            `json:"on"`
	Model         string                            `json:"model"`
	Mode          string                            `json:"mode"`
	TaskID        string                            `json:"task_id"`
	Server        string                            `json:"server"`
	Enabled       bool                              `json:"enabled"`
	UserMessageID string                            `json:"user_message_id"`
	CancelQueued  bool                              `json:"cancel_queued"`
	Detail        string                            `json:"detail"`
	DryRun        bool                              `json:"dry_run"`
	ToolUseID     string                            `json:"tool_use_id"`
	Settings      json.RawMessage                   `json:"settings"`
	Source        string                            `json:"source"`
	Path          string                            `json:"path"`
	MTime         int64                             `json:"mtime"`
	URI           string                            `json:"uri"`
	Servers       map[string]client.MCPServerConfig `json:"servers"`
	Method        string                            `json:"method"`
	Params        json.RawMessage                   `json:"params"`

	all json.RawMessage // the parameters as they came
}

func (o *operation) args() (args, error) {
	a := args{all: o.params}
	if err := json.Unmarshal(o.params, &a); err != nil {
		return a, fault("%s: %v", o.method, err)
	}
	return a, nil
}

// gives performs a control request and gives what the client returned.
func gives(call func(controls, context.Context, args) (json.RawMessage, error)) perform {
	return func(s *session, ctx context.Context, o *operation) (any, error) {
		a, err := o.args()
		if err != nil {
			return nil, err
		}
		c, err := s.controls()
		if err != nil {
			return nil, err
		}
		got, err := call(c, ctx, a)
		return value{got}, err
	}
}

// does performs a control request and gives nothing.
func does(call func(controls, context.Context, args) error) perform {
	run := gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) { return nil, call(c, ctx, a) })
	return func(s *session, ctx context.Context, o *operation) (any, error) {
		_, err := run(s, ctx, o)
		return done{}, err
	}
}

// scope is the context of a start, with its end: one that has ended already if the harness says so.
func (a args) scope(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, leave := context.WithCancel(ctx)
	if a.Cancelled {
		leave()
	}
	return ctx, leave
}

func (s *session) connect(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	ctx, leave := a.scope(ctx)
	defer leave()
	if a.Prompt == nil {
		return done{}, s.face.Connect(ctx)
	}
	p, err := s.prompt(a.Prompt, a.SessionID)
	if err != nil {
		return nil, err
	}
	return done{}, s.face.Connect(ctx, p)
}

func (s *session) query(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	if s.hand != nil {
		return done{}, s.hand.query(ctx, a)
	}
	p, err := s.prompt(a.Prompt, a.SessionID)
	if err != nil {
		return nil, err
	}
	return done{}, s.client.Query(ctx, p)
}

func (s *session) send(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	return done{}, s.face.Send(ctx, a.Frame)
}

func (s *session) receive(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	p := s.pulled
	s.mu.Unlock()
	switch {
	case p != nil:
		return s.read(o, p.all(ctx, a.Until.turn), a.Until)
	case a.Until.turn:
		return s.read(o, s.face.Response(ctx), a.Until)
	}
	return s.read(o, s.face.Messages(ctx), a.Until)
}

// oneShot runs the one-shot function, or builds its iterator for reading by hand.
func (s *session) oneShot(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	p, err := s.prompt(a.Prompt, a.SessionID)
	if err != nil {
		return nil, err
	}
	query := func(ctx context.Context) iter.Seq2[client.Message, error] {
		return client.QueryWithParts(ctx, p, s.opts, s.parts)
	}
	if a.Pull {
		s.mu.Lock()
		s.pulled = newPulled(s.adapter.ctx, query)
		s.mu.Unlock()
		return done{}, nil
	}
	ctx, leave := a.scope(ctx)
	defer leave()
	left := s.enter(o, leave)
	defer s.exit(o)
	got, err := s.read(o, query(ctx), a.Until)
	if err != nil && left() {
		return counted{End: "count"}, nil
	}
	return got, err
}

// enter notes a loop that break may leave; left tells whether it was.
func (s *session) enter(o *operation, leave func()) (left func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := false
	s.loops[o] = func() {
		was = true
		leave()
	}
	return func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return was
	}
}

func (s *session) exit(o *operation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.loops, o)
}

// leave leaves the message loop: the hand-read iterator is stopped, a running one-shot loop is left through its context, and who
// leaves the loop over a client returns from the function whose deferred Disconnect ends the session.
func (s *session) leave(ctx context.Context, _ *operation) (any, error) {
	s.mu.Lock()
	p, loops := s.pulled, len(s.loops)
	for _, leave := range s.loops {
		leave()
	}
	s.mu.Unlock()
	switch {
	case p != nil:
		p.leave()
		return done{}, nil
	case loops > 0:
		return done{}, nil
	}
	return done{}, s.face.Disconnect(ctx)
}

func (s *session) disconnect(ctx context.Context, _ *operation) (any, error) {
	return done{}, s.face.Disconnect(ctx)
}

func (s *session) abort(context.Context, *operation) (any, error) { return done{}, s.face.Abort() }

func (s *session) serverInfo(context.Context, *operation) (any, error) {
	c, err := s.controls()
	if err != nil {
		return nil, err
	}
	info, err := c.ServerInfo()
	if err != nil {
		return nil, err
	}
	return value{withCommands(info)}, nil
}

// withCommands gives what initialize answered with the commands of the client, which follows their changes.
func withCommands(info protocol.InitializeResult) json.RawMessage {
	commands, err := json.Marshal(info.Commands)
	if err != nil || info.Commands == nil {
		return info.Raw
	}
	members := maps.Collect(protocol.Members(info.Raw))
	members["commands"] = commands
	raw, err := json.Marshal(members)
	if err != nil {
		return info.Raw
	}
	return raw
}

func (s *session) taskEnd(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	return done{}, s.endTask(ctx, a.On)
}

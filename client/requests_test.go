package client_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// asks is a call of a control request: what it writes, what it is answered, and what it gives.
type asks struct {
	call   func(ctx context.Context, c *client.Client) (any, error)
	wire   string // beside the subtype
	answer string
	gives  func(any) any // a part of the result; nil for a call that gives nothing
	want   any
}

func nothing(err error) (any, error) { return nil, err }

// requestCases are by subtype, perhaps with a word more behind a space.
func requestCases() map[string]asks {
	type ctx = context.Context
	type c = *client.Client
	return map[string]asks{
		"interrupt":         {call: func(ctx ctx, c c) (any, error) { return c.Interrupt(ctx) }, answer: `{"still_queued":["u"]}`, gives: func(v any) any { return v.(protocol.InterruptResult).StillQueued[0] }, want: "u"},
		"interrupt all":     {call: func(ctx ctx, c c) (any, error) { return c.InterruptAll(ctx) }, wire: `"cancel_queued":true`, answer: `{"cancelled":["u"]}`, gives: func(v any) any { return v.(protocol.InterruptResult).Cancelled[0] }, want: "u"},
		"set_model":         {call: func(ctx ctx, c c) (any, error) { return c.SetModel(ctx, "m") }, wire: `"model":"m"`, answer: `{"model":"M"}`, gives: func(v any) any { return v.(protocol.SetModelResult).Model }, want: "M"},
		"set_model default": {call: func(ctx ctx, c c) (any, error) { return c.SetModel(ctx, "") }, wire: `"model":null`},
		"set_permission_mode": {call: func(ctx ctx, c c) (any, error) { return c.SetPermissionMode(ctx, "manual") }, wire: `"mode":"manual"`, answer: `{"mode":"default"}`,
			gives: func(v any) any { return v.(protocol.SetPermissionModeResult).Mode }, want: "default"},
		"set_max_thinking_tokens": {call: func(ctx ctx, c c) (any, error) {
			return nothing(c.SetMaxThinkingTokens(ctx, protocol.SetMaxThinkingTokens{MaxThinkingTokens: protocol.Null[int]()}))
		}, wire: `"max_thinking_tokens":null`},
		"rename_session":       {call: func(ctx ctx, c c) (any, error) { return nothing(c.RenameSession(ctx, "t")) }, wire: `"title":"t","source":"host"`},
		"set_has_subscribers":  {call: func(ctx ctx, c c) (any, error) { return nothing(c.SetHasSubscribers(ctx, nil)) }, wire: `"has_subscribers":null`},
		"end_session":          {call: func(ctx ctx, c c) (any, error) { return nothing(c.EndSession(ctx, "")) }},
		"cancel_async_message": {call: func(ctx ctx, c c) (any, error) { return c.CancelAsyncMessage(ctx, "u") }, wire: `"message_uuid":"u"`, answer: `{"cancelled":true}`, gives: func(v any) any { return v.(protocol.CancelAsyncMessageResult).Cancelled }, want: true},
		"side_question":        {call: func(ctx ctx, c c) (any, error) { return c.SideQuestion(ctx, protocol.SideQuestion{Question: "q"}) }, wire: `"question":"q"`, answer: `{"response":"r"}`, gives: func(v any) any { return *v.(protocol.SideQuestionResult).Response }, want: "r"},
		"mcp_status":           {call: func(ctx ctx, c c) (any, error) { return c.MCPStatus(ctx) }, answer: `{"mcpServers":[{"name":"s","status":"failed"}]}`, gives: func(v any) any { return v.(protocol.MCPStatusResult).Servers[0].Status }, want: "failed"},
		"mcp_reconnect":        {call: func(ctx ctx, c c) (any, error) { return nothing(c.MCPReconnect(ctx, "s")) }, wire: `"serverName":"s"`},
		"mcp_toggle":           {call: func(ctx ctx, c c) (any, error) { return nothing(c.MCPToggle(ctx, "s", false)) }, wire: `"serverName":"s","enabled":false`},
		"mcp_read_resource":    {call: func(ctx ctx, c c) (any, error) { return c.MCPReadResource(ctx, "s", "ui://a") }, wire: `"serverName":"s","uri":"ui://a"`, answer: `{"contents":[{"text":"t"}]}`, gives: func(v any) any { return v.(protocol.MCPReadResourceResult).Contents[0].Text }, want: "t"},
		"mcp_call":             {call: func(ctx ctx, c c) (any, error) { return c.MCPCall(ctx, protocol.MCPCall{Tool: "mcp__s__t"}) }, wire: `"tool":"mcp__s__t"`, answer: `{"content":[1]}`, gives: func(v any) any { return string(v.(protocol.MCPCallResult).Content) }, want: "[1]"},
		"mcp_set_servers": {call: func(ctx ctx, c c) (any, error) {
			return c.MCPSetServers(ctx, map[string]client.MCPServerConfig{"a": {Command: "x"}}, map[string]*mcp.Server{"b": mcp.NewServer(&mcp.Implementation{Name: "b"}, nil)})
		}, wire: `"servers":{"a":{"command":"x"},"b":{"name":"b","type":"sdk"}}`, answer: `{"added":["a","b"],"errors":{"a":"no"}}`, gives: func(v any) any { return v.(protocol.MCPSetServersResult).Errors["a"] }, want: "no"},
		"set_mcp_permission_mode_override": {call: func(ctx ctx, c c) (any, error) { return c.SetMCPPermissionModeOverride(ctx, "s", nil) }, wire: `"serverName":"s","mode":null`},
		"rewind_files":                     {call: func(ctx ctx, c c) (any, error) { return c.RewindFiles(ctx, "u") }, wire: `"user_message_id":"u"`, answer: `{"canRewind":true}`, gives: func(v any) any { return v.(protocol.RewindFilesResult).CanRewind }, want: true},
		"rewind_files dry":                 {call: func(ctx ctx, c c) (any, error) { return c.RewindFilesDryRun(ctx, "u") }, wire: `"user_message_id":"u","dry_run":true`, answer: `{"insertions":3}`, gives: func(v any) any { return v.(protocol.RewindFilesResult).Insertions }, want: 3},
		"read_file":                        {call: func(ctx ctx, c c) (any, error) { return c.ReadFile(ctx, protocol.ReadFile{Path: "p", MaxBytes: 9}) }, wire: `"path":"p","max_bytes":9`, answer: `{"contents":"x"}`, gives: func(v any) any { return v.(protocol.ReadFileResult).Contents }, want: "x"},
		"seed_read_state":                  {call: func(ctx ctx, c c) (any, error) { return nothing(c.SeedReadState(ctx, "p", time.UnixMilli(1234))) }, wire: `"path":"p","mtime":1234`},
		"stop_task":                        {call: func(ctx ctx, c c) (any, error) { return nothing(c.StopTask(ctx, "t")) }, wire: `"task_id":"t"`},
		"background_tasks":                 {call: func(ctx ctx, c c) (any, error) { return c.BackgroundTasks(ctx, "") }, answer: `{}`},
		"get_task_output":                  {call: func(ctx ctx, c c) (any, error) { return c.GetTaskOutput(ctx, "t") }, wire: `"task_id":"t"`, answer: `{"output":"o"}`, gives: func(v any) any { return v.(protocol.GetTaskOutputResult).Output }, want: "o"},
		"reload_plugins": {call: func(ctx ctx, c c) (any, error) {
			return c.ReloadPlugins(ctx, protocol.ReloadPlugins{RefuseIfBusy: true})
		}, wire: `"refuse_if_busy":true`, answer: `{"error_count":2}`, gives: func(v any) any { return v.(protocol.ReloadPluginsResult).ErrorCount }, want: 2},
		"reload_skills":       {call: func(ctx ctx, c c) (any, error) { return c.ReloadSkills(ctx) }},
		"apply_flag_settings": {call: func(ctx ctx, c c) (any, error) { return nothing(c.ApplyFlagSettings(ctx, map[string]int{"a": 1})) }, wire: `"settings":{"a":1}`},
		"update_settings": {call: func(ctx ctx, c c) (any, error) {
			return nothing(c.UpdateSettings(ctx, "userSettings", json.RawMessage(`{"a":1}`)))
		}, wire: `"source":"userSettings","settings":{"a":1}`},
		"get_settings":              {call: func(ctx ctx, c c) (any, error) { return c.GetSettings(ctx) }, answer: `{"effective":{"a":1}}`, gives: func(v any) any { return string(v.(protocol.GetSettingsResult).Effective) }, want: `{"a":1}`},
		"list_permission_rules":     {call: func(ctx ctx, c c) (any, error) { return c.ListPermissionRules(ctx) }, answer: `{"state":{"originalCwd":"/"}}`, gives: func(v any) any { return v.(protocol.ListPermissionRulesResult).State.OriginalCwd }, want: "/"},
		"get_context_usage":         {call: func(ctx ctx, c c) (any, error) { return c.GetContextUsage(ctx) }, answer: `{"totalTokens":12345678901234567890}`, gives: func(v any) any { return v.(protocol.GetContextUsageResult).TotalTokens }, want: json.Number("12345678901234567890")},
		"get_context_usage summary": {call: func(ctx ctx, c c) (any, error) { return c.GetContextUsageSummary(ctx) }, wire: `"detail":"summary"`},
		"get_usage":                 {call: func(ctx ctx, c c) (any, error) { return c.GetUsage(ctx, protocol.GetUsage{SkipBehaviors: true}) }, wire: `"skip_behaviors":true`},
		"list_models":               {call: func(ctx ctx, c c) (any, error) { return c.ListModels(ctx) }, answer: `{"models":[{"value":"m"}]}`, gives: func(v any) any { return v.(protocol.ListModelsResult).Models[0].Value }, want: "m"},
		"get_binary_version":        {call: func(ctx ctx, c c) (any, error) { return c.GetBinaryVersion(ctx) }, answer: `{"version":"2"}`, gives: func(v any) any { return v.(protocol.GetBinaryVersionResult).Version }, want: "2"},
		"get_plan":                  {call: func(ctx ctx, c c) (any, error) { return c.GetPlan(ctx) }, answer: `{"plan":"p"}`, gives: func(v any) any { return string(v.(json.RawMessage)) }, want: `{"plan":"p"}`},
	}
}

func TestEachRequestIsWrittenAndItsAnswerTyped(t *testing.T) {
	t.Parallel()
	for name, tt := range requestCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, f := connected(t, nil)
			var got any
			err := beside(func() {
				m := <-f.lines
				want := `{"subtype":` + quote(m.Subtype)
				if tt.wire != "" {
					want += "," + tt.wire
				}
				if body := string(m.ControlRequest().Request); body != want+"}" || !startsWith(name, m.Subtype) {
					t.Errorf("wrote %s, want %s}", body, want)
				}
				if tt.answer == "" { // as the CLI acknowledges
					f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":` + quote(m.ControlRequest().ID.String()) + `}}`)
					return
				}
				f.answer(m, tt.answer)
			}, func() (err error) { got, err = tt.call(within(t), c); return err })
			if err != nil {
				t.Fatal(err)
			}
			if tt.gives != nil && !reflect.DeepEqual(tt.gives(got), tt.want) {
				t.Errorf("got %+v, want %v in it", got, tt.want)
			}
		})
	}
}

func startsWith(name, subtype string) bool {
	return name == subtype || len(name) > len(subtype) && name[:len(subtype)] == subtype && name[len(subtype)] == ' '
}

// TestBothFacesHaveAMethodForEachRequest holds that no request of package protocol lacks its method.
func TestBothFacesHaveAMethodForEachRequest(t *testing.T) {
	t.Parallel()
	for _, kind := range protocol.RequestKinds() {
		name := reflect.TypeOf(kind.Request).Name()
		if kind.Asker == protocol.ByCLI || slices.Contains([]string{"Initialize", "MCPMessage"}, name) {
			continue // Connect and Reinitialize, and the in-process servers
		}
		for _, face := range []any{&client.Client{}, &client.Session{}} {
			if _, ok := reflect.TypeOf(face).MethodByName(name); !ok {
				t.Errorf("%T has no %s", face, name)
			}
		}
	}
}

func TestOnlyASideQuestionIsWithdrawn(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx, cancel := context.WithCancel(within(t))
	var id protocol.ID
	_ = beside(func() { id = f.reads("control_request/side_question").ControlRequest().ID; cancel() },
		func() error { _, err := c.SideQuestion(ctx, protocol.SideQuestion{}); return err })
	if m := f.reads("control_cancel_request"); m.CancelledID() != id {
		t.Errorf("withdrew %s, want %s", m.CancelledID(), id)
	}
}

func TestServerInfoFollowsTheCommands(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	f.writes(`{"type":"system","subtype":"commands_changed","commands":[{"name":"review"}]}`)
	for range c.Messages(within(t)) {
		break
	}
	info, err := c.ServerInfo()
	if err != nil || len(info.Commands) != 1 || info.Commands[0].Name != "review" {
		t.Errorf("got %+v, %v", info, err)
	}
}

func TestReinitializeSendsTheSameAgain(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, func(o *client.Options) {
		o.Hooks = []client.Hook{{Event: "Stop", Run: run}}
		o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
			return client.Deny("no"), nil
		}
	}, mute)
	f.polite()
	c := client.New(opts)
	if err := beside(func() { f.answer(f.reads("control_request/initialize"), `{}`) },
		func() error { return c.Connect(within(t)) }); err != nil {
		t.Fatal(err)
	}
	var info protocol.InitializeResult
	err := beside(func() {
		m := f.reads("control_request/initialize")
		if protocol.Member(m.ControlRequest().Request, "hooks") == nil {
			t.Errorf("the hooks are missing: %s", m.Raw)
		}
		f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":` + quote(m.ControlRequest().ID.String()) +
			`,"response":{"claude_code_version":"2"},"pending_permission_requests":[` + request("pp", askTool) + `]}}`)
	}, func() (err error) { info, err = c.Reinitialize(within(t)); return err })
	if err != nil || info.Version != "2" {
		t.Errorf("got %+v, %v", info, err)
	}
	f.answerOf("pp")
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
}

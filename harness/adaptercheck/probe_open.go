package adaptercheck

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// optionSamples are a proper value for each option of the contract.
func optionSamples() map[string]any {
	samples := map[string]any{
		"callbacks":   []string{"can_use_tool"},
		"hooks":       []contract.Hook{{ID: "h1", Event: "PreToolUse"}},
		"mcp_servers": []contract.Server{checkServer()},
		"stderr":      true, "env": map[string]string{"WIRETRIAL_CHECK": "on"}, "model": "claude-opus-5-5", "permission_mode": "plan",
		"system_prompt": "be brief", "resume": checkSession, "max_turns": 7, "include_partial_messages": true,
		"max_buffer_bytes": 1 << 20, "max_unread_bytes": 1 << 20, "initialize_timeout_ms": 60_000, "tools": []string{"Read"}, "setting_sources": []string{"user"},
		"supported_dialog_kinds": []string{"permission_prompt"},
		"cli_path":               "/nowhere/claude",
	}
	maps.Copy(samples, settingSamples())
	maps.Copy(samples, sessionSamples())
	return samples
}

func settingSamples() map[string]any {
	return map[string]any{
		"fallback_model": "claude-sonnet-5", "effort": "high", "thinking": map[string]any{"type": "adaptive"},
		"max_budget_usd": 1.5, "task_budget": map[string]any{"total": 9000}, "betas": []string{"context-1m-2025-08-07"},
		"allowed_tools": []string{"Read"}, "disallowed_tools": []string{"Bash"}, "skills": []string{"pdf"},
		"agents": map[string]any{"reviewer": map[string]any{"description": "reviews", "prompt": "review"}}, "agent": "reviewer",
		"settings": `{"model":"claude-opus-5-5"}`, "sandbox": map[string]any{"enabled": false}, "managed_settings": map[string]any{"model": "claude-opus-5-5"},
		"external_mcp_servers": map[string]any{"files": map[string]any{"type": "stdio", "command": "true"}}, "mcp_servers_delivery": "argv",
		"plugins": []map[string]any{{"type": "local", "path": "/nowhere/plugin"}}, "plugin_delivery": "argv", "strict_mcp_config": true,
		"tool_aliases": map[string]any{"Bash": "Read"}, "tool_config": map[string]any{"askUserQuestion": map[string]any{"previewFormat": "html"}},
		"output_format":          map[string]any{"type": "json_schema", "schema": map[string]any{"type": "object"}},
		"plan_mode_instructions": "plan well", "add_dirs": []string{"/nowhere"}, "project_config_root": "/nowhere",
	}
}

func sessionSamples() map[string]any {
	return map[string]any{
		"permission_prompt_tool_name": "mcp__check__ask", "permission_prompts": "host", "allow_dangerously_skip_permissions": true,
		"continue_conversation": true, "fork_session": true, "session_id": checkSession, "resume_session_at": checkSession,
		"resume_drops_turn": checkSession, "persist_session": false, "title": "a check", "enable_file_checkpointing": true,
		"include_hook_events": true, "forward_subagent_text": true, "verbatim_prompts": true, "prompt_suggestions": true,
		"agent_progress_summaries": true, "per_task_stop_affordance": true, "client_app": "check/1", "debug": true,
		"debug_file": "/nowhere/log", "extra_args": map[string]any{"replay-user-messages": nil}, "executable_args": []string{"--check"},
		"session_store": []string{"append", "load"}, "session_store_flush": "eager", "load_timeout_ms": 60_000,
	}
}

const checkSession = "b0000000-0000-4000-8000-00000000c0de"

func checkServer() contract.Server {
	return contract.Server{Name: "calc", Instance: "calc", Tools: []contract.Tool{{
		Name: "add", Description: "adds", InputSchema: []byte(`{"type":"object","properties":{"n":{"type":"number"}}}`),
	}}}
}

// promised is the feature that makes an option owed.
func promised(option string) string {
	switch option {
	case "callbacks":
		return "callback.can_use_tool"
	case "hooks":
		return "callback.hook"
	case "mcp_servers":
		return "callback.mcp_tool"
	case "stderr":
		return "stderr"
	case "env":
		return "env.add|env.replace"
	}
	return ""
}

func openOptions(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		samples := optionSamples()
		for i, name := range contract.OptionNames() {
			if err := s.option(fmt.Sprintf("c%d", i), name, samples[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

// option opens a client with one option: taken, refused by its name, or refused by the SDK.
func (s *stage) option(client, name string, value any) error {
	taken, err := s.tries(client, name, value)
	if err != nil || taken {
		return err
	}
	if p := promised(name); p != "" && s.r.missing([]string{p}) == "" {
		return wrongf("open refuses the option %s, and hello declares %s", name, strings.ReplaceAll(p, "|", " or "))
	}
	return nil
}

// tries opens a client with one option and tells whether it was taken.
func (s *stage) tries(client, name string, value any) (taken bool, err error) {
	params, err := s.openParams(client, map[string]any{name: value})
	if err != nil {
		return false, err
	}
	e, err := s.call(contract.MethodOpen, params)
	switch {
	case err != nil:
		return false, err
	case e.Err == nil:
		s.open = append(s.open, client)
		return true, nil
	case e.Err.Code == contract.CodeSDK:
		return false, nil // the SDK refused the value
	case e.Err.Code != contract.CodeInvalidParams || !namesOption(e.Err.Data, name):
		return false, wrongf("open with the option %s was answered with %d (%s) and data %s, expected success or -32602 that names it",
			name, e.Err.Code, clip(e.Err.Message, 200), orNothing(e.Err.Data))
	}
	return false, nil
}

// namesOption tells whether a refusal names an option or something in it (hooks.timeout_ms).
func namesOption(data []byte, name string) bool {
	return names(data, name) || strings.Contains(string(data), `"`+name+`.`)
}

func openAgain(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		for range 2 {
			if err := s.opens("c", nil); err != nil {
				return err
			}
			if err := s.closeAll(); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle is how long a platform without proofs is watched for a process that should not be started.
const settle = 500 * time.Millisecond

func openSpawns(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		before, err := s.a.Descendants()
		if err != nil && !errors.Is(err, host.ErrUnsupported) {
			return err
		}
		if err := s.opens("c", r.declaredCallbacks()); err != nil {
			return err
		}
		if err := s.rests(ctx); err != nil {
			return err
		}
		if s.starts > 0 {
			return wrongf("the CLI was started before connect or prompt")
		}
		after, _ := s.a.Descendants()
		for _, p := range after {
			if !slices.ContainsFunc(before, func(b host.Proc) bool { return b.PID == p.PID }) {
				return wrongf("open started the process %v", p)
			}
		}
		return nil
	})
}

// rests waits until the adapter is proven quiet, or for a while where that cannot be proven, and takes what was said until then.
func (s *stage) rests(ctx context.Context) error {
	for began := time.Now(); ; {
		q, err := s.a.Quiet(ctx, host.QuietOptions{})
		limit := settle
		if err == nil && q.Proven {
			limit = patience
		}
		if err := s.linger(5 * time.Millisecond); err != nil {
			return err
		}
		if err == nil && q.Proven && q.Idle || time.Since(began) > limit {
			return nil
		}
	}
}

// linger handles events for a while.
func (s *stage) linger(d time.Duration) error {
	over := time.Now().Add(d)
	err := s.await("the next step", 2*d, func() bool { return !time.Now().Before(over) })
	var bad *wrong
	if s.exit == nil && errors.As(err, &bad) {
		return nil // only time has passed
	}
	return err
}

// declaredCallbacks are options with every callback that hello declares.
func (r *runner) declaredCallbacks() map[string]any {
	options := map[string]any{}
	samples := optionSamples()
	for _, name := range []string{"callbacks", "hooks", "mcp_servers"} {
		if r.declares(promised(name)) {
			options[name] = samples[name]
		}
	}
	return options
}

// openReaches opens a session with the plain options that the adapter takes, and looks for their values in what the CLI sees.
func openReaches(ctx context.Context, r *runner) error {
	taken, err := r.takes(ctx, map[string]any{
		"model": "claude-check-" + nonce(), "system_prompt": "check " + nonce(), "resume": checkSession, "max_turns": number(),
	})
	if err != nil {
		return err
	}
	if len(taken) == 0 {
		return &skip{"open takes none of model, system_prompt, resume, max_turns"}
	}
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(taken)
		if err != nil {
			return err
		}
		seen := s.seen()
		for _, name := range contract.OptionNames() {
			if value, ok := taken[name]; ok && !strings.Contains(seen, fmt.Sprint(value)) {
				return wrongf("open took the option %s: %v, and the CLI saw it neither in argv, nor in the environment, nor on stdin", name, value)
			}
		}
		return s.finishes(reading)
	})
}

// number is one of a thousand million, so that it stands in a process number or a path by chance only once in as many checks.
func number() int { return 1_000_000_000 + rand.IntN(1_000_000_000) }

// takes returns those options that open takes.
func (r *runner) takes(ctx context.Context, options map[string]any) (map[string]any, error) {
	taken := map[string]any{}
	err := r.onStage(ctx, func(s *stage) error {
		for name, value := range options {
			ok, err := s.tries("t_"+name, name, value)
			if err != nil {
				return err
			}
			if ok {
				taken[name] = value
			}
		}
		return nil
	})
	return taken, err
}

// seen is everything that the CLI has seen of its user.
func (s *stage) seen() string {
	var b strings.Builder
	hello := s.peer.Hello()
	for _, list := range [][][]byte{hello.Argv, hello.Env} {
		for _, text := range list {
			b.Write(text)
			b.WriteByte('\n')
		}
	}
	for _, l := range s.lines {
		b.Write(l.Raw)
		b.WriteByte('\n')
	}
	return b.String()
}

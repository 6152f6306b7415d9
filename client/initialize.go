package client

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/wiretrial/wiretrial/protocol"
)

// hookID gives the callback id under which a hook is registered.
func hookID(i int) string { return "hook_" + strconv.Itoa(i) }

// initialize adds what the opening request says of the callbacks and what has no flag.
func (l *launch) initialize() error {
	o, r := l.opts, &l.request
	l.hooks()
	agents, err := encodeAll("Agents", o.Agents)
	if err != nil {
		return err
	}
	r.SDKMCPServers, r.Agents = names(o.MCPServers), agents
	r.Skills, r.Title, r.ForwardSubagentText = o.Skills, o.Title, o.ForwardSubagentText
	for name, set := range map[string]bool{
		"promptSuggestions":      o.PromptSuggestions,
		"agentProgressSummaries": o.AgentProgressSummaries,
		"perTaskStopAffordance":  o.PerTaskStopAffordance,
	} {
		if set {
			l.extra[name] = true
		}
	}
	if o.PlanModeInstructions != "" {
		l.extra["planModeInstructions"] = o.PlanModeInstructions
	}
	if len(o.ToolAliases) > 0 {
		l.extra["toolAliases"] = o.ToolAliases
	}
	if len(o.MCPServerSettings) > 0 {
		l.extra["sdkMcpServerConfigs"] = o.MCPServerSettings
	}
	if len(o.SupportedDialogKinds) > 0 {
		l.extra["supportedDialogKinds"] = o.SupportedDialogKinds
	}
	return nil
}

// hooks registers the hooks, each under an id of its own.
func (l *launch) hooks() {
	blocks := false
	for i, h := range l.opts.Hooks {
		m := protocol.HookMatcher{CallbackIDs: []string{hookID(i)}, OnFailure: string(h.OnFailure)}
		if h.Matcher != "" {
			m.Matcher = &h.Matcher
		}
		if h.Timeout > 0 {
			m.Timeout = json.Number(strconv.FormatFloat(h.Timeout.Seconds(), 'f', -1, 64))
		}
		if l.request.Hooks == nil {
			l.request.Hooks = map[string][]protocol.HookMatcher{}
		}
		l.request.Hooks[h.Event] = append(l.request.Hooks[h.Event], m)
		blocks = blocks || h.OnFailure != "" && h.OnFailure != ContinueOnFailure
	}
	if blocks {
		l.confirm = append(l.confirm, onFailureHonoured, hooksRegistered)
	}
}

// fields adds what Initialize has no field for, and the user's own fields, which may name none of the others.
func (l *launch) fields() error {
	extra, err := encodeAll("", l.extra)
	if err != nil {
		return err
	}
	l.request.Extra = extra
	own, err := encode("", l.request)
	if err != nil {
		return err
	}
	for name, value := range l.opts.ExtraInitialize {
		if protocol.Member(own, name) != nil || name == "subtype" {
			return invalid("option ExtraInitialize[%q] is set by another option, or by the request itself", name)
		}
		if !json.Valid(value) {
			return invalid("option ExtraInitialize[%q] is not JSON", name)
		}
		if l.request.Extra == nil {
			l.request.Extra = map[string]json.RawMessage{}
		}
		l.request.Extra[name] = value
	}
	return nil
}

// encodeAll encodes each value of a map; nil if there is none. An option of no name is named after each field.
func encodeAll[V any](option string, values map[string]V) (map[string]json.RawMessage, error) {
	if len(values) == 0 {
		return nil, nil
	}
	encoded := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		where := name
		if option != "" {
			where = option + "[" + strconv.Quote(name) + "]"
		}
		raw, err := encode(where, values[name])
		if err != nil {
			return nil, err
		}
		encoded[name] = raw
	}
	return encoded, nil
}

// confirmation checks that the answer to initialize confirms what an option needs; the text says what is wrong, or is empty. A
// session without what the user relies on is not opened.
type confirmation func(answer json.RawMessage) string

// confirmed tells whether the answer to initialize confirms what the options need.
func (l *launch) confirmed(answer json.RawMessage) error {
	for _, check := range l.confirm {
		if text := check(answer); text != "" {
			return &Error{Kind: ControlError, Op: "connect", Message: text}
		}
	}
	return nil
}

func onFailureHonoured(answer json.RawMessage) string {
	if string(protocol.Member(answer, "hook_on_failure_supported")) == "true" {
		return ""
	}
	return "claude does not honour OnFailure of hooks, so a hook that fails would not block: update claude, or leave OnFailure unset"
}

func hooksRegistered(answer json.RawMessage) string {
	if string(protocol.Member(answer, "hooks_applied")) != "false" {
		return ""
	}
	return "claude did not register the hooks, so one that should block would never run: start a new session, or leave OnFailure unset"
}

// applied checks that the CLI says that it took an option.
func applied(option, field string) confirmation {
	return func(answer json.RawMessage) string {
		if string(protocol.Member(answer, field)) == "true" {
			return ""
		}
		return "claude did not confirm option " + option + " (" + field + " is not true): update claude, or make the value shorter than an argument"
	}
}

// told checks that the CLI says whether it took an option: one that does not say so does not know it.
func told(option, field string) confirmation {
	return func(answer json.RawMessage) string {
		if v := string(protocol.Member(answer, field)); v == "true" || v == "false" {
			return ""
		}
		return "claude is too old to take option " + option + " in initialize (no " + field + " in its answer): update claude, or deliver it on the command line"
	}
}

// composed gives a user line as VerbatimPrompts wants it: marked as composed by this side, whatever it said.
func (o *Options) composed(line []byte) []byte {
	if !o.VerbatimPrompts || len(line) == 0 || line[0] != '{' {
		return line
	}
	marked := []byte{'{'}
	for name, value := range protocol.Members(line) {
		if name == "client_composed" {
			continue
		}
		key, err := json.Marshal(name)
		if err != nil {
			return line
		}
		marked = append(append(append(append(marked, key...), ':'), value...), ',')
	}
	return append(marked, `"client_composed":true}`...)
}

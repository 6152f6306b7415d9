package protocol_test

import (
	"encoding/json"
	"fmt"

	"github.com/wiretrial/wiretrial/protocol"
)

func Example() {
	line := `{"type":"control_request","request_id":"p1","request":{"subtype":"can_use_tool","tool_name":"Bash","input":{"command":"make","n":1.50}}}`
	m, err := protocol.Decode([]byte(line))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Kind())
	answer, err := protocol.EncodeSuccess(m.ControlRequest().ID, protocol.AllowTool(m.CanUseTool().Input))
	fmt.Println(string(answer), err)
	// Output:
	// control_request/can_use_tool
	// {"type":"control_response","response":{"subtype":"success","request_id":"p1","response":{"behavior":"allow","updatedInput":{"command":"make","n":1.50}}}} <nil>
}

func ExampleDecode() {
	m, err := protocol.Decode([]byte(`{"type":"assistant","message":{"content":[{"type":"text","text":"hi"}]},"uuid":"u1"}`))
	fmt.Println(m.Kind(), m.Text(), m.Header().UUID, err)
	_, err = protocol.Decode([]byte(`[1]`))
	fmt.Println(err)
	// Output:
	// assistant hi u1 <nil>
	// line is not a JSON object: byte 0 of 3: expected {, got an array: "[1]"
}

func ExampleLookupRule() {
	rule, _ := protocol.LookupRule("CTL-21")
	fmt.Println(rule.ID, rule.Level, rule.Sentence)
	// Output: CTL-21 must A denial is answered under its own id and carries the callback's message.
}

func ExampleMessage_Typed() {
	for _, line := range []string{
		`{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"make"}}]}}`,
		`{"type":"system","subtype":"task_started","task_id":"7","description":"look around"}`,
		`{"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}}`,
		`{"type":"hologram","size":3}`,
	} {
		message, err := protocol.Decode([]byte(line))
		if err != nil {
			fmt.Println(err)
			continue
		}
		switch m := message.Typed().(type) {
		case *protocol.Assistant:
			for _, block := range m.Message.Content {
				if call, ok := block.Typed().(*protocol.ToolUseContent); ok {
					fmt.Println("calls", call.Name, string(call.Input))
				}
			}
		case *protocol.TaskStarted:
			fmt.Println("starts", m.Description)
		case *protocol.StreamEvent:
			fmt.Println("goes on", m.Event.Delta.Text)
		case *protocol.Message:
			fmt.Println("unknown", m.Type, string(protocol.Member(m.Raw, "size")))
		}
	}
	// Output:
	// calls Bash {"command":"make"}
	// starts look around
	// goes on hi
	// unknown hologram 3
}

func ExampleHookCallback_HookInput() {
	line := `{"type":"control_request","request_id":"h1","request":{"subtype":"hook_callback","callback_id":"hook_0","tool_use_id":"t1",` +
		`"input":{"hook_event_name":"PreToolUse","session_id":"s","transcript_path":"/t","cwd":"/w","tool_name":"Bash","tool_input":{"command":"rm -r /"},"tool_use_id":"t1"}}}`
	m, err := protocol.Decode([]byte(line))
	if err != nil {
		fmt.Println(err)
		return
	}
	var out protocol.HookOutput
	if in, ok := m.HookCallback().HookInput().(*protocol.PreToolUseInput); ok {
		reason := in.ToolName + " is not for that"
		out.Specific = protocol.PreToolUseOutput{PermissionDecision: protocol.Deny, PermissionDecisionReason: reason}
	}
	answer, err := protocol.EncodeSuccess(m.ControlRequest().ID, out)
	fmt.Println(string(protocol.Member(protocol.Member(answer, "response"), "response")), err)
	// Output:
	// {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Bash is not for that"}} <nil>
}

func ExampleView() {
	answer := json.RawMessage(`{"added":["calc"],"removed":[],"errors":{"web":"no such host"}}`)
	result := protocol.View[protocol.MCPSetServersResult](answer)
	fmt.Println(result.Added, result.Errors["web"])
	// Output: [calc] no such host
}

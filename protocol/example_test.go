package protocol_test

import (
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

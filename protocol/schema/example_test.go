package schema_test

import (
	"fmt"

	"github.com/wiretrial/wiretrial/protocol/schema"
)

func ExampleCheckInput() {
	line := `{"type":"control_request","request_id":"r1","request":{"subtype":"mcp_reconnect","server_name":"calc"}}`
	fmt.Println(schema.CheckInput([]byte(line)))
	// Output: request: expected the name "serverName", got the name "server_name" (and 1 more)
}

func ExampleCheckAnswer() {
	line := `{"type":"control_response","response":{"subtype":"success","request_id":"p1","response":{"behavior":"deny"}}}`
	fmt.Println(schema.CheckAnswer("can_use_tool", []byte(line)))
	// Output: response.response: expected "message", got none
}

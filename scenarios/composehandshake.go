package scenarios

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// HandshakeSteps are the primitive steps of cli.handshakes: SERVER, the MCP opening as the real CLI does it (cli:6):
// initialize under JSON-RPC id 0, notifications/initialized, which must get an answer too, and tools/list under id 1.
// Each write is followed by the read of its answer. tools are names that the list must hold. Request ids hold the step's
// index, so a second handshake has fresh ones; for a step with times run all of them once for each i.
func HandshakeSteps(s Step, tools ...string) []Step {
	server, _ := s.Arg.(string)
	prefix := fmt.Sprintf("mcp-%s-%d", server, s.Index)
	if s.Times > 1 {
		prefix += "-${i}"
	}
	result := "response.response.mcp_response."
	listed := []PathValue{check(s, result+"id", json.Number("1")), check(s, result+"result.tools", operatorOf("type", "array"))}
	for _, tool := range tools {
		listed = append(listed, check(s, result+"result.tools.#(name=="+strconv.Quote(tool)+")", operatorOf("present", true)))
	}
	opening := `{"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":` +
		`{"name":"claude-code","title":"Claude Code","version":"2.1.329"}},"jsonrpc":"2.0","id":0}`
	var out []Step
	out = append(out, exchange(s, server, prefix+"-initialize", opening, []PathValue{
		check(s, result+"id", json.Number("0")),
		check(s, result+"result.protocolVersion", operatorOf("type", "string")),
		check(s, result+"result.capabilities", operatorOf("type", "object")),
		check(s, result+"result.serverInfo.name", operatorOf("type", "string")),
	})...)
	out = append(out, exchange(s, server, prefix+"-initialized", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, nil)...)
	return append(out, exchange(s, server, prefix+"-tools", `{"method":"tools/list","jsonrpc":"2.0","id":1}`, listed)...)
}

// exchange is one request and the read of its answer, which must be a success.
func exchange(s Step, server, name, message string, checks []PathValue) []Step {
	frame := `{"type":"control_request","request_id":"` + name + `","request":{"subtype":"mcp_message","server_name":` +
		string(quotedTemplate(server)) + `,"message":` + message + `}}`
	step := Step{Pos: s.Pos, Index: s.Index, Actor: Fake, Session: s.Session, Times: 1, From: 1}
	write, read := step, step
	write.Verb, write.Arg, write.As = "writes", frame, name
	read.Verb, read.Arg, read.As = "reads", "control_response/"+name, name+"-answer"
	read.Within = s.Within
	read.Match = append([]PathValue{check(s, "response.subtype", "success")}, checks...)
	return []Step{write, read}
}

// quotedTemplate quotes a name that may hold ${...}.
func quotedTemplate(s string) []byte { return appendJSONString(nil, s) }

func check(s Step, path string, want Value) PathValue {
	return PathValue{Pos: s.Pos, Path: path, Value: want}
}

func operatorOf(name string, arg Value) Value { return map[string]any{name: arg} }

// Command claude is the CLI of the comparison: it answers every control request at once, and a user line with the messages that the
// environment asks for, written in big pieces. It is no fake to test anything with: package mockcli is.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench claude:", err)
		os.Exit(1)
	}
}

func run() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var err error
		switch line := lines.Bytes(); {
		case bytes.Contains(line, []byte(`"control_request"`)):
			err = answer(line)
		case bytes.Contains(line, []byte(`"user"`)):
			err = turn()
		}
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

// answer says yes to a request. The id is found without decoding: the CLI must cost next to nothing.
func answer(line []byte) error {
	const key = `"request_id":`
	at := bytes.Index(line, []byte(key))
	if at < 0 {
		return fmt.Errorf("a request without id: %s", line)
	}
	id := bytes.TrimLeft(line[at+len(key):], " ")
	id = id[:bytes.IndexByte(id[1:], '"')+2]
	_, err := fmt.Printf(`{"type":"control_response","response":{"subtype":"success","request_id":%s,"response":{"commands":[]}}}`+"\n", id)
	return err
}

const (
	ids = `"session_id":"5c0a7f31-6c4b-4d5e-9a10-2f6f5a0f1c11","uuid":"0b6f3a58-91d2-4a6e-8f0e-6d8f5f3f7e01"`

	initLine = `{"type":"system","subtype":"init","cwd":"/","tools":[],"mcp_servers":[],"model":"m","permissionMode":"default",` +
		`"slash_commands":[],"apiKeySource":"none","claude_code_version":"2.1.329","output_style":"default",` + ids + "}\n"
	resultLine = `{"type":"result","subtype":"success","is_error":false,"duration_ms":1,"duration_api_ms":1,"num_turns":1,"result":"done",` +
		`"total_cost_usd":0,"usage":{"input_tokens":1,"output_tokens":1},"modelUsage":{},"permission_denials":[],"stop_reason":"end_turn",` + ids + "}\n"
)

func assistantLine(text string) string {
	return `{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"` + text +
		`"}],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}},"parent_tool_use_id":null,` + ids + "}\n"
}

func deltaLine(text string) string {
	return `{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"` + text +
		`"}},"parent_tool_use_id":null,` + ids + "}\n"
}

// turn writes init, BENCH_MESSAGES messages of the type BENCH_TYPE with BENCH_TEXT bytes of text, and a result.
func turn() error {
	messages, err := strconv.Atoi(os.Getenv("BENCH_MESSAGES"))
	if err != nil {
		return fmt.Errorf("BENCH_MESSAGES: %w", err)
	}
	text, err := strconv.Atoi(os.Getenv("BENCH_TEXT"))
	if err != nil {
		return fmt.Errorf("BENCH_TEXT: %w", err)
	}
	line := assistantLine(strings.Repeat("x", text))
	if os.Getenv("BENCH_TYPE") == "stream_event" {
		line = deltaLine(strings.Repeat("x", text))
	}
	if err := write(initLine); err != nil {
		return err
	}
	for per := max(1, (64<<10)/len(line)); messages > 0; messages -= per {
		if err := write(strings.Repeat(line, min(per, messages))); err != nil {
			return err
		}
	}
	return write(resultLine)
}

func write(text string) error {
	_, err := os.Stdout.WriteString(text)
	return err
}

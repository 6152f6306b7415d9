package goadapter_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/wiretrial/wiretrial/protocol"
)

// scriptVariable names the part that the test binary plays when it is started as a CLI.
const scriptVariable = "GOADAPTER_TEST_SCRIPT"

func TestMain(m *testing.M) {
	if script := os.Getenv(scriptVariable); script != "" {
		os.Exit(playCLI(script))
	}
	os.Exit(m.Run())
}

// playCLI is a claude of a few words: it answers initialize and all requests, and each prompt by the script's name.
func playCLI(script string) int {
	if script == "stubborn" {
		signal.Ignore(syscall.SIGTERM)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		m, err := protocol.Decode(in.Bytes())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		switch m.Type {
		case protocol.TypeControlRequest:
			answer, _ := protocol.EncodeSuccess(m.ControlRequest().ID, json.RawMessage(`{"still_queued":[]}`))
			fmt.Printf("%s\n", answer)
		case protocol.TypeUser:
			if code := prompted(script, m.Text()); code >= 0 {
				return code
			}
		case protocol.TypeControlResponse:
			say(string(m.ControlResponse().Raw))
			result("answered")
		}
	}
	if script == "stubborn" {
		<-context.Background().Done()
	}
	return 0
}

func prompted(script, text string) (exit int) {
	switch script {
	case "ask":
		fmt.Println(`{"type":"control_request","request_id":"p1","request":{"subtype":"can_use_tool","tool_name":"Bash","input":{"n":12345678901234567890123},"tool_use_id":"t1"}}`)
	case "die":
		fmt.Fprintln(os.Stderr, "error: out of luck")
		return 7
	case "many":
		for i := range 20 {
			say(fmt.Sprint(i))
		}
		result("end")
	case "wait":
		say(text)
	default:
		say(text)
		result(text)
	}
	return -1
}

func say(text string) {
	fmt.Printf(`{"type":"assistant","big":1234567890123456789012345,"message":{"role":"assistant","content":[{"type":"text","text":%s}]}}`+"\n", quote(text))
}

func result(text string) {
	fmt.Printf(`{"is_error":false,"subtype":"success","result":%s,"type":"result"}`+"\n", quote(text))
}

func quote(s string) string {
	var b strings.Builder
	_ = json.NewEncoder(&b).Encode(s)
	return strings.TrimSpace(b.String())
}

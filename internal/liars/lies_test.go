package liars

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// lies are the liars by name.
func lies() map[string]lie {
	return map[string]lie{
		// no SDK behind them
		"does-nothing":           {in: doesNothing(false)},
		"does-nothing-carefully": {in: doesNothing(true)},
		"invents-everything":     {in: inventsEverything},

		// in what they declare
		"claims-everything":      {client: true, in: lacking(refuses), out: hello(contract.Features()...)},
		"claims-and-consents":    {client: true, in: lacking(consents), out: hello(contract.Features()...)},
		"drops-hooks":            {client: true, in: dropsHooks},
		"claims-nothing":         {client: true, out: hello()},
		"claims-next-to-nothing": {client: true, out: hello("prompt", "connect", "query", "receive", "disconnect")},

		// in what they answer
		"yes-man":         {client: true, out: answersForTheUser},
		"hides-errors":    {client: true, out: hidesErrors},
		"answers-twice":   {client: true, out: answersTwice},
		"answers-another": {client: true, out: answersAnother},
		"answers-late":    {client: true, out: answersLate},

		// in what they hand out
		"invents-messages": {client: true, out: onMessage(inventsMessages)},
		"replays-the-last": {client: true, out: onMessage(replays)},
		"stops-at-results": {client: true, out: onMessage(stopsAtResults)},
		"mends-messages":   {client: true, out: onMessage(mends)},
	}
}

// successOf is what an operation answers if all is well.
func successOf(op string) string {
	switch {
	case op == "receive" || op == "prompt":
		return `{"count":0,"end":"eof"}`
	case contract.GivesValue(op):
		return `{"value":null}`
	}
	return `{}`
}

func helloOf(features []string) string {
	list, _ := json.Marshal(features)
	return `{"protocol":1,"adapter":{"name":"liar","version":"1"},"sdk":{"name":"none","version":"1","language":"go","runtime":"go"},"features":` +
		string(list) + `,"idiom":"for message := range messages"}`
}

// doesNothing succeeds in everything; one that is careful refuses what no adapter has.
func doesNothing(careful bool) func(*stage, string) []string {
	return func(s *stage, line string) []string {
		op := method(line)
		switch {
		case op == "" || id(line) == "":
		case op == "hello":
			s.say(reply(line, helloOf(contract.Features())))
		case careful && op != "open" && op != "close" && op != "alive" && !slices.Contains(contract.Operations(), op):
			s.say(unknown(line))
		default:
			s.lied(op)
			s.say(reply(line, successOf(op)))
		}
		return nil
	}
}

func unknown(line string) string {
	return `{"jsonrpc":"2.0","id":` + id(line) + `,"error":{"code":-32601,"message":"no such operation"}}`
}

// inventsEverything tells of a turn as it might have been.
func inventsEverything(s *stage, line string) []string {
	op := method(line)
	if op != "prompt" && op != "receive" {
		return doesNothing(true)(s, line)
	}
	s.lied(op)
	kinds := []string{"system", "assistant", "result"}
	for _, kind := range kinds {
		note := `{"jsonrpc":"2.0","method":"message","params":{"client":"","op":0}}`
		note, _ = sjson.Set(note, "params.client", gjson.Get(line, "params.client").String())
		note, _ = sjson.SetRaw(note, "params.op", id(line))
		note, _ = sjson.SetRaw(note, "params.message", plausible(kind))
		s.say(note)
	}
	end := "eof"
	if gjson.Get(line, "params.until").String() == "result" {
		end = "result"
	}
	s.say(reply(line, `{"count":3,"end":"`+end+`"}`))
	return nil
}

// plausible is a message that any CLI might write.
func plausible(kind string) string {
	rest := `"session_id":"5f1f7a3c-3f57-4f0a-9d0c-1c1f0a7e9b11","uuid":"0c6cfa0e-7a0e-4f52-8d55-6f3c9d0b7a21"}`
	switch kind {
	case "system":
		return `{"type":"system","subtype":"init","cwd":"/","tools":[],"mcp_servers":[],"model":"claude","permissionMode":"default",` + rest
	case "result":
		return `{"type":"result","subtype":"success","is_error":false,"duration_ms":9,"duration_api_ms":8,"num_turns":1,"result":"Done.","total_cost_usd":0.01,` + rest
	}
	return `{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Done."}],` +
		`"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}},"parent_tool_use_id":null,` + rest
}

// hello changes what is declared.
func hello(features ...string) func(*stage, string) []string {
	return func(s *stage, line string) []string {
		if gjson.Get(line, "result.features").IsArray() {
			line, _ = sjson.Set(line, "result.features", append([]string{}, features...))
		}
		return []string{line}
	}
}

// lacking meets in its own way what its SDK lacks, though it is declared.
func lacking(meet func(s *stage, line string) []string) func(*stage, string) []string {
	operations := []string{
		"interrupt", "set_model", "set_permission_mode", "server_info", "mcp_status", "send", "abort", "break", "stop_task", "rewind_files", "mcp_toggle",
	}
	return func(s *stage, line string) []string {
		if !slices.Contains(operations, method(line)) {
			return []string{line}
		}
		s.lied(method(line))
		return meet(s, line)
	}
}

// dropsHooks takes hooks and registers none.
func dropsHooks(s *stage, line string) []string {
	if method(line) == "open" && gjson.Get(line, "params.options.hooks.0").Exists() {
		s.lied("hooks")
		line, _ = sjson.Delete(line, "params.options.hooks")
	}
	return []string{line}
}

func refuses(s *stage, line string) []string {
	s.say(unknown(line))
	return nil
}

func consents(s *stage, line string) []string {
	s.say(reply(line, successOf(method(line))))
	return nil
}

// answersForTheUser consents to whatever the SDK asks, and asks nobody.
func answersForTheUser(s *stage, line string) []string {
	if method(line) != "callback" {
		return []string{line}
	}
	s.lied("callback " + gjson.Get(line, "params.name").String())
	answer := `{}`
	switch gjson.Get(line, "params.name").String() {
	case "can_use_tool":
		answer = `{"behavior":"allow"}`
	case "mcp_tool":
		answer = `{"content":[{"type":"text","text":"ok"}]}`
	case "elicitation":
		answer = `{"action":"accept","content":{}}`
	case "user_dialog":
		answer = `{"behavior":"completed","result":{}}`
	}
	s.feed(reply(line, answer))
	return nil
}

// hidesErrors tells no error but that of an operation which the harness itself gave up.
func hidesErrors(s *stage, line string) []string {
	failure := gjson.Get(line, "error")
	if s.isReply(line) && failure.Exists() && failure.Get("code").Int() != contract.CodeUnknownMethod && failure.Get("data.kind").String() != "cancelled" {
		s.lied("no error in " + s.of[id(line)])
		return []string{reply(line, successOf(s.of[id(line)]))}
	}
	return []string{line}
}

func answersTwice(s *stage, line string) []string {
	if s.isReply(line) {
		s.lied("twice " + s.of[id(line)])
		return []string{line, line}
	}
	return []string{line}
}

// answersAnother gives the answer of one operation under the id of the next.
func answersAnother(s *stage, line string) []string {
	if !s.isReply(line) || s.of[id(line)] == "open" || s.of[id(line)] == "close" || !slices.Contains(contract.Operations(), s.of[id(line)]) {
		return []string{line}
	}
	s.lied("another id for " + s.of[id(line)])
	return []string{strings.Replace(line, `"id":`+id(line), `"id":`+id(line)+`7`, 1)}
}

// answersLate keeps the answers of operations until the client is closed.
func answersLate(s *stage, line string) []string {
	if !s.isReply(line) {
		return []string{line}
	}
	switch op := s.of[id(line)]; {
	case op == "close":
		lines := append([]string{line}, s.held...)
		s.held = nil
		return lines
	case slices.Contains(contract.Operations(), op) && gjson.Get(line, "result").Exists():
		s.lied("late " + op)
		s.held = append(s.held, line)
		return nil
	}
	return []string{line}
}

// onMessage changes the messages that are handed out.
func onMessage(change func(s *stage, line string) []string) func(*stage, string) []string {
	return func(s *stage, line string) []string {
		if method(line) != "message" {
			return []string{line}
		}
		s.now = append(s.now, gjson.Get(line, "params.message").Raw)
		return change(s, line)
	}
}

// put replaces the message of a line; it is a lie if it is another one.
func put(s *stage, line, message string) []string {
	if message == gjson.Get(line, "params.message").Raw {
		return []string{line}
	}
	s.lied("another message")
	line, _ = sjson.SetRaw(line, "params.message", message)
	return []string{line}
}

// inventsMessages starts the CLI and talks with it, and hands out messages of the right types that it makes up.
func inventsMessages(s *stage, line string) []string {
	return put(s, line, plausible(gjson.Get(line, "params.message.type").String()))
}

// replays hands out what the case before handed out, as far as that goes.
func replays(s *stage, line string) []string {
	if n := len(s.now); n <= len(s.before) {
		return put(s, line, s.before[n-1])
	}
	return []string{line}
}

// stopsAtResults keeps what comes after the first result.
func stopsAtResults(s *stage, line string) []string {
	if s.ended {
		s.lied("kept a message")
		return nil
	}
	s.ended = gjson.Get(line, "params.message.type").String() == "result"
	return []string{line}
}

// mends tells every result as a success.
func mends(s *stage, line string) []string {
	message := gjson.Get(line, "params.message").Raw
	if gjson.Get(message, "type").String() == "result" && gjson.Get(message, "is_error").Bool() {
		message, _ = sjson.Set(message, "is_error", false)
		message, _ = sjson.Set(message, "subtype", "success")
	}
	return put(s, line, message)
}

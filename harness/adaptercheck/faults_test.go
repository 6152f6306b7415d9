package adaptercheck_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// faults are bad adapters, by the one check that each must fail.
func faults() map[string]fault {
	return map[string]fault{
		"hello.answer":         {out: onReply("hello", func(l string, _ *bad) []string { return []string{set(l, "result.sdk.version", "")} })},
		"hello.features":       {out: onReply("hello", func(l string, _ *bad) []string { return []string{set(l, "result.features.-1", "telepathy")} })},
		"refuse.method":        {in: answersItself("check_", `{}`)},
		"refuse.operation":     {in: answersItself("ping", `{"value":null}`)},
		"refuse.option":        {in: dropsUnknownOption},
		"refuse.client":        {out: strangerFails},
		"open.options":         {in: faultsOnOption},
		"open.again":           {in: opensOnce},
		"open.spawns-nothing":  {in: spawnsAtOpen},
		"channel.descriptors":  {}, // takeChannel leaves them
		"channel.children":     {}, // takeChannel lets them be inherited
		"cancel.stray":         {in: diesOfStrayCancel},
		"exit.idle":            {in: remember, exit: func(b *bad) int { return failIf(b.memory["query"] == "") }},
		"exit.busy":            {in: remember, exit: func(b *bad) int { return failIf(b.memory["query"] != "") }},
		"turn.plain":           {out: onNote("assistant", func(l string, _ *bad) []string { return []string{set(l, "params.message.message.content", []string{})} })},
		"failure.answered":     {out: diesOfFailure},
		"open.reaches":         {in: dropsOption("max_turns")},
		"alive.answered":       {in: onCall("alive", func(string, *bad) []string { return nil })},
		"order.tasks":          {in: onCall("set_model", func(l string, _ *bad) []string { return []string{del(l, "params.on")} })},
		"callback.own-answer":  {in: answersLatest, out: asksRemembered},
		"callback.pending":     {in: waitsForCallback, out: asksRemembered},
		"callback.late-answer": {in: diesOfLateAnswer, out: withdrawalsRemembered},
		"callback.absent": {in: func(l string, _ *bad) []string {
			return []string{strings.Replace(l, `"result":{}`, `"result":{"systemMessage":null}`, 1)}
		}},
		"cancel.settles":   {in: onCall("$/cancelRequest", func(string, *bad) []string { return nil })},
		"cancel.keeps":     {in: forgetsAtOpen, out: losesAfterCancel},
		"close.settles":    {in: closesAtOnce, out: dropsOldClose},
		"channel.noise":    {out: onReply("open", func(l string, _ *bad) []string { return []string{"opened a client", l} }), in: remember},
		"channel.messages": {out: onReply("open", func(l string, _ *bad) []string { return []string{l, l} }), in: remember},
		"order.replies":    {out: lateResult, in: remember},
		"shape.messages": {out: onNote("user", func(l string, _ *bad) []string {
			return []string{set(set(l, "params.message", map[string]string{"type": "x-unmapped"}), "params.native", "UserMessage")}
		})},
		"shape.results": {in: remember, out: onReply("interrupt", func(l string, _ *bad) []string { return []string{set(l, "result", struct{}{})} })},
		"shape.errors":  {in: forgetsAtOpen, out: oddKindAtClose},

		"feature.set_model":          {in: answersUntasked},
		"feature.interrupt.answered": {in: answersItself("interrupt", `{"value":null}`, true), out: dropsSecondAnswer},
		"feature.concurrent.any":     {in: oneByOne, out: releases},
		"feature.env.add":            {in: dropsOption("env")},
		"feature.shape.raw":          {out: onNote("assistant", func(l string, _ *bad) []string { return []string{del(l, "params.message.x_list")} })},
		"feature.callback.throws": {in: func(l string, _ *bad) []string {
			if gjson.Get(l, "error.code").Int() == -32050 {
				l = set(del(l, "error"), "result", map[string]string{"behavior": "allow"})
			}
			return []string{l}
		}},
	}
}

func failIf(yes bool) int {
	if yes {
		return 3
	}
	return 0
}

func set(line, path string, value any) string {
	out, err := sjson.Set(line, path, value)
	if err != nil {
		panic(err)
	}
	return out
}

func del(line, path string) string {
	out, err := sjson.Delete(line, path)
	if err != nil {
		panic(err)
	}
	return out
}

type change = func(line string, b *bad) []string

func method(line string) string { return gjson.Get(line, "method").String() }
func id(line string) string     { return gjson.Get(line, "id").Raw }
func client(line string) string { return gjson.Get(line, "params.client").String() }

// remember notes which method each request has, and that a method was called at all.
func remember(line string, b *bad) []string {
	if m := method(line); m != "" {
		b.memory["of "+id(line)], b.memory[m] = m, id(line)
		b.memory["until of "+id(line)] = gjson.Get(line, "params.until").String()
	}
	return []string{line}
}

// onCall changes the requests of one method.
func onCall(name string, with change) change {
	return func(line string, b *bad) []string {
		if method(line) == name {
			return with(line, b)
		}
		return []string{line}
	}
}

// onReply changes the replies to one method; hello is the first request.
func onReply(name string, with change) change {
	return func(line string, b *bad) []string {
		if method(line) == "" && (b.memory["of "+id(line)] == name || name == "hello" && id(line) == "1") && gjson.Get(line, "result").Exists() {
			return with(line, b)
		}
		return []string{line}
	}
}

// onNote changes the messages of one type.
func onNote(kind string, with change) change {
	return func(line string, b *bad) []string {
		if method(line) == "message" && gjson.Get(line, "params.message.type").String() == kind {
			return with(line, b)
		}
		return []string{line}
	}
}

func reply(line, result string) string {
	return `{"jsonrpc":"2.0","id":` + id(line) + `,"result":` + result + `}`
}

// answersItself answers methods that begin so; with also the adapter gets them too.
func answersItself(prefix, result string, also ...bool) change {
	return func(line string, b *bad) []string {
		if !strings.HasPrefix(method(line), prefix) {
			return []string{line}
		}
		b.reply(reply(line, result))
		if len(also) > 0 {
			b.memory["answered "+id(line)] = "yes"
			return []string{line}
		}
		return nil
	}
}

func dropsSecondAnswer(line string, b *bad) []string {
	if method(line) == "" && b.memory["answered "+id(line)] != "" {
		return nil
	}
	return []string{line}
}

// answersUntasked never tells the SDK of set_model, but where it is one of a row.
func answersUntasked(line string, b *bad) []string {
	if method(line) == "set_model" && client(line) == "main" {
		b.reply(reply(line, `{}`))
		return nil
	}
	return []string{line}
}

func dropsUnknownOption(line string, _ *bad) []string {
	gjson.Get(line, "params.options").ForEach(func(key, _ gjson.Result) bool {
		if strings.HasPrefix(key.String(), "x_") {
			line = del(line, "params.options."+key.String())
		}
		return true
	})
	return []string{line}
}

func dropsOption(name string) change {
	return func(line string, _ *bad) []string { return []string{del(line, "params.options."+name)} }
}

func strangerFails(line string, _ *bad) []string {
	if gjson.Get(line, "error.code").Int() == -32002 {
		line = set(set(line, "error.code", -32000), "error.data", map[string]string{"kind": "not_connected"})
	}
	return []string{line}
}

func faultsOnOption(line string, b *bad) []string {
	if gjson.Get(line, "params.options.setting_sources").Exists() {
		b.reply(`{"jsonrpc":"2.0","id":` + id(line) + `,"error":{"code":-32002,"message":"KeyError: setting_sources"}}`)
		return nil
	}
	return []string{line}
}

// opensOnce remembers the clients that were closed, by the path of their CLI, as if close had kept something.
func opensOnce(line string, b *bad) []string {
	path := gjson.Get(line, "params.cli_path").String()
	switch method(line) {
	case "open":
		if b.memory["closed "+path] != "" {
			b.reply(`{"jsonrpc":"2.0","id":` + id(line) + `,"error":{"code":-32002,"message":"open already"}}`)
			return nil
		}
		b.memory["path of "+client(line)] = path
	case "close":
		b.memory["closed "+b.memory["path of "+client(line)]] = "yes"
	}
	return []string{line}
}

// spawnsAtOpen starts something that lives as long as the adapter.
func spawnsAtOpen(line string, b *bad) []string {
	if gjson.Get(line, "params.options.hooks").Exists() && b.memory["child"] == "" && gjson.Get(line, "params.options.callbacks").Exists() {
		b.memory["child"] = "started"
		child := exec.Command(os.Args[0], "__sleep")
		hold, err := child.StdinPipe()
		if err != nil {
			panic(err)
		}
		b.holds = append(b.holds, hold)
		if err := child.Start(); err != nil {
			panic(err)
		}
	}
	return []string{line}
}

func diesOfStrayCancel(line string, b *bad) []string {
	remember(line, b)
	if method(line) == "$/cancelRequest" && b.memory["of "+gjson.Get(line, "params.id").Raw] == "open" {
		fmt.Fprintln(os.Stderr, "KeyError: no such operation")
		os.Exit(1)
	}
	return []string{line}
}

// asksRemembered keeps the open callbacks as a list of ids.
func asksRemembered(line string, b *bad) []string {
	switch method(line) {
	case "callback":
		b.asks = append(b.asks, id(line))
	case "$/cancelRequest":
		b.forget(gjson.Get(line, "params.id").Raw)
	}
	return []string{line}
}

func (b *bad) forget(ask string) {
	for i, a := range b.asks {
		if a == ask {
			b.asks = append(b.asks[:i:i], b.asks[i+1:]...)
			return
		}
	}
}

// answersLatest takes the answer to any open callback for one to the latest. An answer that nobody waits for any more it leaves
// alone: under load that one would meet the next callback, and fail a second check.
func answersLatest(line string, b *bad) []string {
	if method(line) == "" && slices.Contains(b.asks, id(line)) {
		latest := b.asks[len(b.asks)-1]
		b.forget(latest)
		line = strings.Replace(line, `"id":`+id(line), `"id":`+latest, 1)
	}
	return []string{line}
}

// waitsForCallback opens no client while a callback is open.
func waitsForCallback(line string, b *bad) []string {
	if method(line) == "open" && len(b.asks) > 0 {
		b.held = append(b.held, line)
		return nil
	}
	out := []string{line}
	if method(line) == "" {
		b.forget(id(line))
		out = append(out, b.held...)
		b.held = nil
	}
	return out
}

func withdrawalsRemembered(line string, b *bad) []string {
	if method(line) == "$/cancelRequest" {
		b.memory["withdrawn "+gjson.Get(line, "params.id").Raw] = "yes"
	}
	return []string{line}
}

func diesOfLateAnswer(line string, b *bad) []string {
	if method(line) == "" && b.memory["withdrawn "+id(line)] != "" {
		fmt.Fprintln(os.Stderr, "InvalidStateError: the future was cancelled")
		os.Exit(1)
	}
	return []string{line}
}

// forgetsAtOpen keeps what one client did from the next.
func forgetsAtOpen(line string, b *bad) []string {
	if method(line) == "open" {
		delete(b.memory, "lose")
		delete(b.memory, "close")
	}
	return remember(line, b)
}

func diesOfFailure(line string, _ *bad) []string {
	if gjson.Get(line, "error.data.kind").String() == "process_exit" {
		fmt.Fprintln(os.Stderr, "ProcessError: exit code 3")
		os.Exit(1)
	}
	return []string{line}
}

// losesAfterCancel drops the first message after a cancelled receive, and does not count it.
func losesAfterCancel(line string, b *bad) []string {
	op := gjson.Get(line, "params.op").Raw
	switch {
	case gjson.Get(line, "error.data.kind").String() == "cancelled" && b.memory["of "+id(line)] == "receive":
		b.memory["lose"] = "one"
	case method(line) == "message" && b.memory["lose"] != "":
		delete(b.memory, "lose")
		b.memory["less "+op] = "one"
		return nil
	case method(line) == "" && b.memory["less "+id(line)] != "":
		line = set(line, "result.count", gjson.Get(line, "result.count").Int()-1)
	}
	return []string{line}
}

// closesAtOnce answers close before what is in flight, and closes then.
func closesAtOnce(line string, b *bad) []string {
	if method(line) == "close" {
		b.reply(reply(line, `{}`))
		line = set(line, "id", 1_000_000+gjson.Get(line, "id").Int())
	}
	return []string{line}
}

func dropsOldClose(line string, _ *bad) []string {
	if gjson.Get(line, "id").Int() > 1_000_000 {
		return nil
	}
	return []string{line}
}

// lateResult forwards the result of a turn after the reply to its receive.
func lateResult(line string, b *bad) []string {
	switch {
	case method(line) == "message" && gjson.Get(line, "params.message.type").String() == "result" &&
		b.memory["until of "+gjson.Get(line, "params.op").Raw] == "result":
		b.memory["late "+gjson.Get(line, "params.op").Raw] = line
		return nil
	case method(line) == "" && b.memory["late "+id(line)] != "":
		return []string{line, b.memory["late "+id(line)]}
	}
	return []string{line}
}

func oddKindAtClose(line string, b *bad) []string {
	if gjson.Get(line, "error.data.kind").String() == "cancelled" && b.memory["close"] > "" && b.memory["$/cancelRequest"] == "" {
		line = set(line, "error.data.kind", "Cancelled")
	}
	return []string{line}
}

// oneByOne holds set_permission_mode back while set_model has no answer.
func oneByOne(line string, b *bad) []string {
	switch {
	case method(line) == "set_model":
		b.memory["busy"] = id(line)
	case method(line) == "set_permission_mode" && b.memory["busy"] != "":
		b.held = append(b.held, line)
		return nil
	}
	return []string{line}
}

func releases(line string, b *bad) []string {
	if method(line) == "" && id(line) == b.memory["busy"] {
		delete(b.memory, "busy")
		for _, held := range b.held {
			b.feed(held)
		}
		b.held = nil
	}
	return []string{line}
}

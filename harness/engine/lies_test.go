package engine_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// lies are the adapters of these tests, by name.
func lies() map[string]lie {
	return map[string]lie{
		honest: {},

		// on the wire
		"mute-interrupt":    {write: onFrame(`"subtype":"interrupt"`, func(string, *wire) {})},
		"changes-prompt":    {write: onFrame(`"type":"user"`, func(f string, w *wire) { w.put(strings.ReplaceAll(f, "go on", "go away")) })},
		"bare-user":         {write: onFrame(`"type":"user"`, func(_ string, w *wire) { w.put(`{"type":"user"}`) })},
		"foreign-answer":    {write: onFrame(`control_response`, func(f string, w *wire) { w.put(set(f, "response.request_id", "nobody")) })},
		"answers-twice":     {write: onFrame(`control_response`, func(f string, w *wire) { w.put(f); w.put(f) })},
		"reuses-ids":        {write: onFrame(`"subtype":"interrupt"`, reuseID)},
		"initializes-twice": {write: onFrame(`"subtype":"initialize"`, func(f string, w *wire) { w.put(f); w.put(set(f, "request_id", "again")) })},
		"registers-no-hook": {write: onFrame(`"subtype":"initialize"`, func(f string, w *wire) { w.put(del(f, "request.hooks")) })},
		"prompts-twice":     {write: onFrame(`"type":"user"`, func(f string, w *wire) { w.put(f); w.put(f) })},
		"speaks-later":      {write: onFrame(`"type":"user"`, speakLater)},
		"other-denial":      {write: onFrame(`control_response`, func(f string, w *wire) { w.put(strings.ReplaceAll(f, "one", "three")) })},
		"terminates": {write: onFrame(`"type":"user"`, func(f string, w *wire) {
			_ = w.proc.Signal(syscall.SIGTERM)
			time.Sleep(100 * time.Millisecond) // the fake reports it from a goroutine of its own, and must not be told to exit before
			w.put(f)
		})},
		"kills":        {write: onFrame(`control_response`, func(f string, w *wire) { _ = w.proc.Kill(); <-w.Done() })},
		"closes-stdin": {parts: judged(func(s parts.Step) bool { return s == parts.PromptEnded })},
		"hasty-start":  {parts: hastyStart},
		"terminates-at-once": {parts: func(p *parts.Parts) {
			open := p.Open
			p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
				o.Close = transport.Escalation{EOFGrace: -1}.Run
				return open(ctx, c, o)
			}
		}},
		"reads-slowly": {parts: func(p *parts.Parts) {
			open := p.Open
			p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
				o.NewFramer = func(r io.Reader) transport.FrameReader {
					return transport.NewFramer(slow{r}, transport.FramerOptions{})
				}
				return open(ctx, c, o)
			}
		}},
		"probes":      {parts: probing(true)},
		"probes-hung": {parts: probing(false)},

		// on the channel
		"late-interrupt":    {out: onReply("interrupt", func(l string, _ *channel) []string { time.Sleep(2 * time.Second); return []string{l} })},
		"endless-interrupt": {out: onReply("interrupt", func(l string, _ *channel) []string { time.Sleep(time.Hour); return []string{l} })},
		"early-interrupt": {in: func(l string, c *channel) []string {
			if gjson.Get(l, "method").String() == "interrupt" {
				c.reply(set(set(`{"jsonrpc":"2.0"}`, "id", gjson.Get(l, "id").Int()), "result", map[string]any{}))
			}
			return []string{l}
		}, out: onReply("interrupt", func(string, *channel) []string { return nil })},
		"interrupt-fails":  {out: onReply("interrupt", func(l string, _ *channel) []string { return []string{failure(l, "other", "no")} })},
		"other-kind":       {out: onReply("interrupt", func(l string, _ *channel) []string { return []string{set(l, "error.data.kind", "timeout")} })},
		"other-text":       {out: onReply("interrupt", func(l string, _ *channel) []string { return []string{set(l, "error.message", "an error")} })},
		"swallows-failure": {out: onReply("interrupt", func(l string, _ *channel) []string { return []string{success(l)} })},
		"swallows-end":     {out: onReply("prompt", func(l string, _ *channel) []string { return []string{set(success(l), "result.end", "eof")} })},
		"fails-at-the-end": {out: onReply("prompt", func(l string, _ *channel) []string { return []string{failure(l, "decode", "no")} })},
		"drops-message":    {out: onMessage("assistant", func(string, *channel) []string { return nil })},
		"doubles-message":  {out: onMessage("assistant", func(l string, _ *channel) []string { return []string{l, l} })},
		"swaps-messages":   {out: onMessage("assistant", swap)},
		"changes-text":     {out: onMessage("assistant", func(l string, _ *channel) []string { return []string{strings.ReplaceAll(l, "the truth", "a lie")} })},
		"yields-control": {out: onMessage("assistant", func(l string, _ *channel) []string {
			return []string{set(l, "params.message", map[string]any{"type": "keep_alive"}), l}
		})},
		"makes-up-messages": {out: onMessage("assistant", madeUp)},
		"makes-up-calls": {out: onMessage("assistant", func(l string, _ *channel) []string {
			return []string{`{"jsonrpc":"2.0","id":"x1","method":"callback","params":{"client":"main","name":"can_use_tool","args":{"tool_name":"Bash"}}}`, l}
		})},
		"exception-escapes": {out: onMessage("assistant", func(l string, _ *channel) []string {
			return []string{`{"jsonrpc":"2.0","method":"host_error","params":{"message":"boom","type":"UnhandledRejection"}}`, l}
		})},
		"faulty-adapter": {out: onReply("interrupt", func(l string, _ *channel) []string {
			return []string{set(failure(l, "", "KeyError"), "error.code", -32002)}
		})},
		"refuses-declared": {out: onReply("interrupt", func(l string, _ *channel) []string {
			return []string{set(failure(l, "", "no such"), "error.code", -32601)}
		})},
		"foreign-client": {out: onMessage("assistant", func(l string, _ *channel) []string {
			return []string{set(l, "params.client", "nobody")}
		})},
		"answers-nobody": {out: onReply("interrupt", func(l string, _ *channel) []string { return []string{set(l, "id", 99999), l} })},
		"dies-asked": {in: func(l string, _ *channel) []string {
			if gjson.Get(l, "method").String() == "interrupt" {
				os.Exit(3)
			}
			return []string{l}
		}},
		"lacks-model": {out: onReply("open", func(l string, _ *channel) []string {
			l = set(failure(l, "", "no such option"), "error.code", -32602)
			return []string{set(l, "error.data", map[string]any{"unsupported": []string{"model"}})}
		})},
		"never-disconnects": {in: func(l string, c *channel) []string {
			if gjson.Get(l, "method").String() != "disconnect" {
				return []string{l}
			}
			c.reply(set(set(`{"jsonrpc":"2.0"}`, "id", gjson.Get(l, "id").Int()), "result", map[string]any{}))
			return nil
		}},

		// in its process
		"hoards-descriptors": {start: func() {
			for range 200 {
				if _, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0); err != nil {
					panic(err)
				}
			}
		}},
	}
}

// reuseID gives every interrupt the id of the first.
func reuseID(f string, w *wire) {
	if w.seen == "" {
		w.seen = gjson.Get(f, "request_id").String()
	}
	w.put(set(f, "request_id", w.seen))
}

// speakLater speaks again and again, so that one line falls into the silence whenever that begins.
func speakLater(f string, w *wire) {
	w.put(f)
	go func() {
		for n := 0; ; n++ {
			time.Sleep(200 * time.Millisecond)
			w.put(fmt.Sprintf(`{"type":"control_request","request_id":"later%d","request":{"subtype":"interrupt"}}`, n))
		}
	}()
}

// swap hands out the first message of a type after the second.
func swap(line string, c *channel) []string {
	if c.held == nil {
		c.held = []string{line}
		return nil
	}
	if len(c.held) == 1 {
		first := c.held[0]
		c.held = []string{first, line}
		return []string{line, first}
	}
	return []string{line}
}

func madeUp(line string, _ *channel) []string {
	extra := strings.ReplaceAll(line, "the truth", "more than the truth")
	return []string{line, set(extra, "params.message.uuid", "00000000-0000-4000-8000-000000000000")}
}

// judge is an InputEnd that closes stdin at a step.
type judge func(parts.Step) bool

func (j judge) Step(s parts.Step, _ protocol.Message) parts.Verdict {
	return parts.Verdict{CloseInput: j(s)}
}

func judged(j judge) func(*parts.Parts) {
	return func(p *parts.Parts) { p.InputEnd = func(time.Duration) parts.InputEnd { return j } }
}

// hastyStart gives up initialize long before it was told to.
func hastyStart(p *parts.Parts) {
	own := p.Initialize
	p.Initialize = func(ctx context.Context, send parts.Exchange) (protocol.Message, error) {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		defer cancel()
		return own(ctx, send)
	}
}

// slow takes its time for each read.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return s.Reader.Read(p)
}

package adaptercheck

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

func helloAnswer(_ context.Context, r *runner) error {
	h := r.hello
	var empty []string
	for _, field := range []struct{ name, value string }{
		{"adapter.name", h.Adapter.Name}, {"adapter.version", h.Adapter.Version}, {"sdk.name", h.SDK.Name}, {"sdk.version", h.SDK.Version},
		{"sdk.language", h.SDK.Language}, {"sdk.runtime", h.SDK.Runtime}, {"idiom", h.Idiom},
	} {
		if field.value == "" {
			empty = append(empty, field.name)
		}
	}
	if empty != nil {
		return wrongf("hello says nothing about %s", strings.Join(empty, ", "))
	}
	return nil
}

// fits are features that mean nothing without another; "a|b" is one of them.
func fits() []struct{ feature, needs string } {
	const anyCallback = "callback.can_use_tool|callback.hook|callback.mcp_tool"
	return []struct{ feature, needs string }{
		{"query", "connect"}, {"receive", "connect|prompt.pull"}, {"disconnect", "connect"}, {"reconnect", "connect"}, {"reconnect", "disconnect"},
		{"connect.twice", "connect"}, {"prompt.pull", "prompt"}, {"prompt.pull", "receive"}, {"prompt.stream", "prompt|query"},
		{"receive.turn", "receive"}, {"interrupt.answered", "interrupt"}, {"concurrent.interrupt", "interrupt"},
		{"callback.throws", anyCallback}, {"callback.unserializable", anyCallback}, {"mcp_send", "callback.mcp_tool"}, {"mcp_send", "context.callback"},
		{"callback.withdrawn", anyCallback}, {"context.callback", anyCallback},
		{"task.end", "context.task"},
	}
}

func helloFeatures(_ context.Context, r *runner) error {
	known := contract.Features()
	declared := r.hello.Features
	has := func(needs string) bool {
		return slices.ContainsFunc(strings.Split(needs, "|"), func(f string) bool { return slices.Contains(declared, f) })
	}
	for i, f := range declared {
		switch {
		case !slices.Contains(known, f):
			return wrongf("hello declares %q, which is not in the contract%s", f, nearest(f, known))
		case slices.Contains(declared[:i], f):
			return wrongf("hello declares %q twice", f)
		}
	}
	for _, fit := range fits() {
		if slices.Contains(declared, fit.feature) && !has(fit.needs) {
			return wrongf("hello declares %s without %s", fit.feature, strings.ReplaceAll(fit.needs, "|", " or "))
		}
	}
	if slices.Contains(declared, "env.add") && slices.Contains(declared, "env.replace") {
		return wrongf("hello declares both env.add and env.replace")
	}
	if !slices.Contains(declared, "prompt") && !r.client() {
		return &wrong{
			problem: "hello declares no entry point, so that nothing can be tested",
			advice:  "declare prompt for a one-shot function, or connect, query and receive for a client",
		}
	}
	return nil
}

// nearest names what was probably meant: the known name that shares the longest beginning, if that says anything.
func nearest(name string, known []string) string {
	best, length := "", 3
	for _, k := range known {
		n := 0
		for n < min(len(k), len(name)) && k[n] == name[n] {
			n++
		}
		if n > length {
			best, length = k, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

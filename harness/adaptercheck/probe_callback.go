package adaptercheck

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

func permission() map[string]any { return map[string]any{"callbacks": []string{"can_use_tool"}} }

// command is the value by which the checks tell permission requests apart.
func command(e host.Event) string { return gjson.GetBytes(e.Params, "args.input.command").String() }

// callbackOwnAnswer opens three requests at once and answers those that the SDK lets be pending together, in an order of its own.
func callbackOwnAnswer(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(permission())
		if err != nil {
			return err
		}
		for _, name := range []string{"p1", "p2", "p3"} {
			if err := s.writes("can_use_tool", name, scenarios.PathValue{Path: "request.input.command", Value: name}); err != nil {
				return err
			}
		}
		if err := s.denyAll(3); err != nil {
			return err
		}
		for _, name := range []string{"p1", "p2", "p3"} {
			l, err := s.reads("control_response/"+name, 1)
			if err != nil {
				return err
			}
			if want := "not " + name; !strings.Contains(string(l.Raw), want) {
				return wrongf("the request %s was denied with %q, and the CLI read %s", name, want, clip(string(l.Raw), 300))
			}
		}
		return s.finishes(reading)
	})
}

// denyAll answers n callbacks. It waits for more to be pending, because an SDK may run them one by one, and takes
// neither the oldest nor the newest first, which an adapter might answer whatever it is told.
func (s *stage) denyAll(n int) error {
	var pending []host.Event
	seen := 0
	for answered := 0; answered < n; answered++ {
		if len(pending) == 0 {
			if _, err := s.asked("can_use_tool", seen+1); err != nil {
				return err
			}
		}
		if answered == 0 {
			if err := s.rests(s.ctx); err != nil {
				return err
			}
		}
		pending = append(pending, s.asks[seen:]...)
		seen = len(s.asks)
		middle := len(pending) / 2
		ask := pending[middle]
		pending = slices.Delete(pending, middle, middle+1)
		if err := s.denies(ask, "not "+command(ask)); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) denies(ask host.Event, message string) error {
	return s.a.Reply(ask.ReqID, map[string]string{"behavior": "deny", "message": message}, nil)
}

// callbackPending keeps a callback open while another client is opened.
func callbackPending(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(permission())
		if err != nil {
			return err
		}
		if err := s.writes("can_use_tool", "p1"); err != nil {
			return err
		}
		ask, err := s.asked("can_use_tool", 1)
		if err != nil {
			return err
		}
		if err := s.opens("d", nil); err != nil {
			return err
		}
		if err := s.denies(ask, "no"); err != nil {
			return err
		}
		if _, err := s.reads("control_response/p1", 1); err != nil {
			return err
		}
		return s.finishes(reading)
	})
}

// callbackLate answers a callback after the SDK withdrew it.
func callbackLate(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(permission())
		if err != nil {
			return err
		}
		if err := s.writes("can_use_tool", "p1"); err != nil {
			return err
		}
		ask, err := s.asked("can_use_tool", 1)
		if err != nil {
			return err
		}
		if err := s.writes("cancel", "", scenarios.PathValue{Path: "request_id", Value: "p1"}); err != nil {
			return err
		}
		if err := s.await("the withdrawal of the callback", patience, func() bool { return s.withdrawn[ask.ReqID] }); err != nil {
			return err
		}
		if err := s.denies(ask, "too late"); err != nil {
			return err
		}
		if err := s.writes("can_use_tool", "p2"); err != nil {
			return err
		}
		next, err := s.asked("can_use_tool", 2)
		if err != nil {
			return err
		}
		if err := s.denies(next, "in time"); err != nil {
			return err
		}
		l, err := s.reads("control_response/p2", 1)
		if err != nil {
			return err
		}
		if !strings.Contains(string(l.Raw), "in time") {
			return wrongf("after a late answer to a withdrawn callback the next one was answered with %s", clip(string(l.Raw), 300))
		}
		return s.finishes(reading)
	})
}

// callbackAbsent answers each kind of callback with the fewest keys, and looks for nulls that nobody wrote.
func callbackAbsent(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(r.declaredCallbacks())
		if err != nil {
			return err
		}
		for _, kind := range []struct{ feature, stock, callback, answer string }{
			{"callback.can_use_tool", "can_use_tool", "can_use_tool", `{"behavior":"deny","message":"no"}`},
			{"callback.can_use_tool", "can_use_tool", "can_use_tool", `{"behavior":"allow"}`},
			{"callback.hook", "hook_callback", "hook", `{}`},
			{"callback.mcp_tool", "mcp_call", "mcp_tool", `{"content":[{"type":"text","text":"5"}]}`},
		} {
			if !r.declares(kind.feature) {
				continue
			}
			if err := s.fewestKeys(kind.stock, kind.callback, kind.answer); err != nil {
				return err
			}
		}
		return s.finishes(reading)
	})
}

// fewestKeys writes a request, answers its callback and looks at the response on the wire.
func (s *stage) fewestKeys(stock, callback, answer string) error {
	before := 1
	for _, e := range s.asks {
		if gjson.GetBytes(e.Params, "name").String() == callback {
			before++
		}
	}
	name := fmt.Sprintf("%s_%d", callback, before)
	if stock == "mcp_call" {
		if err := s.handshakes(); err != nil {
			return err
		}
	}
	if err := s.writes(stock, name); err != nil {
		return err
	}
	ask, err := s.asked(callback, before)
	if err != nil {
		return err
	}
	if err := s.a.Reply(ask.ReqID, gjson.Parse(answer).Value(), nil); err != nil {
		return err
	}
	l, err := s.reads("control_response/"+name, 1)
	if err != nil {
		return err
	}
	if at := nullIn(gjson.GetBytes(l.Raw, "response"), "response"); at != "" {
		return wrongf("the callback answered %s, and the CLI read null at %s: %s", answer, at, clip(string(l.Raw), 300))
	}
	return nil
}

// nullIn finds the path of the first null.
func nullIn(v gjson.Result, path string) (found string) {
	v.ForEach(func(key, value gjson.Result) bool {
		at := path + "." + key.String()
		switch {
		case value.Type == gjson.Null:
			found = at
		case value.IsObject() || value.IsArray():
			found = nullIn(value, at)
		}
		return found == ""
	})
	return found
}

// handshakes opens the in-process server as the CLI does.
func (s *stage) handshakes() error {
	const version = `"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"claude","version":"2"}`
	for i, message := range []string{
		`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{` + version + `}}`,
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
	} {
		id := fmt.Sprintf("handshake_%d", i)
		s.put([]byte(`{"type":"control_request","request_id":"` + id +
			`","request":{"subtype":"mcp_message","server_name":"calc","message":` + message + `}}`))
		err := s.await("the answer to the MCP opening", patience, func() bool {
			for _, l := range s.lines {
				if l.Response == id {
					return true
				}
			}
			return false
		})
		if err != nil {
			return err
		}
	}
	return nil
}

package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

func requestFaults() []fault {
	return []fault{
		{number: 5, name: "initialize is not answered", cli: func(c *cli) int {
			c.reads("control_request/initialize")
			return c.done()
		}, test: func(t *testing.T, o client.Options) {
			o.InitializeTimeout = 20 * time.Millisecond
			if err := client.New(o).Connect(within(t)); !errors.Is(err, client.Timeout) {
				t.Errorf("got %v", err)
			}
		}},
		{number: 5, name: "initialize is refused", cli: func(c *cli) int {
			line, _ := protocol.EncodeError(c.reads("control_request/initialize").ControlRequest().ID, "no such plan", "")
			c.says(string(line))
			return c.done()
		}, test: func(t *testing.T, o client.Options) {
			if err := client.New(o).Connect(within(t)); !errors.Is(err, client.ControlError) || !strings.Contains(err.Error(), "no such plan") {
				t.Errorf("got %v", err)
			}
		}},
		{number: 11, name: "an unknown request", cli: func(c *cli) int {
			c.prompted()
			if answer := c.asks("x1", `{"subtype":"holo_request","a":1}`); !answer.Failed() || answer.Error == "" {
				c.fail("it was answered with success: %+v", answer)
			}
			return c.finishes()
		}},
		{number: 12, name: "a cancel", cli: (*cli).asksAndCancels, test: cancelsOne},
		{number: 13, name: "answers as quick as they come", cli: func(c *cli) int {
			c.initialized()
			return c.serves(c.echoes)
		}, test: asksMany},
		{number: 18, name: "names on the wire", cli: func(c *cli) int {
			c.initialized()
			return c.serves(c.echoes)
		}, test: namesOnTheWire},
		{number: 25, name: "a second connect", cli: func(c *cli) int {
			c.initialized()
			return c.serves(c.echoes)
		}, test: connectsTwice},
	}
}

// cancelsOne has a callback that answers although its question was withdrawn.
func cancelsOne(t *testing.T, o client.Options) {
	var heeded sync.WaitGroup
	heeded.Add(1)
	o.CanUseTool = func(ctx context.Context, _ client.PermissionRequest) (client.PermissionResult, error) {
		defer heeded.Done()
		<-ctx.Done()
		return client.Allow(), nil
	}
	if got := queried(t, o, nil); len(got) != 1 {
		t.Errorf("want the result alone, got %v", got)
	}
	heeded.Wait()
}

func asksMany(t *testing.T, o client.Options) {
	c := open(t, o)
	var asking sync.WaitGroup
	for i := range 8 {
		asking.Go(func() {
			for j := range 40 {
				name := fmt.Sprint(i, "/", j)
				want := `{"serverName":` + quote(name) + `,"subtype":"mcp_reconnect"}`
				got, err := c.Request(within(t), protocol.MCPReconnect{ServerName: name})
				if err != nil {
					t.Error(err)
					return
				}
				sameJSON(t, "answer", want, string(got))
			}
		})
	}
	asking.Wait()
	disconnected(t, c)
}

func namesOnTheWire(t *testing.T, o client.Options) {
	c := open(t, o)
	for want, r := range map[string]protocol.Request{
		`{"subtype":"mcp_status"}`:                                  protocol.MCPStatus{},
		`{"subtype":"mcp_reconnect","serverName":"s"}`:              protocol.MCPReconnect{ServerName: "s"},
		`{"subtype":"mcp_toggle","serverName":"s","enabled":false}`: protocol.MCPToggle{ServerName: "s"},
		`{"subtype":"stop_task","task_id":"t"}`:                     protocol.StopTask{TaskID: "t"},
		`{"subtype":"rewind_files","user_message_id":"u"}`:          protocol.RewindFiles{UserMessageID: "u"},
		`{"subtype":"set_permission_mode","mode":"plan"}`:           protocol.SetPermissionMode{Mode: "plan"},
		`{"subtype":"set_model","model":"m"}`:                       protocol.SetModel{Model: new("m")},
		`{"subtype":"interrupt"}`:                                   protocol.Interrupt{},
	} {
		got, err := c.Request(within(t), r)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, r.Subtype(), want, string(got))
	}
	disconnected(t, c)
}

func connectsTwice(t *testing.T, o client.Options) {
	c := open(t, o)
	first, err := os.ReadFile(o.Env[pidVariable])
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(within(t)); err == nil {
		t.Error("a second connect succeeded")
	}
	if now, _ := os.ReadFile(o.Env[pidVariable]); string(now) != string(first) {
		t.Error("a second process was started")
	}
	if _, err := c.Request(within(t), protocol.MCPStatus{}); err != nil {
		t.Errorf("the first session: %v", err)
	}
	disconnected(t, c)
	gone(t, o.Env[pidVariable])
	if err := c.Connect(within(t)); err != nil {
		t.Errorf("a connect after a disconnect: %v", err)
	}
	disconnected(t, c)
}

func callbackFaults() []fault {
	allows := func(o *client.Options) {
		o.CanUseTool = func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			return client.PermissionResult{Behavior: protocol.Allow, UpdatedPermissions: r.Suggestions}, nil
		}
	}
	return []fault{
		{number: 14, name: "numbers keep their digits", cli: func(c *cli) int {
			c.prompted()
			answer := c.asks("p1", asksTool(""))
			c.want("input", toolInput, protocol.Member(c.decision(answer), "updatedInput"))
			return c.finishes()
		}, set: allows},
		{number: 15, name: "an allow in its form", cli: func(c *cli) int {
			c.prompted()
			answer := c.asks("p1", asksTool(""))
			c.want("allow", `{"behavior":"allow","updatedInput":`+toolInput+`}`, c.decision(answer))
			return c.finishes()
		}, set: allows},
		{number: 17, name: "suggestions go back whole", cli: func(c *cli) int {
			c.prompted()
			answer := c.asks("p1", asksTool(`,"permission_suggestions":`+suggestions))
			c.want("suggestions", suggestions, protocol.Member(c.decision(answer), "updatedPermissions"))
			return c.finishes()
		}, set: allows},
		{number: 23, name: "hooks of all events", cli: (*cli).hooked, set: func(o *client.Options) {
			for _, event := range strings.Fields(`PreToolUse PostToolUse PostToolUseFailure PostToolBatch Notification UserPromptSubmit
				UserPromptExpansion SessionStart SessionEnd Stop StopFailure SubagentStart SubagentStop PreCompact PostCompact PreModelSwitch
				PostModelSwitch PermissionRequest PermissionDenied Setup TeammateIdle TaskCreated TaskCompleted Elicitation ElicitationResult
				ConfigChange WorktreeCreate WorktreeRemove InstructionsLoaded CwdChanged FileChanged DirectoryAdded MessageDisplay HoloEvent`) {
				o.Hooks = append(o.Hooks, client.Hook{Event: event, Run: func(_ context.Context, in client.HookCallback) (any, error) {
					return client.HookOutput{Decision: "block", Reason: in.Event()}, nil
				}})
			}
		}},
	}
}

func startFaults() []fault {
	return []fault{
		{number: 16, name: "the permission prompt tool", cli: func(c *cli) int {
			at := slices.Index(os.Args, "--permission-prompt-tool")
			if joined := slices.Contains(os.Args, "--permission-prompt-tool=stdio"); !joined && (at < 0 || os.Args[at+1] != "stdio") {
				c.fail("arguments: %q", os.Args)
			}
			c.prompted()
			return c.finishes()
		}, set: func(o *client.Options) {
			o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
				return client.Allow(), nil
			}
		}},
		{number: 19, name: "no flag that does not exist", cli: (*cli).checksFlags, set: func(o *client.Options) {
			turns, budget := 3, 0.5
			o.Model, o.FallbackModel, o.PermissionMode, o.Resume, o.ForkSession = "m", "n", "plan", "id", true
			o.MaxTurns, o.MaxBudgetUSD, o.Tools, o.AllowedTools, o.DisallowedTools = &turns, &budget, []string{}, []string{"Read"}, []string{"Bash"}
			o.SettingSources, o.PartialMessages, o.AddDirs, o.StrictMCPConfig = []string{}, true, []string{"/x", "/y"}, true
			o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
				return client.Allow(), nil
			}
		}},
		{number: 20, name: "a value that looks like a flag", cli: func(c *cli) int {
			for _, want := range []string{"--resume=--version", "--model=-p"} {
				if !slices.Contains(os.Args, want) {
					c.fail("want %s in %q", want, os.Args)
				}
			}
			c.prompted()
			return c.finishes()
		}, set: func(o *client.Options) { o.Resume, o.Model = "--version", "-p" }},
		{number: 24, name: "inside another session", cli: func(c *cli) int {
			if mark, ok := os.LookupEnv("CLAUDECODE"); ok {
				c.fail("CLAUDECODE=%s was inherited", mark)
			}
			c.prompted()
			return c.finishes()
		}},
	}
}

package client

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// The defaults of Options.
const (
	// DefaultInitializeTimeout is how long the CLI may take to answer initialize.
	DefaultInitializeTimeout = 60 * time.Second
	// DefaultMaxUnread is how many bytes of messages may wait for their reader: 256 MiB.
	DefaultMaxUnread = 256 << 20
)

// Options say how a session is started and who answers the CLI's questions. The zero value is a session with the CLI's own
// defaults, whose tools need no permission. A session takes a copy; maps, slices and servers are shared and must not be
// changed while a session lives.
type Options struct {
	// CLIPath is the executable; empty finds claude in PATH.
	CLIPath string
	// Cwd is the CLI's working directory; empty is this process's.
	Cwd string
	// Env is added to the environment that the CLI inherits, and wins. The marks of an outer claude are never inherited.
	Env map[string]string

	Model          string // empty is the CLI's default
	PermissionMode string // default, acceptEdits, plan, ...; empty is the CLI's default
	Resume         string // session id to go on with; empty starts a new one
	// MaxTurns bounds the model's turns for one prompt; nil is unbounded. Zero is passed on.
	MaxTurns *int
	// SystemPrompt replaces the CLI's system prompt; nil keeps it, an empty one asks for none.
	SystemPrompt *string
	// Tools are the built-in tools; nil is all, empty is none.
	Tools []string
	// SettingSources are the settings files to load; nil is the CLI's default, empty is none.
	SettingSources []string
	// PartialMessages asks for stream_event messages.
	PartialMessages bool
	// ExtraArgs are further arguments of the CLI, as they are.
	ExtraArgs []string

	// CanUseTool is asked before a tool runs; nil leaves permissions to the CLI.
	CanUseTool CanUseTool
	// Hooks are run by the CLI at its events.
	Hooks []Hook
	// MCPServers are in-process servers by the names under which the CLI knows them. One server may serve many sessions.
	MCPServers map[string]*mcp.Server

	// OnStderr is called with each line of the CLI's stderr, one call at a time, in a goroutine of its own. A panic in it is caught, and
	// the later lines come all the same (B142).
	OnStderr func(line string)
	// OnSkip is called with the reason when a line of the CLI that is no message is passed over. It runs on the reading
	// goroutine and must not wait.
	OnSkip func(error)

	// InitializeTimeout bounds the CLI's answer to initialize; 0 is DefaultInitializeTimeout, negative is none.
	InitializeTimeout time.Duration
	// MaxFrame is the longest line accepted from the CLI, in bytes; 0 is transport.DefaultMaxFrame. A longer one ends the
	// session with an error of kind Decode.
	MaxFrame int64
	// MaxUnread bounds the messages that wait for their reader, in bytes; 0 is DefaultMaxUnread, negative is none. Passing
	// it ends the session: dropping or waiting would break it silently.
	MaxUnread int64
	// Escalation are the graces with which the CLI is ended. The zero value is transport's defaults.
	Escalation transport.Escalation

	// Open brings a transport of one's own instead of a subprocess; ctx is for the opening only.
	Open func(ctx context.Context) (transport.Transport, error)
}

// check refuses what no CLI could be started with.
func (o *Options) check() error {
	for _, v := range []struct{ name, value string }{
		{"cli path", o.CLIPath}, {"cwd", o.Cwd}, {"model", o.Model},
		{"permission mode", o.PermissionMode}, {"resume", o.Resume},
	} {
		if strings.ContainsRune(v.value, 0) {
			return invalid("%s contains a NUL byte: %q", v.name, v.value)
		}
	}
	if slices.ContainsFunc(o.ExtraArgs, func(a string) bool { return strings.ContainsRune(a, 0) }) {
		return invalid("an extra argument contains a NUL byte")
	}
	for name, value := range o.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return invalid("environment variable %q is not valid: it needs a name without = and no NUL byte", name)
		}
	}
	for i, h := range o.Hooks {
		if h.Event == "" || h.Run == nil {
			return invalid("hook %d needs an event and a function", i)
		}
	}
	for name, server := range o.MCPServers {
		if name == "" || server == nil {
			return invalid("MCP server %q needs a name and a server", name)
		}
	}
	return nil
}

func (o *Options) spec(p *parts.Parts) parts.Spec {
	s := parts.Spec{
		AsksPermission: o.CanUseTool != nil,
		Model:          o.Model, PermissionMode: o.PermissionMode, Resume: o.Resume, MaxTurns: o.MaxTurns,
		Tools: o.Tools, SettingSources: o.SettingSources, PartialMessages: o.PartialMessages,
		Extra: o.ExtraArgs, Env: o.Env,
	}
	if o.SystemPrompt != nil && !p.InInitialize(*o.SystemPrompt) {
		s.SystemPrompt = o.SystemPrompt
	}
	return s
}

func (o *Options) initializeTimeout() time.Duration {
	if o.InitializeTimeout == 0 {
		return DefaultInitializeTimeout
	}
	return o.InitializeTimeout
}

func (o *Options) maxUnread() int64 {
	if o.MaxUnread == 0 {
		return DefaultMaxUnread
	}
	return o.MaxUnread
}

func (o *Options) transportOptions() transport.Options {
	return transport.Options{
		Framing:    transport.FramerOptions{MaxFrame: o.MaxFrame},
		Escalation: o.Escalation,
		OnStderr:   o.OnStderr,
	}
}

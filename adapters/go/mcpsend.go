package goadapter

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
)

// mcpSend lets the tool that is asked in a pending callback speak to the CLI, as a tool does by the session of its call.
func (s *session) mcpSend(ctx context.Context, o *operation) (any, error) {
	a, err := o.args()
	if err != nil {
		return nil, err
	}
	_, id, _ := strings.Cut(a.On, "callback:")
	ask := s.adapter.channel.find(id)
	if ask == nil {
		return nil, unsupported("on")
	}
	call, ok := client.ToolCall(ask.ctx)
	if !ok {
		return nil, unsupported("on")
	}
	switch a.Method {
	case "ping":
		return value{}, call.Session.Ping(ctx, nil)
	case "notifications/progress":
		var params mcp.ProgressNotificationParams
		if err := json.Unmarshal(a.Params, &params); err != nil {
			return nil, fault("mcp_send: %v", err)
		}
		return value{}, call.Session.NotifyProgress(ctx, &params)
	}
	return nil, unsupported("method")
}

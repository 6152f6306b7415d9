package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// Elicitation is an MCP server's question to the user: a form, or a page to visit.
type Elicitation = protocol.Elicitation

// ElicitationResult is the answer to an Elicitation: [protocol.AcceptElicitation] and its like make one.
type ElicitationResult = protocol.ElicitationResult

// OnElicitation asks the user in an MCP server's stead. It is called as [CanUseTool] is. An error, a panic and an answer of no known action
// are told to the CLI as failures; nothing is accepted by them.
type OnElicitation func(ctx context.Context, e Elicitation) (ElicitationResult, error)

// UserDialog is a dialog of the CLI's own, of a kind in [Options.SupportedDialogKinds].
type UserDialog = protocol.RequestUserDialog

// UserDialogResult is the answer to a UserDialog: [protocol.CompleteDialog] or [protocol.CancelDialog] makes one.
type UserDialogResult = protocol.UserDialogResult

// OnUserDialog shows a dialog to the user. It is called as [CanUseTool] is.
type OnUserDialog func(ctx context.Context, d UserDialog) (UserDialogResult, error)

// elicitation declines where there is nobody to ask (ts:CTL-16).
func (s *core) elicitation(ctx context.Context, e Elicitation) (any, error) {
	if s.opts.OnElicitation == nil {
		return protocol.DeclineElicitation(), nil
	}
	result, err := s.opts.OnElicitation(ctx, e)
	if err != nil {
		return nil, err
	}
	switch result.Action {
	case protocol.ElicitationAccept, protocol.ElicitationDecline, protocol.ElicitationCancel:
		return result, nil
	}
	return nil, fmt.Errorf("elicitation callback answered %q: expected accept, decline or cancel", result.Action)
}

// userDialog leaves a dialog that was not declared to another client, which may show it (ts:CTL-17).
func (s *core) userDialog(ctx context.Context, d UserDialog) (any, error) {
	if s.opts.OnUserDialog == nil || !slices.Contains(s.opts.SupportedDialogKinds, d.DialogKind) {
		return nil, parts.ErrForAnother
	}
	result, err := s.opts.OnUserDialog(ctx, d)
	if err != nil {
		return nil, err
	}
	switch result.Behavior {
	case protocol.DialogCompleted, protocol.DialogCancelled:
		return result, nil
	}
	return nil, fmt.Errorf("dialog callback answered %q: expected completed or cancelled", result.Behavior)
}

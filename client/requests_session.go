package client

import (
	"context"

	"github.com/wiretrial/wiretrial/protocol"
)

// Interrupt stops the running turn. The turn's result comes as a message, before or after the answer. Prompts that are queued run next; the
// answer lists those with a uuid. Without a running turn it does nothing, but ends agents at work in the background.
func (r requests) Interrupt(ctx context.Context) (protocol.InterruptResult, error) {
	return ask[protocol.InterruptResult](ctx, r, protocol.Interrupt{})
}

// InterruptAll is Interrupt that withdraws the queued prompts too.
func (r requests) InterruptAll(ctx context.Context) (protocol.InterruptResult, error) {
	return ask[protocol.InterruptResult](ctx, r, protocol.Interrupt{CancelQueued: true})
}

// SetPermissionMode changes how permissions are decided: default, acceptEdits, plan, dontAsk, auto, or bypassPermissions if the session was
// started so that it may. A refusal has the code invalid_mode or bypass_not_launched.
func (r requests) SetPermissionMode(ctx context.Context, mode string) (protocol.SetPermissionModeResult, error) {
	return ask[protocol.SetPermissionModeResult](ctx, r, protocol.SetPermissionMode{Mode: mode})
}

// SetMaxThinkingTokens changes how much the model may think, and how that is shown.
func (r requests) SetMaxThinkingTokens(ctx context.Context, request protocol.SetMaxThinkingTokens) error {
	_, err := r.Request(ctx, request)
	return err
}

// RenameSession gives the session a title.
func (r requests) RenameSession(ctx context.Context, title string) error {
	_, err := r.Request(ctx, protocol.RenameSession{Title: title, Source: "host"})
	return err
}

// GenerateSessionTitle asks the model for a title that fits a description.
func (r requests) GenerateSessionTitle(ctx context.Context, request protocol.GenerateSessionTitle) (protocol.GenerateSessionTitleResult, error) {
	return ask[protocol.GenerateSessionTitleResult](ctx, r, request)
}

// SetColor sets the session's colour. The CLI of today refuses it from an SDK (cli:8).
func (r requests) SetColor(ctx context.Context, color string) error {
	_, err := r.Request(ctx, protocol.SetColor{Color: color})
	return err
}

// SetHasSubscribers tells the CLI whether anybody looks on; nil is not known.
func (r requests) SetHasSubscribers(ctx context.Context, subscribers *bool) error {
	_, err := r.Request(ctx, protocol.SetHasSubscribers{HasSubscribers: subscribers})
	return err
}

// SetCwd changes the working directory.
func (r requests) SetCwd(ctx context.Context, request protocol.SetCwd) (protocol.SetCwdResult, error) {
	return ask[protocol.SetCwdResult](ctx, r, request)
}

// ClaimSession makes a CLI that was started ahead into a session of its own.
func (r requests) ClaimSession(ctx context.Context, request protocol.ClaimSession) (protocol.ClaimSessionResult, error) {
	return ask[protocol.ClaimSessionResult](ctx, r, request)
}

// EndSession has the CLI end by itself: after its answer it exits, and the session is over. [Client.Disconnect] needs no such request.
func (r requests) EndSession(ctx context.Context, reason string) error {
	_, err := r.Request(ctx, protocol.EndSession{Reason: reason})
	return err
}

// CancelAsyncMessage withdraws a queued prompt by the uuid of its user message.
func (r requests) CancelAsyncMessage(ctx context.Context, messageUUID string) (protocol.CancelAsyncMessageResult, error) {
	return ask[protocol.CancelAsyncMessageResult](ctx, r, protocol.CancelAsyncMessage{MessageUUID: messageUUID})
}

// SideQuestion asks the model something beside the conversation. It is the one request that the CLI withdraws when asked to: the end of ctx does
// that.
func (r requests) SideQuestion(ctx context.Context, request protocol.SideQuestion) (protocol.SideQuestionResult, error) {
	return ask[protocol.SideQuestionResult](ctx, r, request)
}

// SetPromptSuggestionsPaused stops the suggestions of prompts, or lets them go on.
func (r requests) SetPromptSuggestionsPaused(ctx context.Context, paused bool) error {
	_, err := r.Request(ctx, protocol.SetPromptSuggestionsPaused{Paused: paused})
	return err
}

// RemoteControl lets another device steer the session, or ends that.
func (r requests) RemoteControl(ctx context.Context, request protocol.RemoteControl) (protocol.RemoteControlResult, error) {
	return ask[protocol.RemoteControlResult](ctx, r, request)
}

// SetModel changes the model from the next turn on; empty, and "default", go back to the default. The answer names the model that the name
// stands for; a name that the CLI does not know comes back as it was.
func (r requests) SetModel(ctx context.Context, model string) (protocol.SetModelResult, error) {
	var request protocol.SetModel
	if model != "" {
		request.Model = &model
	}
	return ask[protocol.SetModelResult](ctx, r, request)
}

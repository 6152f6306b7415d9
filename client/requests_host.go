package client

import (
	"context"
	"encoding/json"

	"github.com/wiretrial/wiretrial/protocol"
)

// The requests of this file are made by the TypeScript SDK and declared nowhere; what is known of their answers is little, so they are given
// as they came (ts:2.3).

// ClaudeAuthenticate begins a login.
func (r requests) ClaudeAuthenticate(ctx context.Context, request protocol.ClaudeAuthenticate) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

// ClaudeOAuthCallback hands over what the login ended with.
func (r requests) ClaudeOAuthCallback(ctx context.Context, request protocol.ClaudeOAuthCallback) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

// ClaudeOAuthWaitForCompletion waits until the login has ended.
func (r requests) ClaudeOAuthWaitForCompletion(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.ClaudeOAuthWaitForCompletion{})
}

// SubmitFeedback sends a report.
func (r requests) SubmitFeedback(ctx context.Context, request protocol.SubmitFeedback) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

// SubmitSurveyFeedback sends the answers of a survey.
func (r requests) SubmitSurveyFeedback(ctx context.Context, request protocol.SubmitSurveyFeedback) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

// MessageRated tells what the user thinks of a message.
func (r requests) MessageRated(ctx context.Context, request protocol.MessageRated) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

// UltrareviewLaunch starts a review.
func (r requests) UltrareviewLaunch(ctx context.Context, request protocol.UltrareviewLaunch) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

// ExportConversation asks for the conversation as text.
func (r requests) ExportConversation(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.ExportConversation{})
}

// GetMemoryDialog asks for what a dialog about memories shows.
func (r requests) GetMemoryDialog(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetMemoryDialog{})
}

// GetSkillsDialog asks for what a dialog about skills shows.
func (r requests) GetSkillsDialog(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetSkillsDialog{})
}

// GetStatus asks for what a dialog about the session shows.
func (r requests) GetStatus(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetStatus{})
}

// GetSandboxDialog asks for what a dialog about the sandbox shows.
func (r requests) GetSandboxDialog(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetSandboxDialog{})
}

// GetPlan asks for the plan of plan mode.
func (r requests) GetPlan(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetPlan{})
}

// GetChromeDialog asks for what a dialog about the browser shows.
func (r requests) GetChromeDialog(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetChromeDialog{})
}

// GetChromeBrowsers asks for the browsers to choose from.
func (r requests) GetChromeBrowsers(ctx context.Context) (json.RawMessage, error) {
	return r.Request(ctx, protocol.GetChromeBrowsers{})
}

// SelectChromeBrowser chooses a browser.
func (r requests) SelectChromeBrowser(ctx context.Context, deviceID string) (json.RawMessage, error) {
	return r.Request(ctx, protocol.SelectChromeBrowser{DeviceID: deviceID})
}

// SetChromeBrowserHints tells which browsers there are.
func (r requests) SetChromeBrowserHints(ctx context.Context, request protocol.SetChromeBrowserHints) (json.RawMessage, error) {
	return r.Request(ctx, request)
}

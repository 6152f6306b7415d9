package protocol

import "encoding/json"

// The requests of this file are written by the TypeScript SDK and declared nowhere. What is known of their answers is little.

// ClaudeAuthenticate begins a login.
type ClaudeAuthenticate struct {
	LoginWithClaudeAI bool            `json:"loginWithClaudeAi"`
	ConsoleProfile    json.RawMessage `json:"consoleProfile,omitempty"`
}

// ClaudeOAuthCallback hands over what the login ended with.
type ClaudeOAuthCallback struct {
	AuthorizationCode string `json:"authorizationCode"`
	State             string `json:"state"`
}

// ClaudeOAuthWaitForCompletion waits until the login has ended.
type ClaudeOAuthWaitForCompletion struct{}

// SubmitFeedback sends a report.
type SubmitFeedback struct {
	Description      string          `json:"description"`
	Surface          string          `json:"surface,omitempty"`
	DraftID          string          `json:"draft_id,omitempty"`
	Type             string          `json:"type,omitempty"`
	Title            string          `json:"title,omitempty"`
	Area             string          `json:"area,omitempty"`
	AttachTranscript json.RawMessage `json:"attach_transcript,omitempty"`
	SaveLocally      *bool           `json:"save_locally,omitempty"`
}

// SubmitSurveyFeedback sends the answers of a survey, whose fields are not known.
type SubmitSurveyFeedback struct {
	Extra map[string]json.RawMessage `json:"-"` // all fields
}

// MarshalJSON writes Extra.
func (s SubmitSurveyFeedback) MarshalJSON() ([]byte, error) { return withExtra(struct{}{}, s.Extra) }

// MessageRated tells what the user thinks of a message.
type MessageRated struct {
	MessageUUID string `json:"messageUuid"`
	Sentiment   string `json:"sentiment"`
	Surface     string `json:"surface,omitempty"`
	Cleared     bool   `json:"cleared"`
}

// UltrareviewLaunch starts a review.
type UltrareviewLaunch struct {
	Args    json.RawMessage `json:"args"`
	Confirm bool            `json:"confirm"`
}

// ExportConversation asks for the conversation as text.
type ExportConversation struct{}

// GetMemoryDialog asks for what a dialog about memories shows.
type GetMemoryDialog struct{}

// GetSkillsDialog asks for what a dialog about skills shows.
type GetSkillsDialog struct{}

// GetStatus asks for what a dialog about the session shows.
type GetStatus struct{}

// GetSandboxDialog asks for what a dialog about the sandbox shows.
type GetSandboxDialog struct{}

// GetPlan asks for the plan of plan mode.
type GetPlan struct{}

// GetChromeDialog asks for what a dialog about the browser shows.
type GetChromeDialog struct{}

// GetChromeBrowsers asks for the browsers to choose from.
type GetChromeBrowsers struct{}

// SelectChromeBrowser chooses a browser.
type SelectChromeBrowser struct {
	DeviceID string `json:"device_id"`
}

// SetChromeBrowserHints tells what is known of the browsers; its fields are not known.
type SetChromeBrowserHints struct {
	Extra map[string]json.RawMessage `json:"-"` // all fields
}

// MarshalJSON writes Extra.
func (s SetChromeBrowserHints) MarshalJSON() ([]byte, error) { return withExtra(struct{}{}, s.Extra) }

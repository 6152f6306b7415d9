package protocol

import "encoding/json"

// RequestUserDialog asks the user something in a dialog. The answer is a [UserDialogResult]. A kind that was not declared in
// [Initialize.SupportedDialogKinds] must be left unanswered, not refused: another client may show it.
type RequestUserDialog struct {
	DialogKind string          `json:"dialog_kind"`
	Payload    json.RawMessage `json:"payload"` // an object, by kind
	ToolUseID  string          `json:"tool_use_id,omitempty"`
	Raw        json.RawMessage `json:"-"`
}

// The behaviours of a [UserDialogResult].
const (
	DialogCompleted = "completed"
	DialogCancelled = "cancelled"
)

// UserDialogResult answers a [RequestUserDialog].
type UserDialogResult struct {
	Behavior string          `json:"behavior"`
	Result   json.RawMessage `json:"result,omitempty"` // of a completed one; any JSON, by kind
	Raw      json.RawMessage `json:"-"`
}

// CompleteDialog returns the answer with what the user chose.
func CompleteDialog(result json.RawMessage) UserDialogResult {
	return UserDialogResult{Behavior: DialogCompleted, Result: result}
}

// CancelDialog returns the answer that the user closed the dialog.
func CancelDialog() UserDialogResult { return UserDialogResult{Behavior: DialogCancelled} }

// MarshalJSON returns Raw, or the fields that are set.
func (r UserDialogResult) MarshalJSON() ([]byte, error) {
	type plain UserDialogResult
	return rawOr(r.Raw, plain(r))
}

// OAuthTokenRefresh asks the host for an access token. The answer is an [OAuthToken]. The CLI only asks if the environment said that
// the host can (CLAUDE_CODE_SDK_HAS_OAUTH_REFRESH).
type OAuthTokenRefresh struct {
	Kind                string          `json:"kind,omitempty"`
	TokenState          string          `json:"token_state,omitempty"`           // refused or not_refused
	RefusedCall         string          `json:"refused_call,omitempty"`          // model, connector or other
	RefusedBearerSHA256 []string        `json:"refused_bearer_sha256,omitempty"` // of the tokens that were refused
	Raw                 json.RawMessage `json:"-"`
}

// OAuthToken answers an [OAuthTokenRefresh]. Its names are in camel case.
type OAuthToken struct {
	AccessToken *string `json:"accessToken"`      // nil, written as null: there is none
	Reason      string  `json:"reason,omitempty"` // why not
}

// HostAuthTokenRefresh asks the host for its own token. The answer is a [HostAuthToken].
type HostAuthTokenRefresh struct {
	Status     json.RawMessage `json:"status,omitempty"` // of the call that was refused
	TokenState string          `json:"token_state,omitempty"`
	Raw        json.RawMessage `json:"-"`
}

// HostAuthToken answers a [HostAuthTokenRefresh].
type HostAuthToken struct {
	AuthToken *string `json:"authToken"` // nil, written as null: there is none
}

// RemoteControlWorkSecret asks for the secret of a remote session that this host attached. The answer is a [WorkSecret].
type RemoteControlWorkSecret struct {
	SessionID string          `json:"session_id"`
	Raw       json.RawMessage `json:"-"`
}

// WorkSecret answers a [RemoteControlWorkSecret].
type WorkSecret struct {
	WorkSecret json.RawMessage `json:"work_secret"` // null if there is none
}

// RequestUserDialog returns the typed view of a request_user_dialog request.
func (m Message) RequestUserDialog() RequestUserDialog { return request[RequestUserDialog](m) }

// OAuthTokenRefresh returns the typed view of an oauth_token_refresh request.
func (m Message) OAuthTokenRefresh() OAuthTokenRefresh { return request[OAuthTokenRefresh](m) }

// HostAuthTokenRefresh returns the typed view of a host_auth_token_refresh request.
func (m Message) HostAuthTokenRefresh() HostAuthTokenRefresh { return request[HostAuthTokenRefresh](m) }

// RemoteControlWorkSecret returns the typed view of a remote_control_work_secret request.
func (m Message) RemoteControlWorkSecret() RemoteControlWorkSecret {
	return request[RemoteControlWorkSecret](m)
}

package protocol

import "encoding/json"

// NotificationInput is the input of the event Notification: the CLI tells the user something.
type NotificationInput struct {
	HookBase
	Message          string `json:"message"`           // the text
	Title            string `json:"title"`             // its title
	NotificationType string `json:"notification_type"` // what it is about
}

// TeammateIdleInput is the input of the event TeammateIdle: a teammate has nothing to do.
type TeammateIdleInput struct {
	HookBase
	TeammateName string `json:"teammate_name"` // who
	TeamName     string `json:"team_name"`     // in which team
}

// TaskCreatedInput is the input of the event TaskCreated: a task was made.
type TaskCreatedInput struct {
	HookBase
	TaskID          string `json:"task_id"`          // the task
	TaskSubject     string `json:"task_subject"`     // its title
	TaskDescription string `json:"task_description"` // what it is about
	TeammateName    string `json:"teammate_name"`    // whose it is
	TeamName        string `json:"team_name"`        // in which team
}

// TaskCompletedInput is the input of the event TaskCompleted: a task was done.
type TaskCompletedInput struct {
	HookBase
	TaskID          string `json:"task_id"`          // the task
	TaskSubject     string `json:"task_subject"`     // its title
	TaskDescription string `json:"task_description"` // what it is about
	TeammateName    string `json:"teammate_name"`    // whose it is
	TeamName        string `json:"team_name"`        // in which team
}

// ElicitationInput is the input of the event Elicitation: an MCP server asks the user something.
type ElicitationInput struct {
	HookBase
	MCPServerName   string          `json:"mcp_server_name"`  // the server
	Message         string          `json:"message"`          // the question
	Mode            string          `json:"mode"`             // form or url
	URL             string          `json:"url"`              // of mode url
	ElicitationID   string          `json:"elicitation_id"`   // of mode url
	RequestedSchema json.RawMessage `json:"requested_schema"` // of mode form
}

// ElicitationResultInput is the input of the event ElicitationResult: the user has answered an MCP server.
type ElicitationResultInput struct {
	HookBase
	MCPServerName string          `json:"mcp_server_name"` // the server
	ElicitationID string          `json:"elicitation_id"`  // of mode url
	Mode          string          `json:"mode"`            // form or url
	Action        string          `json:"action"`          // accept, decline or cancel
	Content       json.RawMessage `json:"content"`         // of an accept
}

// ConfigChangeInput is the input of the event ConfigChange: settings have changed.
type ConfigChangeInput struct {
	HookBase
	Source   string `json:"source"`    // user_settings, project_settings, local_settings, policy_settings or skills
	FilePath string `json:"file_path"` // the file
}

// WorktreeCreateInput is the input of the event WorktreeCreate: a worktree is wanted.
type WorktreeCreateInput struct {
	HookBase
	Name string `json:"name"` // its name
}

// WorktreeRemoveInput is the input of the event WorktreeRemove: a worktree is to go.
type WorktreeRemoveInput struct {
	HookBase
	WorktreePath string `json:"worktree_path"` // its directory
}

// InstructionsLoadedInput is the input of the event InstructionsLoaded: a file with instructions was read.
type InstructionsLoadedInput struct {
	HookBase
	FilePath        string   `json:"file_path"`         // the file
	MemoryType      string   `json:"memory_type"`       // User, Project, Local or Managed
	LoadReason      string   `json:"load_reason"`       // session_start, nested_traversal, path_glob_match, include or compact
	Globs           []string `json:"globs"`             // which paths it is for
	TriggerFilePath string   `json:"trigger_file_path"` // the file that led to it
	ParentFilePath  string   `json:"parent_file_path"`  // the file that includes it
}

// CwdChangedInput is the input of the event CwdChanged: the working directory has changed.
type CwdChangedInput struct {
	HookBase
	OldCwd string `json:"old_cwd"` // before
	NewCwd string `json:"new_cwd"` // after
}

// FileChangedInput is the input of the event FileChanged: a watched file has changed.
type FileChangedInput struct {
	HookBase
	FilePath string `json:"file_path"` // the file
	Change   string `json:"event"`     // change, add or unlink
}

// DirectoryAddedInput is the input of the event DirectoryAdded: a directory was added to the session.
type DirectoryAddedInput struct {
	HookBase
	Directory string `json:"directory"` // the directory
	Source    string `json:"source"`    // slash_command or register_repo_root
}

// MessageDisplayInput is the input of the event MessageDisplay: text of the model is to be shown.
type MessageDisplayInput struct {
	HookBase
	TurnID    string      `json:"turn_id"`    // the turn
	MessageID string      `json:"message_id"` // the message
	Index     json.Number `json:"index"`      // the part, from 0
	Final     bool        `json:"final"`      // it is the last one
	Delta     string      `json:"delta"`      // the new lines
}

package protocol

import "encoding/json"

// The subtypes of system messages that this package knows by name and that steer a session.
const (
	SystemInit             = "init"
	SystemStatus           = "status"
	SystemTaskStarted      = "task_started"
	SystemTaskProgress     = "task_progress"
	SystemTaskUpdated      = "task_updated"
	SystemTaskNotification = "task_notification"
	SystemSessionState     = "session_state_changed"
)

// System holds the fields of the system messages that steer a session, of whatever subtype. Which of them count depends on Subtype;
// each subtype that is known has a type of its own with all its fields, which [Message.Typed] returns.
type System struct {
	Header
	Subtype string `json:"subtype"`

	Model          string          `json:"model"`               // init
	Cwd            string          `json:"cwd"`                 // init
	Version        string          `json:"claude_code_version"` // init
	Tools          []string        `json:"tools"`               // init
	MCPServers     json.RawMessage `json:"mcp_servers"`         // init
	Capabilities   []string        `json:"capabilities"`        // init
	PermissionMode string          `json:"permissionMode"`      // init, status

	Status string `json:"status"` // status: compacting, requesting or null; task_notification: completed, failed or stopped

	TaskID      string    `json:"task_id"`     // task_*
	TaskType    string    `json:"task_type"`   // task_started: local_agent, local_workflow, local_bash, ...
	ToolUseID   string    `json:"tool_use_id"` // task_*
	Description string    `json:"description"` // task_started, task_progress
	Summary     string    `json:"summary"`     // task_notification
	OutputFile  string    `json:"output_file"` // task_notification
	Patch       TaskPatch `json:"patch"`       // task_updated

	State string `json:"state"` // session_state_changed: idle, running or requires_action
	// SDKHostOnly marks a state change that is meant for the SDK and not for its user. Only the value true counts.
	SDKHostOnly bool `json:"sdk_host_only"`

	Content string `json:"content"` // informational and others
	Level   string `json:"level"`   // informational
}

// System returns the typed view of a system message.
func (m Message) System() System { return View[System](m.Raw) }

// HoldsStdin reports whether a started task may still need answers from the SDK after its turn's result, because it runs an
// agent. Shells and unknown kinds do not.
func (s System) HoldsStdin() bool { return s.Subtype == SystemTaskStarted && holdsStdin(s.TaskType) }

func holdsStdin(taskType string) bool {
	return taskType == "local_agent" || taskType == "local_workflow"
}

// EndsTask reports whether the message says that its task is over. A task's end may be told by an update only, by a notification
// only, or by both.
func (s System) EndsTask() bool {
	return s.Subtype == SystemTaskNotification || s.Subtype == SystemTaskUpdated && endsTask(s.Patch.Status)
}

func endsTask(status string) bool {
	switch status {
	case "completed", "failed", "stopped", "killed":
		return true
	}
	return false
}

package protocol

import "encoding/json"

// TaskStarted says that a task began: a subagent, a workflow, a shell that runs on, ...
type TaskStarted struct {
	Header
	TaskID         string      `json:"task_id"`         // the task
	RunID          string      `json:"run_id"`          // one run of the task; a resumed task keeps its task id and gets a new run
	ToolUseID      string      `json:"tool_use_id"`     // the tool call that started the task
	Description    string      `json:"description"`     // what for
	TaskType       string      `json:"task_type"`       // local_agent, local_workflow, local_bash, mcp_task, ...
	SubagentType   string      `json:"subagent_type"`   // what kind of subagent
	IsBackgrounded *bool       `json:"is_backgrounded"` // it runs in the background; nil: not told
	SpawnDepth     json.Number `json:"spawn_depth"`     // how deep subagents are nested, from 1
	ParentTaskID   string      `json:"parent_task_id"`  // the subagent that started it
	WorkflowName   string      `json:"workflow_name"`   // local_workflow: its name
	Prompt         string      `json:"prompt"`          // what the run was asked
	SkipTranscript bool        `json:"skip_transcript"` // not to be shown in the conversation
	Ambient        bool        `json:"ambient"`         // the task is housekeeping, not activity
}

// TaskProgress tells how far a task is.
type TaskProgress struct {
	Header
	TaskID       string    `json:"task_id"`        // the task
	RunID        string    `json:"run_id"`         // one run of the task; a resumed task keeps its task id and gets a new run
	ToolUseID    string    `json:"tool_use_id"`    // the tool call that started the task
	Description  string    `json:"description"`    // what it does now
	SubagentType string    `json:"subagent_type"`  // what kind of subagent
	Usage        TaskUsage `json:"usage"`          // what it used so far
	LastToolName string    `json:"last_tool_name"` // the last tool that it called
	Summary      string    `json:"summary"`        // one line about its state
}

// TaskUpdated tells what changed in a task.
type TaskUpdated struct {
	Header
	TaskID string    `json:"task_id"` // the task
	RunID  string    `json:"run_id"`  // one run of the task; a resumed task keeps its task id and gets a new run
	Patch  TaskPatch `json:"patch"`   // the fields that changed, and no others
}

// TaskPatch is what a task_updated message changes.
type TaskPatch struct {
	Status         string      `json:"status"`          // pending, running, completed, failed, killed or paused
	Description    string      `json:"description"`     // what it does now
	EndTime        json.Number `json:"end_time"`        // when it ended, in Unix milliseconds
	TotalPausedMS  json.Number `json:"total_paused_ms"` // how long it was paused
	Error          string      `json:"error"`           // why it failed
	IsBackgrounded *bool       `json:"is_backgrounded"` // it was moved; nil: it was not
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// TaskNotification says that a task is over.
type TaskNotification struct {
	Header
	TaskID         string         `json:"task_id"`         // the task
	RunID          string         `json:"run_id"`          // one run of the task; a resumed task keeps its task id and gets a new run
	ToolUseID      string         `json:"tool_use_id"`     // the tool call that started the task
	Status         string         `json:"status"`          // completed, failed or stopped
	Reason         string         `json:"reason"`          // what ended it if it was neither of these: worker_restart
	OutputFile     string         `json:"output_file"`     // where its output is
	Summary        string         `json:"summary"`         // what came of it
	Usage          *TaskUsage     `json:"usage"`           // what it used
	ResourceLinks  []ResourceLink `json:"resource_links"`  // the files that an MCP task returned by reference
	SkipTranscript bool           `json:"skip_transcript"` // not to be shown in the conversation
	Ambient        bool           `json:"ambient"`         // the task is housekeeping, not activity
}

// TaskUsage is what a task used.
type TaskUsage struct {
	TotalTokens json.Number `json:"total_tokens"` // tokens
	ToolUses    json.Number `json:"tool_uses"`    // tool calls
	DurationMS  json.Number `json:"duration_ms"`  // how long it ran
}

// ResourceLink is a file that an MCP server names instead of sending it.
type ResourceLink struct {
	URI         string          `json:"uri"`         // where it is
	Name        string          `json:"name"`        // its name
	Title       string          `json:"title"`       // its name for people
	Description string          `json:"description"` // what it is
	MimeType    string          `json:"mimeType"`    // its type
	Size        json.Number     `json:"size"`        // its length in bytes
	Annotations json.RawMessage `json:"annotations"` // hints of the server
}

// BackgroundTasksChanged is the whole list of tasks in the background after a change. A CLI that starts again has none and says
// nothing.
type BackgroundTasksChanged struct {
	Header
	Tasks []BackgroundTask `json:"tasks"` // all of them; replace what you have
}

// BackgroundTask is a task in the background.
type BackgroundTask struct {
	TaskID       string `json:"task_id"`        // the task
	RunID        string `json:"run_id"`         // one run of the task; a resumed task keeps its task id and gets a new run
	TaskType     string `json:"task_type"`      // local_agent, local_bash, ...
	SubagentType string `json:"subagent_type"`  // what kind of subagent
	Description  string `json:"description"`    // what for
	ParentTaskID string `json:"parent_task_id"` // the subagent that started it
	Ambient      bool   `json:"ambient"`        // the task is housekeeping, not activity
}

// TaskSummary is known by its name alone, which the TypeScript SDK lets through (ts:MSG-02). Look into Raw for its fields.
type TaskSummary struct {
	Header
}

// HoldsStdin reports whether the task may still need answers from the SDK after its turn's result, because it runs an agent. Shells and
// unknown kinds do not.
func (t TaskStarted) HoldsStdin() bool { return holdsStdin(t.TaskType) }

// EndsTask reports whether the patch says that the task is over.
func (p TaskPatch) EndsTask() bool { return endsTask(p.Status) }

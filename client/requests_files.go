package client

import (
	"context"
	"time"

	"github.com/wiretrial/wiretrial/protocol"
)

// RewindFiles puts files back to their state before a user message. It needs [Options.FileCheckpointing].
func (r requests) RewindFiles(ctx context.Context, userMessageID string) (protocol.RewindFilesResult, error) {
	return ask[protocol.RewindFilesResult](ctx, r, protocol.RewindFiles{UserMessageID: userMessageID})
}

// RewindFilesDryRun tells what RewindFiles would change, and changes nothing.
func (r requests) RewindFilesDryRun(ctx context.Context, userMessageID string) (protocol.RewindFilesResult, error) {
	return ask[protocol.RewindFilesResult](ctx, r, protocol.RewindFiles{UserMessageID: userMessageID, DryRun: true})
}

// ReadFile reads a file where the CLI runs.
func (r requests) ReadFile(ctx context.Context, request protocol.ReadFile) (protocol.ReadFileResult, error) {
	return ask[protocol.ReadFileResult](ctx, r, request)
}

// SeedReadState says that a file counts as read; modified is when it was changed last.
func (r requests) SeedReadState(ctx context.Context, path string, modified time.Time) error {
	_, err := r.Request(ctx, protocol.SeedReadState{Path: path, MTime: modified.UnixMilli()})
	return err
}

// FileSuggestions asks for files that fit what a user typed behind an @.
func (r requests) FileSuggestions(ctx context.Context, query string) (protocol.FileSuggestionsResult, error) {
	return ask[protocol.FileSuggestionsResult](ctx, r, protocol.FileSuggestions{Query: query})
}

// RegisterRepoRoot adds a repository to the session.
func (r requests) RegisterRepoRoot(ctx context.Context, request protocol.RegisterRepoRoot) (protocol.RegisterRepoRootResult, error) {
	return ask[protocol.RegisterRepoRootResult](ctx, r, request)
}

// StopTask stops a background task. The CLI also answers for one that it does not know.
func (r requests) StopTask(ctx context.Context, taskID string) error {
	_, err := r.Request(ctx, protocol.StopTask{TaskID: taskID})
	return err
}

// BackgroundTasks puts a running tool or subagent into the background, by the id of its tool call; an empty one is all of them.
func (r requests) BackgroundTasks(ctx context.Context, toolUseID string) (protocol.BackgroundTasksResult, error) {
	return ask[protocol.BackgroundTasksResult](ctx, r, protocol.BackgroundTasks{ToolUseID: toolUseID})
}

// GetTaskOutput asks for the end of what a background command printed.
func (r requests) GetTaskOutput(ctx context.Context, taskID string) (protocol.GetTaskOutputResult, error) {
	return ask[protocol.GetTaskOutputResult](ctx, r, protocol.GetTaskOutput{TaskID: taskID})
}

// ReloadPlugins loads the plugins again. A refusal because a turn runs has the code reload_plugins_busy.
func (r requests) ReloadPlugins(ctx context.Context, request protocol.ReloadPlugins) (protocol.ReloadPluginsResult, error) {
	return ask[protocol.ReloadPluginsResult](ctx, r, request)
}

// ReloadSkills loads the skills again.
func (r requests) ReloadSkills(ctx context.Context) (protocol.ReloadSkillsResult, error) {
	return ask[protocol.ReloadSkillsResult](ctx, r, protocol.ReloadSkills{})
}

// ReloadOutputStyles loads the output styles again.
func (r requests) ReloadOutputStyles(ctx context.Context) (protocol.ReloadOutputStylesResult, error) {
	return ask[protocol.ReloadOutputStylesResult](ctx, r, protocol.ReloadOutputStyles{})
}

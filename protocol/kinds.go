package protocol

import (
	"strings"
	"sync"
)

// MessageKind is a kind of line that the CLI writes: a type, and a subtype where the type has some.
type MessageKind struct {
	Type     string
	Subtype  string
	Delivery Delivery
	// Union says that the kind is a member of the SDKMessage union, which the TypeScript SDK declares. The others were seen on the wire,
	// or in the code of an SDK that lets them through.
	Union bool
	// Sources say where the shape comes from, in the forms that [KnownSource] knows.
	Sources []string

	read func(Message) Typed
}

// Name is "type" or "type/subtype", as [Message.Kind] has it.
func (k MessageKind) Name() string { return Message{Type: k.Type, Subtype: k.Subtype}.Kind() }

// Empty returns an empty value of the Go type of the kind, as [Message.Typed] returns it.
func (k MessageKind) Empty() Typed { return k.read(Message{}) }

// MessageKinds returns every kind of message that this package knows by name. The list grows with the CLI's releases; a kind that is not
// in it is legal. Control requests and responses are one kind each: their bodies are another matter.
func MessageKinds() []MessageKind {
	rows := kindRows()
	kinds := make([]MessageKind, len(rows))
	for i, r := range rows {
		kinds[i] = MessageKind{r.typ, r.subtype, r.delivery, r.union, strings.Fields(r.sources), r.read}
	}
	return kinds
}

type kindRow struct {
	typ, subtype string
	delivery     Delivery
	union        bool
	sources      string
	read         func(Message) Typed
}

// kindOfType returns what makes the view of a message that T is.
func kindOfType[T any, P interface {
	*T
	Typed
}]() func(Message) Typed {
	return func(m Message) Typed { return P(read[T](m.Raw)) }
}

type kindName struct{ typ, subtype string }

var kindsByName = sync.OnceValue(func() map[kindName]MessageKind {
	kinds := map[kindName]MessageKind{}
	for _, k := range MessageKinds() {
		kinds[kindName{k.Type, k.Subtype}] = k
	}
	return kinds
})

func kindRows() []kindRow { return append(systemKinds(), otherKinds()...) }

func otherKinds() []kindRow {
	return []kindRow{
		{"assistant", "", MustDeliver, true, "dts:SDKAssistantMessage cli:12", kindOfType[Assistant]()},
		{"user", "", MustDeliver, true, "dts:SDKUserMessage cli:12", kindOfType[User]()},
		{"result", "success", MustDeliver, true, "dts:SDKResultSuccess cli:12", kindOfType[Result]()},
		{"result", "error_during_execution", MustDeliver, true, "dts:SDKResultError cli:12", kindOfType[Result]()},
		{"result", "error_max_turns", MustDeliver, true, "dts:SDKResultError cli:12", kindOfType[Result]()},
		{"result", "error_max_budget_usd", MustDeliver, true, "dts:SDKResultError cli:12", kindOfType[Result]()},
		{"result", "error_max_structured_output_retries", MustDeliver, true, "dts:SDKResultError cli:12", kindOfType[Result]()},
		{"stream_event", "", MustDeliver, true, "dts:SDKPartialAssistantMessage cli:12", kindOfType[StreamEvent]()},
		{"tool_progress", "", MayDeliver, true, "dts:SDKToolProgressMessage cli:12", kindOfType[ToolProgress]()},
		{"tool_use_summary", "", MayDeliver, true, "dts:SDKToolUseSummaryMessage", kindOfType[ToolUseSummary]()},
		{"auth_status", "", MayDeliver, true, "dts:SDKAuthStatusMessage", kindOfType[AuthStatus]()},
		{"rate_limit_event", "", MayDeliver, true, "dts:SDKRateLimitEvent", kindOfType[RateLimitEvent]()},
		{"prompt_suggestion", "", MayDeliver, true, "dts:SDKPromptSuggestionMessage", kindOfType[PromptSuggestion]()},
		{"conversation_reset", "", MayDeliver, true, "dts:SDKConversationResetMessage cli:12", kindOfType[ConversationReset]()},
		{"command_lifecycle", "", MayDeliver, false, "cli:12", kindOfType[CommandLifecycle]()},
		{"active_goal", "", MayDeliver, false, "dts:SDKActiveGoalMessage cli:12", kindOfType[ActiveGoal]()},
		{"autocompact_state", "", MayDeliver, false, "cli:12", kindOfType[AutocompactState]()},
		{"transcript_mirror", "", Never, false, "cli:12 cli:15.5", kindOfType[TranscriptMirror]()},
		{"keep_alive", "", Never, false, "dts:SDKKeepAliveMessage cli:15.5", kindOfType[KeepAlive]()},
		{"control_request", "", Never, false, "dts:SDKControlRequest cli:12", kindOfType[ControlRequest]()},
		{"control_response", "", Never, false, "dts:SDKControlResponse cli:12", kindOfType[ControlResponse]()},
		{"control_cancel_request", "", Never, false, "dts:SDKControlCancelRequest cli:4", kindOfType[ControlCancelRequest]()},
	}
}

func systemKinds() []kindRow {
	return []kindRow{
		{"system", "init", MustDeliver, true, "dts:SDKSystemMessage cli:12", kindOfType[Init]()},
		{"system", "status", MayDeliver, true, "dts:SDKStatusMessage cli:12", kindOfType[Status]()},
		{"system", "session_state_changed", MayDeliver, true, "dts:SDKSessionStateChangedMessage cli:15.1", kindOfType[SessionStateChanged]()},
		{"system", "compact_boundary", MayDeliver, true, "dts:SDKCompactBoundaryMessage cli:12", kindOfType[CompactBoundary]()},
		{"system", "commands_changed", MayDeliver, true, "dts:SDKCommandsChangedMessage", kindOfType[CommandsChanged]()},
		{"system", "task_started", MayDeliver, true, "dts:SDKTaskStartedMessage cli:12", kindOfType[TaskStarted]()},
		{"system", "task_progress", MayDeliver, true, "dts:SDKTaskProgressMessage", kindOfType[TaskProgress]()},
		{"system", "task_updated", MayDeliver, true, "dts:SDKTaskUpdatedMessage cli:12", kindOfType[TaskUpdated]()},
		{"system", "task_notification", MayDeliver, true, "dts:SDKTaskNotificationMessage cli:12", kindOfType[TaskNotification]()},
		{"system", "background_tasks_changed", MayDeliver, true, "dts:SDKBackgroundTasksChangedMessage cli:12", kindOfType[BackgroundTasksChanged]()},
		{"system", "informational", MayDeliver, true, "dts:SDKInformationalMessage cli:12", kindOfType[Informational]()},
		{"system", "notification", MayDeliver, true, "dts:SDKNotificationMessage cli:12", kindOfType[Notification]()},
		{"system", "api_retry", MayDeliver, true, "dts:SDKAPIRetryMessage cli:12", kindOfType[APIRetry]()},
		{"system", "control_request_progress", MayDeliver, true, "dts:SDKControlRequestProgressMessage cli:12", kindOfType[ControlRequestProgress]()},
		{"system", "permission_denied", MayDeliver, true, "dts:SDKPermissionDeniedMessage cli:12", kindOfType[PermissionDenied]()},
		{"system", "thinking_tokens", MayDeliver, true, "dts:SDKThinkingTokensMessage cli:12", kindOfType[ThinkingTokens]()},
		{"system", "hook_started", MayDeliver, true, "dts:SDKHookStartedMessage", kindOfType[HookStarted]()},
		{"system", "hook_progress", MayDeliver, true, "dts:SDKHookProgressMessage", kindOfType[HookProgress]()},
		{"system", "hook_response", MayDeliver, true, "dts:SDKHookResponseMessage", kindOfType[HookResponse]()},
		{"system", "local_command_output", MayDeliver, true, "dts:SDKLocalCommandOutputMessage", kindOfType[LocalCommandOutput]()},
		{"system", "model_refusal_fallback", MayDeliver, true, "dts:SDKModelRefusalFallbackMessage", kindOfType[ModelRefusalFallback]()},
		{"system", "model_refusal_no_fallback", MayDeliver, true, "dts:SDKModelRefusalNoFallbackMessage", kindOfType[ModelRefusalNoFallback]()},
		{"system", "plugin_install", MayDeliver, true, "dts:SDKPluginInstallMessage", kindOfType[PluginInstall]()},
		{"system", "files_persisted", MayDeliver, true, "dts:SDKFilesPersistedEvent", kindOfType[FilesPersisted]()},
		{"system", "memory_recall", MayDeliver, true, "dts:SDKMemoryRecallMessage", kindOfType[MemoryRecall]()},
		{"system", "elicitation_complete", MayDeliver, true, "dts:SDKElicitationCompleteMessage", kindOfType[ElicitationComplete]()},
		{"system", "mirror_error", MayDeliver, true, "dts:SDKMirrorErrorMessage", kindOfType[MirrorError]()},
		{"system", "worker_shutting_down", MayDeliver, true, "dts:SDKWorkerShuttingDownMessage", kindOfType[WorkerShuttingDown]()},
		{"system", "session_writes_lost", MayDeliver, true, "dts:SDKSessionWritesLostMessage", kindOfType[SessionWritesLost]()},
		{"system", "session_title_changed", MayDeliver, false, "cli:12", kindOfType[SessionTitleChanged]()},
		{"system", "bridge_state", MayDeliver, false, "cli:12", kindOfType[BridgeState]()},
		{"system", "ui_invalidate", MayDeliver, false, "cli:12", kindOfType[UIInvalidate]()},
		{"system", "post_turn_summary", MayDeliver, false, "ts:MSG-02", kindOfType[PostTurnSummary]()},
		{"system", "task_summary", MayDeliver, false, "ts:MSG-02", kindOfType[TaskSummary]()},
		{"system", "session_metadata", MayDeliver, false, "ts:MSG-02", kindOfType[SessionMetadata]()},
	}
}

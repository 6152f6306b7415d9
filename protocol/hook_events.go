package protocol

func hookRows() []hookRow {
	return []hookRow{
		{HookPreToolUse, hookInputAs[PreToolUseInput], hookOutputAs[PreToolUseOutput]},
		{HookPostToolUse, hookInputAs[PostToolUseInput], hookOutputAs[PostToolUseOutput]},
		{HookPostToolUseFailure, hookInputAs[PostToolUseFailureInput], hookOutputAs[PostToolUseFailureOutput]},
		{HookPostToolBatch, hookInputAs[PostToolBatchInput], hookOutputAs[PostToolBatchOutput]},
		{HookNotification, hookInputAs[NotificationInput], hookOutputAs[NotificationOutput]},
		{HookUserPromptSubmit, hookInputAs[UserPromptSubmitInput], hookOutputAs[UserPromptSubmitOutput]},
		{HookUserPromptExpansion, hookInputAs[UserPromptExpansionInput], hookOutputAs[UserPromptExpansionOutput]},
		{HookSessionStart, hookInputAs[SessionStartInput], hookOutputAs[SessionStartOutput]},
		{HookSessionEnd, hookInputAs[SessionEndInput], nil},
		{HookStop, hookInputAs[StopInput], hookOutputAs[StopOutput]},
		{HookStopFailure, hookInputAs[StopFailureInput], nil},
		{HookSubagentStart, hookInputAs[SubagentStartInput], hookOutputAs[SubagentStartOutput]},
		{HookSubagentStop, hookInputAs[SubagentStopInput], hookOutputAs[SubagentStopOutput]},
		{HookPreCompact, hookInputAs[PreCompactInput], nil},
		{HookPostCompact, hookInputAs[PostCompactInput], nil},
		{HookPreModelSwitch, hookInputAs[PreModelSwitchInput], hookOutputAs[PreModelSwitchOutput]},
		{HookPostModelSwitch, hookInputAs[PostModelSwitchInput], hookOutputAs[PostModelSwitchOutput]},
		{HookPermissionRequest, hookInputAs[PermissionRequestInput], hookOutputAs[PermissionRequestOutput]},
		{HookPermissionDenied, hookInputAs[PermissionDeniedInput], hookOutputAs[PermissionDeniedOutput]},
		{HookSetup, hookInputAs[SetupInput], hookOutputAs[SetupOutput]},
		{HookTeammateIdle, hookInputAs[TeammateIdleInput], nil},
		{HookTaskCreated, hookInputAs[TaskCreatedInput], nil},
		{HookTaskCompleted, hookInputAs[TaskCompletedInput], nil},
		{HookElicitation, hookInputAs[ElicitationInput], hookOutputAs[ElicitationOutput]},
		{HookElicitationResult, hookInputAs[ElicitationResultInput], hookOutputAs[ElicitationResultOutput]},
		{HookConfigChange, hookInputAs[ConfigChangeInput], nil},
		{HookWorktreeCreate, hookInputAs[WorktreeCreateInput], hookOutputAs[WorktreeCreateOutput]},
		{HookWorktreeRemove, hookInputAs[WorktreeRemoveInput], nil},
		{HookInstructionsLoaded, hookInputAs[InstructionsLoadedInput], nil},
		{HookCwdChanged, hookInputAs[CwdChangedInput], hookOutputAs[CwdChangedOutput]},
		{HookFileChanged, hookInputAs[FileChangedInput], hookOutputAs[FileChangedOutput]},
		{HookDirectoryAdded, hookInputAs[DirectoryAddedInput], nil},
		{HookMessageDisplay, hookInputAs[MessageDisplayInput], hookOutputAs[MessageDisplayOutput]},
	}
}

// HookEvent returns PreToolUse.
func (PreToolUseOutput) HookEvent() string { return HookPreToolUse }

// HookEvent returns PostToolUse.
func (PostToolUseOutput) HookEvent() string { return HookPostToolUse }

// HookEvent returns PostToolUseFailure.
func (PostToolUseFailureOutput) HookEvent() string { return HookPostToolUseFailure }

// HookEvent returns PostToolBatch.
func (PostToolBatchOutput) HookEvent() string { return HookPostToolBatch }

// HookEvent returns Notification.
func (NotificationOutput) HookEvent() string { return HookNotification }

// HookEvent returns UserPromptSubmit.
func (UserPromptSubmitOutput) HookEvent() string { return HookUserPromptSubmit }

// HookEvent returns UserPromptExpansion.
func (UserPromptExpansionOutput) HookEvent() string { return HookUserPromptExpansion }

// HookEvent returns SessionStart.
func (SessionStartOutput) HookEvent() string { return HookSessionStart }

// HookEvent returns Stop.
func (StopOutput) HookEvent() string { return HookStop }

// HookEvent returns SubagentStart.
func (SubagentStartOutput) HookEvent() string { return HookSubagentStart }

// HookEvent returns SubagentStop.
func (SubagentStopOutput) HookEvent() string { return HookSubagentStop }

// HookEvent returns PreModelSwitch.
func (PreModelSwitchOutput) HookEvent() string { return HookPreModelSwitch }

// HookEvent returns PostModelSwitch.
func (PostModelSwitchOutput) HookEvent() string { return HookPostModelSwitch }

// HookEvent returns PermissionRequest.
func (PermissionRequestOutput) HookEvent() string { return HookPermissionRequest }

// HookEvent returns PermissionDenied.
func (PermissionDeniedOutput) HookEvent() string { return HookPermissionDenied }

// HookEvent returns Setup.
func (SetupOutput) HookEvent() string { return HookSetup }

// HookEvent returns Elicitation.
func (ElicitationOutput) HookEvent() string { return HookElicitation }

// HookEvent returns ElicitationResult.
func (ElicitationResultOutput) HookEvent() string { return HookElicitationResult }

// HookEvent returns WorktreeCreate.
func (WorktreeCreateOutput) HookEvent() string { return HookWorktreeCreate }

// HookEvent returns CwdChanged.
func (CwdChangedOutput) HookEvent() string { return HookCwdChanged }

// HookEvent returns FileChanged.
func (FileChangedOutput) HookEvent() string { return HookFileChanged }

// HookEvent returns MessageDisplay.
func (MessageDisplayOutput) HookEvent() string { return HookMessageDisplay }

// MarshalJSON writes the name of the event and the fields that are set.
func (o PreToolUseOutput) MarshalJSON() ([]byte, error) {
	type plain PreToolUseOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PostToolUseOutput) MarshalJSON() ([]byte, error) {
	type plain PostToolUseOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PostToolUseFailureOutput) MarshalJSON() ([]byte, error) {
	type plain PostToolUseFailureOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PostToolBatchOutput) MarshalJSON() ([]byte, error) {
	type plain PostToolBatchOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o NotificationOutput) MarshalJSON() ([]byte, error) {
	type plain NotificationOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o UserPromptSubmitOutput) MarshalJSON() ([]byte, error) {
	type plain UserPromptSubmitOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o UserPromptExpansionOutput) MarshalJSON() ([]byte, error) {
	type plain UserPromptExpansionOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o SessionStartOutput) MarshalJSON() ([]byte, error) {
	type plain SessionStartOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o StopOutput) MarshalJSON() ([]byte, error) {
	type plain StopOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o SubagentStartOutput) MarshalJSON() ([]byte, error) {
	type plain SubagentStartOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o SubagentStopOutput) MarshalJSON() ([]byte, error) {
	type plain SubagentStopOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PreModelSwitchOutput) MarshalJSON() ([]byte, error) {
	type plain PreModelSwitchOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PostModelSwitchOutput) MarshalJSON() ([]byte, error) {
	type plain PostModelSwitchOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PermissionRequestOutput) MarshalJSON() ([]byte, error) {
	type plain PermissionRequestOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o PermissionDeniedOutput) MarshalJSON() ([]byte, error) {
	type plain PermissionDeniedOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o SetupOutput) MarshalJSON() ([]byte, error) {
	type plain SetupOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o ElicitationOutput) MarshalJSON() ([]byte, error) {
	type plain ElicitationOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o ElicitationResultOutput) MarshalJSON() ([]byte, error) {
	type plain ElicitationResultOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o WorktreeCreateOutput) MarshalJSON() ([]byte, error) {
	type plain WorktreeCreateOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o CwdChangedOutput) MarshalJSON() ([]byte, error) {
	type plain CwdChangedOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o FileChangedOutput) MarshalJSON() ([]byte, error) {
	type plain FileChangedOutput
	return specific(o.HookEvent(), plain(o))
}

// MarshalJSON writes the name of the event and the fields that are set.
func (o MessageDisplayOutput) MarshalJSON() ([]byte, error) {
	type plain MessageDisplayOutput
	return specific(o.HookEvent(), plain(o))
}

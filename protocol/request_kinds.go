package protocol

import "slices"

// Asker is who writes a control request.
type Asker int

// The askers.
const (
	BySDK Asker = iota + 1
	ByCLI
	ByBoth
)

// String names the asker.
func (a Asker) String() string {
	switch a {
	case BySDK:
		return "sdk"
	case ByCLI:
		return "cli"
	case ByBoth:
		return "both"
	}
	return "nobody"
}

// RequestKind is a kind of control request with its Go types.
type RequestKind struct {
	Asker Asker
	// Declared says that the TypeScript SDK declares it. The others are in its code, or were seen on the wire.
	Declared bool
	// Request is an empty value of the request's type, Answer one of what answers it; nil if an answer says nothing more, or nothing that
	// is known. The CLI answers to mcp_message with nothing.
	Request Request
	Answer  any
}

// RequestKinds returns every kind of control request that this package has a type for. The list grows with the CLI's releases; a
// subtype that is not in it is legal. [IsForAnother] and the names that begin with SubUI tell of kinds without a type.
func RequestKinds() []RequestKind {
	return slices.Concat(sessionKinds(), workKinds(), hostKinds(), cliKinds())
}

// sessionKinds are about the session and its MCP servers.
func sessionKinds() []RequestKind {
	return []RequestKind{
		{BySDK, true, Initialize{}, InitializeResult{}},
		{BySDK, true, Interrupt{}, InterruptResult{}},
		{BySDK, true, SetModel{}, SetModelResult{}},
		{BySDK, true, SetPermissionMode{}, SetPermissionModeResult{}},
		{BySDK, true, SetMaxThinkingTokens{}, nil},
		{BySDK, true, RenameSession{}, nil},
		{BySDK, false, GenerateSessionTitle{}, GenerateSessionTitleResult{}},
		{BySDK, true, SetColor{}, nil},
		{BySDK, true, SetHasSubscribers{}, nil},
		{BySDK, false, SetCwd{}, SetCwdResult{}},
		{BySDK, false, ClaimSession{}, ClaimSessionResult{}},
		{BySDK, false, EndSession{}, nil},
		{BySDK, true, CancelAsyncMessage{}, CancelAsyncMessageResult{}},
		{BySDK, false, SideQuestion{}, SideQuestionResult{}},
		{BySDK, false, SetPromptSuggestionsPaused{}, nil},
		{BySDK, false, RemoteControl{}, RemoteControlResult{}},
		{BySDK, true, MCPStatus{}, MCPStatusResult{}},
		{BySDK, true, MCPReconnect{}, nil},
		{BySDK, true, MCPToggle{}, nil},
		{BySDK, true, MCPSetServers{}, MCPSetServersResult{}},
		{BySDK, true, MCPReadResource{}, MCPReadResourceResult{}},
		{BySDK, true, MCPCall{}, MCPCallResult{}},
		{BySDK, false, SetMCPPermissionModeOverride{}, SetMCPPermissionModeOverrideResult{}},
		{BySDK, false, MCPAuthenticate{}, MCPAuthenticateResult{}},
		{BySDK, false, MCPClearAuth{}, nil},
		{BySDK, false, MCPOAuthCallbackURL{}, nil},
		{BySDK, false, ChannelEnable{}, nil},
	}
}

// workKinds are about files, tasks, settings and usage.
func workKinds() []RequestKind {
	return []RequestKind{
		{BySDK, true, RewindFiles{}, RewindFilesResult{}},
		{BySDK, true, ReadFile{}, ReadFileResult{}},
		{BySDK, true, SeedReadState{}, nil},
		{BySDK, true, FileSuggestions{}, FileSuggestionsResult{}},
		{BySDK, true, RegisterRepoRoot{}, RegisterRepoRootResult{}},
		{BySDK, true, StopTask{}, nil},
		{BySDK, true, BackgroundTasks{}, BackgroundTasksResult{}},
		{BySDK, true, GetTaskOutput{}, GetTaskOutputResult{}},
		{BySDK, true, ReloadPlugins{}, ReloadPluginsResult{}},
		{BySDK, true, ReloadSkills{}, ReloadSkillsResult{}},
		{BySDK, true, ReloadOutputStyles{}, ReloadOutputStylesResult{}},
		{BySDK, true, ApplyFlagSettings{}, nil},
		{BySDK, true, UpdateSettings{}, nil},
		{BySDK, true, GetSettings{}, GetSettingsResult{}},
		{BySDK, true, ListPermissionRules{}, ListPermissionRulesResult{}},
		{BySDK, true, GetHooksListing{}, GetHooksListingResult{}},
		{BySDK, true, GetContextUsage{}, GetContextUsageResult{}},
		{BySDK, true, GetSessionCost{}, GetSessionCostResult{}},
		{BySDK, true, GetUsage{}, GetUsageResult{}},
		{BySDK, true, ListModels{}, ListModelsResult{}},
		{BySDK, true, GetBinaryVersion{}, GetBinaryVersionResult{}},
	}
}

// hostKinds are about the host of the session.
func hostKinds() []RequestKind {
	return []RequestKind{
		{BySDK, false, ClaudeAuthenticate{}, nil},
		{BySDK, false, ClaudeOAuthCallback{}, nil},
		{BySDK, false, ClaudeOAuthWaitForCompletion{}, nil},
		{BySDK, false, SubmitFeedback{}, nil},
		{BySDK, false, SubmitSurveyFeedback{}, nil},
		{BySDK, false, MessageRated{}, nil},
		{BySDK, false, UltrareviewLaunch{}, nil},
		{BySDK, false, ExportConversation{}, nil},
		{BySDK, false, GetMemoryDialog{}, nil},
		{BySDK, false, GetSkillsDialog{}, nil},
		{BySDK, false, GetStatus{}, nil},
		{BySDK, false, GetSandboxDialog{}, nil},
		{BySDK, false, GetPlan{}, nil},
		{BySDK, false, GetChromeDialog{}, nil},
		{BySDK, false, GetChromeBrowsers{}, nil},
		{BySDK, false, SelectChromeBrowser{}, nil},
		{BySDK, false, SetChromeBrowserHints{}, nil},
	}
}

// cliKinds are the requests of the CLI.
func cliKinds() []RequestKind {
	return []RequestKind{
		{ByCLI, true, CanUseTool{}, PermissionResult{}},
		{ByCLI, true, HookCallback{}, HookOutput{}},
		{ByBoth, true, MCPMessage{}, MCPResponse{}},
		{ByCLI, true, Elicitation{}, ElicitationResult{}},
		{ByCLI, true, RequestUserDialog{}, UserDialogResult{}},
		{ByCLI, false, OAuthTokenRefresh{}, OAuthToken{}},
		{ByCLI, false, HostAuthTokenRefresh{}, HostAuthToken{}},
		{ByCLI, false, RemoteControlWorkSecret{}, WorkSecret{}},
	}
}

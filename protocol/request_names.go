package protocol

// The subtypes of the requests that an SDK writes and that this package knows by name.
const (
	SubInitialize                   = "initialize"
	SubInterrupt                    = "interrupt"
	SubSetModel                     = "set_model"
	SubSetPermissionMode            = "set_permission_mode"
	SubSetMaxThinkingTokens         = "set_max_thinking_tokens"
	SubRenameSession                = "rename_session"
	SubGenerateSessionTitle         = "generate_session_title"
	SubSetColor                     = "set_color"
	SubSetHasSubscribers            = "set_has_subscribers"
	SubSetCwd                       = "set_cwd"
	SubClaimSession                 = "claim_session"
	SubEndSession                   = "end_session"
	SubCancelAsyncMessage           = "cancel_async_message"
	SubSideQuestion                 = "side_question"
	SubSetPromptSuggestionsPaused   = "set_prompt_suggestions_paused"
	SubRemoteControl                = "remote_control"
	SubMCPStatus                    = "mcp_status"
	SubMCPReconnect                 = "mcp_reconnect"
	SubMCPToggle                    = "mcp_toggle"
	SubMCPSetServers                = "mcp_set_servers"
	SubMCPReadResource              = "mcp_read_resource"
	SubMCPCall                      = "mcp_call"
	SubSetMCPPermissionModeOverride = "set_mcp_permission_mode_override"
	SubMCPAuthenticate              = "mcp_authenticate"
	SubMCPClearAuth                 = "mcp_clear_auth"
	SubMCPOAuthCallbackURL          = "mcp_oauth_callback_url"
	SubChannelEnable                = "channel_enable"
	SubRewindFiles                  = "rewind_files"
	SubReadFile                     = "read_file"
	SubSeedReadState                = "seed_read_state"
	SubFileSuggestions              = "file_suggestions"
	SubRegisterRepoRoot             = "register_repo_root"
	SubStopTask                     = "stop_task"
	SubBackgroundTasks              = "background_tasks"
	SubGetTaskOutput                = "get_task_output"
	SubReloadPlugins                = "reload_plugins"
	SubReloadSkills                 = "reload_skills"
	SubReloadOutputStyles           = "reload_output_styles"
	SubApplyFlagSettings            = "apply_flag_settings"
	SubUpdateSettings               = "update_settings"
	SubGetSettings                  = "get_settings"
	SubListPermissionRules          = "list_permission_rules"
	SubGetHooksListing              = "get_hooks_listing"
	SubGetContextUsage              = "get_context_usage"
	SubGetSessionCost               = "get_session_cost"
	SubGetUsage                     = "get_usage"
	SubListModels                   = "list_models"
	SubGetBinaryVersion             = "get_binary_version"
	SubClaudeAuthenticate           = "claude_authenticate"
	SubClaudeOAuthCallback          = "claude_oauth_callback"
	SubClaudeOAuthWaitForCompletion = "claude_oauth_wait_for_completion"
	SubSubmitFeedback               = "submit_feedback"
	SubSubmitSurveyFeedback         = "submit_survey_feedback"
	SubMessageRated                 = "message_rated"
	SubUltrareviewLaunch            = "ultrareview_launch"
	SubExportConversation           = "export_conversation"
	SubGetMemoryDialog              = "get_memory_dialog"
	SubGetSkillsDialog              = "get_skills_dialog"
	SubGetStatus                    = "get_status"
	SubGetSandboxDialog             = "get_sandbox_dialog"
	SubGetPlan                      = "get_plan"
	SubGetChromeDialog              = "get_chrome_dialog"
	SubGetChromeBrowsers            = "get_chrome_browsers"
	SubSelectChromeBrowser          = "select_chrome_browser"
	SubSetChromeBrowserHints        = "set_chrome_browser_hints"
)

// Subtype returns initialize.
func (Initialize) Subtype() string { return SubInitialize }

// Subtype returns interrupt.
func (Interrupt) Subtype() string { return SubInterrupt }

// Subtype returns set_model.
func (SetModel) Subtype() string { return SubSetModel }

// Subtype returns set_permission_mode.
func (SetPermissionMode) Subtype() string { return SubSetPermissionMode }

// Subtype returns set_max_thinking_tokens.
func (SetMaxThinkingTokens) Subtype() string { return SubSetMaxThinkingTokens }

// Subtype returns rename_session.
func (RenameSession) Subtype() string { return SubRenameSession }

// Subtype returns generate_session_title.
func (GenerateSessionTitle) Subtype() string { return SubGenerateSessionTitle }

// Subtype returns set_color.
func (SetColor) Subtype() string { return SubSetColor }

// Subtype returns set_has_subscribers.
func (SetHasSubscribers) Subtype() string { return SubSetHasSubscribers }

// Subtype returns set_cwd.
func (SetCwd) Subtype() string { return SubSetCwd }

// Subtype returns claim_session.
func (ClaimSession) Subtype() string { return SubClaimSession }

// Subtype returns end_session.
func (EndSession) Subtype() string { return SubEndSession }

// Subtype returns cancel_async_message.
func (CancelAsyncMessage) Subtype() string { return SubCancelAsyncMessage }

// Subtype returns side_question.
func (SideQuestion) Subtype() string { return SubSideQuestion }

// Subtype returns set_prompt_suggestions_paused.
func (SetPromptSuggestionsPaused) Subtype() string { return SubSetPromptSuggestionsPaused }

// Subtype returns remote_control.
func (RemoteControl) Subtype() string { return SubRemoteControl }

// Subtype returns mcp_status.
func (MCPStatus) Subtype() string { return SubMCPStatus }

// Subtype returns mcp_reconnect.
func (MCPReconnect) Subtype() string { return SubMCPReconnect }

// Subtype returns mcp_toggle.
func (MCPToggle) Subtype() string { return SubMCPToggle }

// Subtype returns mcp_set_servers.
func (MCPSetServers) Subtype() string { return SubMCPSetServers }

// Subtype returns mcp_read_resource.
func (MCPReadResource) Subtype() string { return SubMCPReadResource }

// Subtype returns mcp_call.
func (MCPCall) Subtype() string { return SubMCPCall }

// Subtype returns set_mcp_permission_mode_override.
func (SetMCPPermissionModeOverride) Subtype() string { return SubSetMCPPermissionModeOverride }

// Subtype returns mcp_authenticate.
func (MCPAuthenticate) Subtype() string { return SubMCPAuthenticate }

// Subtype returns mcp_clear_auth.
func (MCPClearAuth) Subtype() string { return SubMCPClearAuth }

// Subtype returns mcp_oauth_callback_url.
func (MCPOAuthCallbackURL) Subtype() string { return SubMCPOAuthCallbackURL }

// Subtype returns channel_enable.
func (ChannelEnable) Subtype() string { return SubChannelEnable }

// Subtype returns rewind_files.
func (RewindFiles) Subtype() string { return SubRewindFiles }

// Subtype returns read_file.
func (ReadFile) Subtype() string { return SubReadFile }

// Subtype returns seed_read_state.
func (SeedReadState) Subtype() string { return SubSeedReadState }

// Subtype returns file_suggestions.
func (FileSuggestions) Subtype() string { return SubFileSuggestions }

// Subtype returns register_repo_root.
func (RegisterRepoRoot) Subtype() string { return SubRegisterRepoRoot }

// Subtype returns stop_task.
func (StopTask) Subtype() string { return SubStopTask }

// Subtype returns background_tasks.
func (BackgroundTasks) Subtype() string { return SubBackgroundTasks }

// Subtype returns get_task_output.
func (GetTaskOutput) Subtype() string { return SubGetTaskOutput }

// Subtype returns reload_plugins.
func (ReloadPlugins) Subtype() string { return SubReloadPlugins }

// Subtype returns reload_skills.
func (ReloadSkills) Subtype() string { return SubReloadSkills }

// Subtype returns reload_output_styles.
func (ReloadOutputStyles) Subtype() string { return SubReloadOutputStyles }

// Subtype returns apply_flag_settings.
func (ApplyFlagSettings) Subtype() string { return SubApplyFlagSettings }

// Subtype returns update_settings.
func (UpdateSettings) Subtype() string { return SubUpdateSettings }

// Subtype returns get_settings.
func (GetSettings) Subtype() string { return SubGetSettings }

// Subtype returns list_permission_rules.
func (ListPermissionRules) Subtype() string { return SubListPermissionRules }

// Subtype returns get_hooks_listing.
func (GetHooksListing) Subtype() string { return SubGetHooksListing }

// Subtype returns get_context_usage.
func (GetContextUsage) Subtype() string { return SubGetContextUsage }

// Subtype returns get_session_cost.
func (GetSessionCost) Subtype() string { return SubGetSessionCost }

// Subtype returns get_usage.
func (GetUsage) Subtype() string { return SubGetUsage }

// Subtype returns list_models.
func (ListModels) Subtype() string { return SubListModels }

// Subtype returns get_binary_version.
func (GetBinaryVersion) Subtype() string { return SubGetBinaryVersion }

// Subtype returns claude_authenticate.
func (ClaudeAuthenticate) Subtype() string { return SubClaudeAuthenticate }

// Subtype returns claude_oauth_callback.
func (ClaudeOAuthCallback) Subtype() string { return SubClaudeOAuthCallback }

// Subtype returns claude_oauth_wait_for_completion.
func (ClaudeOAuthWaitForCompletion) Subtype() string { return SubClaudeOAuthWaitForCompletion }

// Subtype returns submit_feedback.
func (SubmitFeedback) Subtype() string { return SubSubmitFeedback }

// Subtype returns submit_survey_feedback.
func (SubmitSurveyFeedback) Subtype() string { return SubSubmitSurveyFeedback }

// Subtype returns message_rated.
func (MessageRated) Subtype() string { return SubMessageRated }

// Subtype returns ultrareview_launch.
func (UltrareviewLaunch) Subtype() string { return SubUltrareviewLaunch }

// Subtype returns export_conversation.
func (ExportConversation) Subtype() string { return SubExportConversation }

// Subtype returns get_memory_dialog.
func (GetMemoryDialog) Subtype() string { return SubGetMemoryDialog }

// Subtype returns get_skills_dialog.
func (GetSkillsDialog) Subtype() string { return SubGetSkillsDialog }

// Subtype returns get_status.
func (GetStatus) Subtype() string { return SubGetStatus }

// Subtype returns get_sandbox_dialog.
func (GetSandboxDialog) Subtype() string { return SubGetSandboxDialog }

// Subtype returns get_plan.
func (GetPlan) Subtype() string { return SubGetPlan }

// Subtype returns get_chrome_dialog.
func (GetChromeDialog) Subtype() string { return SubGetChromeDialog }

// Subtype returns get_chrome_browsers.
func (GetChromeBrowsers) Subtype() string { return SubGetChromeBrowsers }

// Subtype returns select_chrome_browser.
func (SelectChromeBrowser) Subtype() string { return SubSelectChromeBrowser }

// Subtype returns set_chrome_browser_hints.
func (SetChromeBrowserHints) Subtype() string { return SubSetChromeBrowserHints }

// Subtype returns can_use_tool.
func (CanUseTool) Subtype() string { return SubCanUseTool }

// Subtype returns hook_callback.
func (HookCallback) Subtype() string { return SubHookCallback }

// Subtype returns mcp_message.
func (MCPMessage) Subtype() string { return SubMCPMessage }

// Subtype returns elicitation.
func (Elicitation) Subtype() string { return SubElicitation }

// Subtype returns request_user_dialog.
func (RequestUserDialog) Subtype() string { return SubRequestUserDialog }

// Subtype returns oauth_token_refresh.
func (OAuthTokenRefresh) Subtype() string { return SubOAuthTokenRefresh }

// Subtype returns host_auth_token_refresh.
func (HostAuthTokenRefresh) Subtype() string { return SubHostAuthTokenRefresh }

// Subtype returns remote_control_work_secret.
func (RemoteControlWorkSecret) Subtype() string { return SubRemoteControlWorkSecret }

package protocol

import "encoding/json"

// GetSessionCost asks what the session has cost, as text to show.
type GetSessionCost struct{}

// GetSessionCostResult is the answer to [GetSessionCost].
type GetSessionCostResult struct {
	Text string          `json:"text"`
	Raw  json.RawMessage `json:"-"`
}

// GetUsage asks for what the session has cost and for the limits of the account.
type GetUsage struct {
	SkipBehaviors bool `json:"skip_behaviors,omitempty"` // do not look through the transcripts
}

// GetUsageResult is the answer to [GetUsage]. Its shape is not settled.
type GetUsageResult struct {
	Session             SessionUsage    `json:"session"`
	SubscriptionType    string          `json:"subscription_type"` // empty without a subscription
	RateLimitsAvailable bool            `json:"rate_limits_available"`
	RateLimits          *RateLimits     `json:"rate_limits"`
	Behaviors           *UsageBehaviors `json:"behaviors"` // what the usage went into; nil without a subscription
	Raw                 json.RawMessage `json:"-"`
}

// SessionUsage is what a session has used.
type SessionUsage struct {
	TotalCostUSD       json.Number           `json:"total_cost_usd"`
	TotalAPIDurationMS json.Number           `json:"total_api_duration_ms"`
	TotalDurationMS    json.Number           `json:"total_duration_ms"`
	TotalLinesAdded    json.Number           `json:"total_lines_added"`
	TotalLinesRemoved  json.Number           `json:"total_lines_removed"`
	ModelUsage         map[string]ModelUsage `json:"model_usage"` // by model
}

// RateLimits is how much of a subscription is used.
type RateLimits struct {
	FiveHour          *RateLimitWindow  `json:"five_hour"`
	SevenDay          *RateLimitWindow  `json:"seven_day"`
	SevenDayOAuthApps *RateLimitWindow  `json:"seven_day_oauth_apps"`
	SevenDayOpus      *RateLimitWindow  `json:"seven_day_opus"`
	SevenDaySonnet    *RateLimitWindow  `json:"seven_day_sonnet"`
	ModelScoped       []RateLimitWindow `json:"model_scoped"`
	ExtraUsage        *ExtraUsage       `json:"extra_usage"`
}

// RateLimitWindow is one window of limits.
type RateLimitWindow struct {
	DisplayName string      `json:"display_name"` // of a model's own window
	Utilization json.Number `json:"utilization"`  // in percent; empty if not known
	ResetsAt    string      `json:"resets_at"`    // ISO 8601; empty if not known
}

// ExtraUsage is what may be used beyond the limits.
type ExtraUsage struct {
	IsEnabled    bool        `json:"is_enabled"`
	MonthlyLimit json.Number `json:"monthly_limit"`
	UsedCredits  json.Number `json:"used_credits"`
	Utilization  json.Number `json:"utilization"`
	Currency     string      `json:"currency"`
}

// UsageBehaviors is what the usage went into, as the transcripts on this machine tell it.
type UsageBehaviors struct {
	Day  UsageWindow `json:"day"`  // the last 24 hours
	Week UsageWindow `json:"week"` // the last 7 days
}

// UsageWindow is what the usage of some time went into.
type UsageWindow struct {
	RequestCount    int                   `json:"request_count"`
	SessionCount    int                   `json:"session_count"`
	Behaviors       []UsageBehavior       `json:"behaviors"` // they overlap: the shares may be more than 100 in all
	Recommendations []UsageRecommendation `json:"recommendations"`
	Fix             *UsageFix             `json:"fix"` // nil if this session can mend nothing
	Agents          []UsageShare          `json:"agents"`
	Skills          []UsageShare          `json:"skills"`
	Plugins         []UsageShare          `json:"plugins"`
	MCPServers      []UsageShare          `json:"mcp_servers"`
}

// UsageBehavior is a habit and what it costs.
type UsageBehavior struct {
	Key   string      `json:"key"` // cache_miss, long_context, subagent_heavy, ...
	Pct   json.Number `json:"pct"` // its share, 0 to 100
	Count int         `json:"count"`
}

// UsageRecommendation is what could be done about a habit.
type UsageRecommendation struct {
	Key    string      `json:"key"`
	Pct    json.Number `json:"pct"`
	Title  string      `json:"title"`
	Detail string      `json:"detail"`
}

// UsageFix is the prompts that would mend habits.
type UsageFix struct {
	Keys     []string `json:"keys"`
	Messages []string `json:"messages"`
}

// UsageShare is the share of one agent, skill, plugin or server.
type UsageShare struct {
	Name string      `json:"name"`
	Pct  json.Number `json:"pct"`
}

// ListModels asks for the models.
type ListModels struct{}

// ListModelsResult is the answer to [ListModels].
type ListModelsResult struct {
	Models []ModelInfo     `json:"models"`
	Raw    json.RawMessage `json:"-"`
}

// GetBinaryVersion asks for the version of the CLI.
type GetBinaryVersion struct{}

// GetBinaryVersionResult is the answer to [GetBinaryVersion].
type GetBinaryVersionResult struct {
	Version          string          `json:"version"`
	BuildTime        string          `json:"buildTime"`
	OldestDesktopSDK string          `json:"oldestDesktopSdk"`
	Raw              json.RawMessage `json:"-"`
}

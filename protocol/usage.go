package protocol

import "encoding/json"

// Usage is what the API counted for one reply, or for a turn.
type Usage struct {
	InputTokens              json.Number          `json:"input_tokens"`                // tokens read that no cache served
	OutputTokens             json.Number          `json:"output_tokens"`               // tokens written
	CacheCreationInputTokens json.Number          `json:"cache_creation_input_tokens"` // tokens read and put into the cache
	CacheReadInputTokens     json.Number          `json:"cache_read_input_tokens"`     // tokens read from the cache
	CacheCreation            *CacheCreation       `json:"cache_creation"`              // the same by how long the cache keeps them
	OutputTokensDetails      *OutputTokensDetails `json:"output_tokens_details"`       // what the written tokens were for
	ServerToolUse            *ServerToolUsage     `json:"server_tool_use"`             // the calls of tools that the API runs itself
	ServiceTier              string               `json:"service_tier"`                // standard, priority or batch
	InferenceGeo             string               `json:"inference_geo"`               // where the model ran
	Speed                    string               `json:"speed"`                       // standard or fast
	Iterations               json.RawMessage      `json:"iterations"`                  // the rounds that a reply took, with the usage of each
	FallbackCredit           json.RawMessage      `json:"fallback_credit"`             // what became of a refund for a refused request
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

// CacheCreation is [Usage.CacheCreation].
type CacheCreation struct {
	Ephemeral1h json.Number `json:"ephemeral_1h_input_tokens"` // kept for an hour
	Ephemeral5m json.Number `json:"ephemeral_5m_input_tokens"` // kept for five minutes
}

// OutputTokensDetails is [Usage.OutputTokensDetails].
type OutputTokensDetails struct {
	ThinkingTokens json.Number `json:"thinking_tokens"` // tokens of thinking
}

// ServerToolUsage is [Usage.ServerToolUse].
type ServerToolUsage struct {
	WebSearchRequests json.Number `json:"web_search_requests"` // searches
	WebFetchRequests  json.Number `json:"web_fetch_requests"`  // pages fetched
}

// ModelUsage is what one model cost in a session so far. Unlike [Usage] its names are in camel case on the wire.
type ModelUsage struct {
	InputTokens                json.Number `json:"inputTokens"`                         // tokens read that no cache served
	OutputTokens               json.Number `json:"outputTokens"`                        // tokens written
	ThinkingTokens             json.Number `json:"thinkingTokens"`                      // of these, tokens of thinking
	CacheReadInputTokens       json.Number `json:"cacheReadInputTokens"`                // tokens read from the cache
	CacheCreationInputTokens   json.Number `json:"cacheCreationInputTokens"`            // tokens read and put into the cache
	CacheCreation5mInputTokens json.Number `json:"cacheCreationEphemeral5mInputTokens"` // of these, kept for five minutes
	CacheCreation1hInputTokens json.Number `json:"cacheCreationEphemeral1hInputTokens"` // of these, kept for an hour
	WebSearchRequests          json.Number `json:"webSearchRequests"`                   // searches that the API ran
	CostUSD                    json.Number `json:"costUSD"`                             // the estimated cost in US dollars
	ContextWindow              json.Number `json:"contextWindow"`                       // the model's window in tokens
	MaxOutputTokens            json.Number `json:"maxOutputTokens"`                     // the most that it writes in one reply
	CanonicalModel             string      `json:"canonicalModel"`                      // the model as the price list names it
	Provider                   string      `json:"provider"`                            // who served it
	CostBasis                  string      `json:"costBasis"`                           // what the estimate rests on
	// Raw is the object as it came.
	Raw json.RawMessage `json:"-"`
}

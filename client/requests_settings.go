package client

import (
	"context"
	"encoding/json"

	"github.com/wiretrial/wiretrial/protocol"
)

// GetSettings asks for the settings: merged, and of each source.
func (r requests) GetSettings(ctx context.Context) (protocol.GetSettingsResult, error) {
	return ask[protocol.GetSettingsResult](ctx, r, protocol.GetSettings{})
}

// ListPermissionRules asks for the permission rules that hold now.
func (r requests) ListPermissionRules(ctx context.Context) (protocol.ListPermissionRulesResult, error) {
	return ask[protocol.ListPermissionRulesResult](ctx, r, protocol.ListPermissionRules{})
}

// GetHooksListing asks for the hooks that are configured.
func (r requests) GetHooksListing(ctx context.Context) (protocol.GetHooksListingResult, error) {
	return ask[protocol.GetHooksListingResult](ctx, r, protocol.GetHooksListing{})
}

// GetContextUsage tells how full the context window is. It may take seconds; other requests are answered meanwhile.
func (r requests) GetContextUsage(ctx context.Context) (protocol.GetContextUsageResult, error) {
	return ask[protocol.GetContextUsageResult](ctx, r, protocol.GetContextUsage{})
}

// GetContextUsageSummary is GetContextUsage that estimates where it would count, and is quick.
func (r requests) GetContextUsageSummary(ctx context.Context) (protocol.GetContextUsageResult, error) {
	return ask[protocol.GetContextUsageResult](ctx, r, protocol.GetContextUsage{Detail: "summary"})
}

// GetSessionCost asks what the session has cost, as text to show.
func (r requests) GetSessionCost(ctx context.Context) (protocol.GetSessionCostResult, error) {
	return ask[protocol.GetSessionCostResult](ctx, r, protocol.GetSessionCost{})
}

// GetUsage asks for what the session has cost and for the limits of the account. The official SDKs call it experimental.
func (r requests) GetUsage(ctx context.Context, request protocol.GetUsage) (protocol.GetUsageResult, error) {
	return ask[protocol.GetUsageResult](ctx, r, request)
}

// ListModels asks for the models.
func (r requests) ListModels(ctx context.Context) (protocol.ListModelsResult, error) {
	return ask[protocol.ListModelsResult](ctx, r, protocol.ListModels{})
}

// GetBinaryVersion asks for the version of the CLI.
func (r requests) GetBinaryVersion(ctx context.Context) (protocol.GetBinaryVersionResult, error) {
	return ask[protocol.GetBinaryVersionResult](ctx, r, protocol.GetBinaryVersion{})
}

// ApplyFlagSettings merges settings into those of the command line, for this session. Settings are whatever encodes to a JSON object;
// what does not is an error of kind InvalidOption.
func (r requests) ApplyFlagSettings(ctx context.Context, settings any) error {
	raw, err := encodeSettings(protocol.SubApplyFlagSettings, settings)
	if err != nil {
		return err
	}
	_, err = r.Request(ctx, protocol.ApplyFlagSettings{Settings: raw})
	return err
}

// UpdateSettings writes settings into the user's or the project's local file: source is userSettings or localSettings. Settings are as in
// ApplyFlagSettings.
func (r requests) UpdateSettings(ctx context.Context, source string, settings any) error {
	raw, err := encodeSettings(protocol.SubUpdateSettings, settings)
	if err != nil {
		return err
	}
	_, err = r.Request(ctx, protocol.UpdateSettings{Source: source, Settings: raw})
	return err
}

func encodeSettings(op string, settings any) (json.RawMessage, error) {
	raw, err := object("settings", settings)
	switch {
	case err != nil:
		return nil, asError(op, err)
	case raw == nil:
		return nil, invalid("there are no settings to send").during(op)
	}
	return raw, nil
}

package adaptercheck

import "context"

// RunOnly makes those checks whose ids are wanted: the tests run many whole checks on adapters of one SDK.
func RunOnly(ctx context.Context, cfg Config, wanted func(id string) bool) (Result, error) {
	return run(ctx, cfg, nil, wanted)
}

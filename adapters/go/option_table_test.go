package goadapter

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

func TestTheClientHasEveryOptionOfTheContract(t *testing.T) {
	t.Parallel()
	have := append(slices.Collect(maps.Keys(setters())), "callbacks", "hooks", "mcp_servers", "stderr", "session_store")
	slices.Sort(have)
	if diff := cmp.Diff(slices.Sorted(slices.Values(contract.OptionNames())), have); diff != "" {
		t.Errorf("options (-contract +adapter):\n%s", diff)
	}
}

package scenarios_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/scenarios"
)

// The package may not import the adapter contract, so its lists are copies; this test, outside of it, keeps them equal.
func TestListsAreTheContracts(t *testing.T) {
	t.Parallel()
	sorted := func(names []string) []string { return slices.Sorted(slices.Values(names)) }
	if diff := cmp.Diff(sorted(contract.Operations()), sorted(scenarios.Operations())); diff != "" {
		t.Errorf("operations (-contract +scenarios):\n%s", diff)
	}
	if diff := cmp.Diff(sorted(contract.Features()), sorted(scenarios.FeatureNames())); diff != "" {
		t.Errorf("features (-contract +scenarios):\n%s", diff)
	}
	if diff := cmp.Diff(sorted(contract.Kinds()), sorted(scenarios.FailureKinds())); diff != "" {
		t.Errorf("failure kinds (-contract +scenarios):\n%s", diff)
	}
	var options []string
	for _, name := range scenarios.OptionNames() {
		options = append(options, strings.TrimSuffix(strings.TrimSuffix(name, "_ms"), "_bytes"))
	}
	for _, name := range contract.OptionNames() {
		plain := strings.TrimSuffix(strings.TrimSuffix(name, "_ms"), "_bytes")
		declared := []string{"callbacks", "hooks", "mcp_servers", "stderr"} // sdk.start has callbacks for them
		if !slices.Contains(options, plain) && !slices.Contains(declared, name) {
			t.Errorf("the contract's option %s has no name in the language", name)
		}
	}
}

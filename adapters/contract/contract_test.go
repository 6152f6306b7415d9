package contract_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// The closed sets are what the text for authors of adapters says they are.
func TestClosedSetsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/adapter-contract.md")
	if err != nil {
		t.Fatal(err)
	}
	for set, names := range map[string][]string{
		"kind": contract.Kinds(), "feature or operation": contract.Features(), "option": contract.OptionNames(),
		"method": {contract.MethodHello, contract.MethodAlive, contract.MethodOpen, contract.MethodClose, contract.MethodCallback, contract.MethodPromptNext},
		"note":   {contract.NoteMessage, contract.NoteStderr, contract.NoteFrameError, contract.NoteHostError, contract.NoteCancel},
	} {
		for _, name := range names {
			if !regexp.MustCompile(`(^|[^\w.])` + regexp.QuoteMeta(name) + `($|[^\w])`).Match(text) {
				t.Errorf("the %s %s is not in docs/adapter-contract.md", set, name)
			}
		}
	}
}

func TestClosedSetsNameNothingTwice(t *testing.T) {
	t.Parallel()
	for set, names := range map[string][]string{"kinds": contract.Kinds(), "features": contract.Features(), "options": contract.OptionNames()} {
		sorted := slices.Sorted(slices.Values(names))
		if n := len(slices.Compact(sorted)); n != len(names) || n == 0 {
			t.Errorf("%s: %d names, %d of them different", set, len(names), n)
		}
	}
}

// An adapter refuses what its SDK has not: that is a verdict of its own, never a pass.
func ExampleError() {
	refusal := &contract.Error{Code: contract.CodeUnknownMethod, Message: "this SDK has no rewind_files"}
	fmt.Println(refusal.Code, refusal)
	fmt.Println(slices.Contains(contract.Features(), "rewind_files"))
	// Output:
	// -32601 this SDK has no rewind_files
	// true
}

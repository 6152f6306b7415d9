package mutants_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/adapters/mutants"
	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/scenarios"
)

func catalogue(t *testing.T) map[string]bool {
	t.Helper()
	cat, err := scenarios.LoadFS(os.DirFS("../../scenarios"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, f := range cat.Files {
		ids[f.ID] = true
	}
	return ids
}

func TestEachFaultIsNamedAndMustBeCaught(t *testing.T) {
	t.Parallel()
	ids := catalogue(t)
	seen := map[string]bool{}
	for _, m := range mutants.All() {
		if seen[m.Name] || m.Name == "" {
			t.Errorf("%q is named twice or not at all", m.Name)
		}
		seen[m.Name] = true
		if m.Fault == "" || strings.HasSuffix(m.Fault, ".") || m.Group == "" {
			t.Errorf("%s: want a group and a fault without a full stop, got %q, %q", m.Name, m.Group, m.Fault)
		}
		if m.IsControl() != (len(m.Kills) == 0) {
			t.Errorf("%s: a fault names scenarios and a control none, got %v", m.Name, m.Kills)
		}
		for _, id := range m.Kills {
			if !ids[id] {
				t.Errorf("%s is to be caught by %s, which is no scenario", m.Name, id)
			}
		}
	}
}

func TestAGroupStandsTogether(t *testing.T) {
	t.Parallel()
	var groups []string
	for _, m := range mutants.All() {
		if len(groups) == 0 || groups[len(groups)-1] != m.Group {
			groups = append(groups, m.Group)
		}
	}
	want := []string{
		mutants.Bytes, mutants.Start, mutants.Stdin, mutants.Answers, mutants.Requests, mutants.Flow, mutants.Process, mutants.Spawn, mutants.Input,
		mutants.Drift, mutants.Store, mutants.Control,
	}
	if !slices.Equal(groups, want) {
		t.Errorf("got the groups %v, want %v", groups, want)
	}
}

func TestEveryScenarioHasAFault(t *testing.T) {
	t.Parallel()
	ids := catalogue(t)
	for _, m := range mutants.All() {
		for _, id := range m.Kills {
			delete(ids, id)
		}
	}
	for id := range ids {
		t.Errorf("%s is named by no mutant: a scenario that catches nothing shows nothing", id)
	}
}

func TestOppositesAreMutual(t *testing.T) {
	t.Parallel()
	for _, m := range mutants.All() {
		if m.Opposite == "" {
			continue
		}
		if other, ok := mutants.Find(m.Opposite); !ok || other.Opposite != m.Name {
			t.Errorf("%s names %s as its opposite, which names %q", m.Name, m.Opposite, other.Opposite)
		}
	}
}

// TestPromisesWithTwoSidesHaveOpposites: a scenario of one of these could be satisfied by always doing what its mutant's opposite does.
func TestPromisesWithTwoSidesHaveOpposites(t *testing.T) {
	t.Parallel()
	for name, opposite := range map[string]string{
		"eof-at-result": "eof-never", "kill-at-once": "never-kills", "any-result-ends": "waits-for-events", "full-queue-blocks": "full-queue-drops",
		"strict-types": "known-only", "no-tail": "clean-exit-is-success", "noise-joins": "noise-ends", "raise-is-allow": "denies-all",
		"wipes-input": "keeps-input", "early-interrupt": "late-interrupt", "refusal-is-success": "wants-payload", "no-prompt-tool": "always-prompt-tool",
		"env-as-is": "bare-environment", "any-skill": "no-skill", "settings-or-sandbox": "no-sandbox", "shows-all-states": "hides-all-states",
		"trusts-the-start": "trusts-no-start", "accepts-questions": "runs-no-question",
	} {
		if m, ok := mutants.Find(name); !ok || m.Opposite != opposite {
			t.Errorf("%s (known: %v) has the opposite %q, want %s", name, ok, m.Opposite, opposite)
		}
	}
}

// differing names the pieces that are not the product's.
func differing(p *parts.Parts) []string {
	var names []string
	mutant, product := reflect.ValueOf(p).Elem(), reflect.ValueOf(parts.Default()).Elem()
	for i := range mutant.NumField() {
		if mutant.Field(i).Pointer() != product.Field(i).Pointer() {
			names = append(names, mutant.Type().Field(i).Name)
		}
	}
	return names
}

func TestAMutantDiffersByFewPieces(t *testing.T) {
	t.Parallel()
	for _, m := range mutants.All() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			if m.Parts == nil {
				if m.Name != mutants.DoNothing {
					t.Fatal("it has no pieces")
				}
				return
			}
			one, other := m.Parts(), m.Parts()
			if one == other {
				t.Error("two clients share their pieces")
			}
			if names := differing(one); (len(names) == 0) != m.OfNoPiece() || len(names) > 5 {
				t.Errorf("want 1 to 5 pieces that differ, got %v", names)
			}
		})
	}
}

// conversation speaks with a mutant's adapter and gives its answers by id.
func conversation(t *testing.T, m mutants.Mutant, lines ...string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := m.Main(t.Context(), strings.NewReader(strings.Join(lines, "\n")+"\n"), &out); err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(answers)
	return answers
}

func TestDoNothingRefusesNoOperation(t *testing.T) {
	t.Parallel()
	m, _ := mutants.Find(mutants.DoNothing)
	lines := []string{`{"jsonrpc":"2.0","id":1,"method":"open","params":{"client":"c","cli_path":"/nowhere/claude","options":{}}}`}
	for i, op := range contract.Operations() {
		if op != "ping" { // the client has none, and the adapter says so
			lines = append(lines, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":{"client":"c"}}`, i+2, op))
		}
	}
	answers := conversation(t, m, lines...)
	if len(answers) != len(lines) {
		t.Errorf("want %d answers, got %d", len(lines), len(answers))
	}
	for _, answer := range answers {
		if strings.Contains(answer, `"error"`) {
			t.Errorf("it refused: %s", answer)
		}
	}
}

func TestAMutantSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, m := range mutants.All() {
		got := conversation(t, m, `{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1}}`)
		if len(got) != 1 || !strings.Contains(got[0], "mutant "+m.Name) {
			t.Errorf("%s: want a hello with its name, got %q", m.Name, got)
		}
	}
}

func ExampleFind() {
	m, ok := mutants.Find("drops-id-0")
	fmt.Println(ok, m.Group, m.Fault, m.Kills)
	// Output: true answers takes a JSON-RPC id of 0 for none [mcp/handshake mcp/id-types]
}

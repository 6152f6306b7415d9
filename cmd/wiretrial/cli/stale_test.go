package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/matrix"
	"github.com/wiretrial/wiretrial/scenarios"
)

// TestTheKillMatrixIsOfToday plays nothing: it holds the record against the mutants and scenarios as they are.
func TestTheKillMatrixIsOfToday(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/" + matrixData)
	if err != nil {
		t.Fatalf("%v: go run ./cmd/wiretrial mutants --slow --write makes it", err)
	}
	record, err := matrix.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	cat, err := scenarios.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	known, err := knownMatrix(cat)
	if err != nil {
		t.Fatal(err)
	}
	if stale := record.Stale(known); len(stale) > 0 {
		t.Errorf("docs/%s is stale in %d places; go run ./cmd/wiretrial mutants --stale --slow --write plays what it does not know, and records it:\n%s",
			matrixData, len(stale), strings.Join(stale[:min(len(stale), 20)], "\n"))
	}
	page, err := os.ReadFile("../../../docs/" + matrixPage)
	if err != nil || string(page) != matrix.Markdown(record, known) {
		t.Errorf("docs/%s is not the page of docs/%s (%v); the same command writes both", matrixPage, matrixData, err)
	}
}

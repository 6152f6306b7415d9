package mockcli

import (
	"os"
	"strings"
	"testing"
)

// Each event and each command has its row in the protocol's text.
func TestProtocolIsDocumented(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../docs/mock-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for line := range strings.Lines(string(src)) {
		if cells := strings.SplitN(line, "|", 3); len(cells) == 3 && cells[0] == "" {
			rows.WriteString(cells[1])
		}
	}
	for _, name := range []string{
		EvHello, EvLine, EvBytes, EvEOF, EvReadError, EvSignal, EvBlocked, EvDone,
		OpRead, OpWrite, OpDrain, OpPending, OpSync, OpSetbuf, OpClose, OpIgnore, OpDefault, OpSpawn, OpExit, OpDie, OpProbe,
	} {
		if !strings.Contains(rows.String(), "`"+name+"`") {
			t.Errorf("docs/mock-protocol.md has no row for %s", name)
		}
	}
}

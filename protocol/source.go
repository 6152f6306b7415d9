package protocol

import (
	"slices"
	"strconv"
	"strings"
)

// The sizes of the numbered collections that sources may point into.
const (
	lastBug    = 192 // collected bug reports, B001 on
	lastPython = 242 // rows about the Python SDK, py:1 on
	lastCLI    = 15  // sections about the CLI, cli:0 on
	lastCLI15  = 6   // subsections of section 15, the only one that has any
)

// typescriptRows returns how many rows each group about the TypeScript SDK has: ts:START-01 to ts:START-11, and so on.
func typescriptRows() map[string]int {
	return map[string]int{"START": 11, "INIT": 17, "FRAME": 20, "MSG": 10, "CTL": 25, "REQ": 11, "LIFE": 33}
}

// KnownSource reports whether a source exists. The forms are:
//
//	py#N ts#N cc#N acp#N   an issue or pull request of the Python SDK, the TypeScript SDK, the CLI, the editor adapter
//	B001 to B192           an entry of the bug catalogue
//	py:N ts:GROUP-NN       a row of the measured facts about the two SDKs
//	cli:N cli:15.N         a section of the measured facts about the CLI
//
// Whether an issue exists upstream cannot be known without asking; any number above zero passes.
func KnownSource(source string) bool {
	if repo, number, ok := strings.Cut(source, "#"); ok {
		return slices.Contains([]string{"py", "ts", "cc", "acp"}, repo) && within(number, 1, 1<<31-1)
	}
	if sheet, row, ok := strings.Cut(source, ":"); ok {
		return knownRow(sheet, row)
	}
	number, ok := strings.CutPrefix(source, "B")
	return ok && len(number) == 3 && within(strings.TrimLeft(number, "0"), 1, lastBug)
}

func knownRow(sheet, row string) bool {
	switch sheet {
	case "py":
		return within(row, 1, lastPython)
	case "ts":
		group, number, _ := strings.Cut(row, "-")
		return len(number) == 2 && within(strings.TrimPrefix(number, "0"), 1, typescriptRows()[group])
	case "cli":
		section, part, parts := strings.Cut(row, ".")
		if parts {
			return section == strconv.Itoa(lastCLI) && within(part, 1, lastCLI15)
		}
		return within(section, 0, lastCLI)
	}
	return false
}

// within reports whether text is a decimal number, without leading zeros, in a range.
func within(text string, low, high int) bool {
	n, err := strconv.Atoi(text)
	return err == nil && strconv.Itoa(n) == text && n >= low && n <= high
}

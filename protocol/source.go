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
//	dts:NAME               a type that the TypeScript package declares: the documentation of a shape
//
// Whether an issue exists upstream, or a type in a package, cannot be known without asking; any number above zero passes, and any name.
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
	case "dts":
		return typeName(row)
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

// typeName reports whether text is the name of an exported type: letters and digits, a capital first.
func typeName(text string) bool {
	for i, r := range text {
		capital, other := 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
		if !capital && (i == 0 || !other) {
			return false
		}
	}
	return text != ""
}

// SourceKind says what a source is, for readers.
type SourceKind string

// The kinds of sources.
const (
	Measured   SourceKind = "measured fact"
	Collected  SourceKind = "collected report" // an entry of the bug catalogue, which gathers several upstream reports and measurements
	Upstream   SourceKind = "upstream issue"
	Documented SourceKind = "documentation"
)

// KindOf returns what a source is; empty if it is none that [KnownSource] knows.
func KindOf(source string) SourceKind {
	switch {
	case !KnownSource(source):
		return ""
	case strings.HasPrefix(source, "dts:"):
		return Documented
	case strings.Contains(source, ":"):
		return Measured
	case strings.Contains(source, "#"):
		return Upstream
	}
	return Collected
}

// SourceURL returns the page of an upstream issue or pull request; empty for sources that have none of their own.
func SourceURL(source string) string {
	repo, number, ok := strings.Cut(source, "#")
	path := map[string]string{
		"py": "anthropics/claude-agent-sdk-python", "ts": "anthropics/claude-agent-sdk-typescript", "cc": "anthropics/claude-code",
		"acp": "agentclientprotocol/claude-agent-acp",
	}[repo]
	if !ok || path == "" {
		return ""
	}
	return "https://github.com/" + path + "/issues/" + number
}

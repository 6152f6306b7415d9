package adaptercheck

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// Header says who is checked, in one line. It ends with a newline, as all texts here.
func Header(h contract.Hello) string {
	runtime := h.SDK.Language
	if h.SDK.Runtime != "" && h.SDK.Runtime != h.SDK.Language {
		runtime = strings.TrimSpace(runtime + ", " + h.SDK.Runtime)
	}
	if h.Adapter.Name == "" || h.SDK.Name == "" {
		return "the adapter does not say who it is\n"
	}
	return fmt.Sprintf("adapter %s %s drives %s %s (%s)\n", h.Adapter.Name, h.Adapter.Version, h.SDK.Name, h.SDK.Version, runtime)
}

// Text is a check's lines in a report: one if it holds, else what went wrong, what to do and where it is explained. It is empty for an
// unsupported check, which Summary lists. Times are not in it.
func Text(c Check) string {
	switch c.Status {
	case Holds:
		return fmt.Sprintf("✓ %-26s %s\n", c.ID, c.Promise)
	case Blocked:
		return fmt.Sprintf("· %-26s not tried: %s\n", c.ID, c.Problem)
	case Fails:
		return fmt.Sprintf("✗ %-26s %s\n", c.ID, c.Promise) + line("wrong", c.Problem) + line("do", c.Advice) + line("see", c.Ref)
	}
	return ""
}

// line is one labelled paragraph below a failed check.
func line(label, text string) string {
	if text == "" {
		return ""
	}
	const margin = "\n            "
	return fmt.Sprintf("    %-7s %s\n", label, strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", margin))
}

// Summary ends a report: what is not supported, and the counts.
func Summary(r Result) string {
	var b strings.Builder
	var undeclared, idle, other []string
	for _, c := range r.Checks {
		switch {
		case c.Status != Unsupported:
		case c.Feature() != "" && c.Problem == notDeclared:
			undeclared = append(undeclared, c.Feature())
		case strings.HasPrefix(c.Problem, needsMore):
			idle = append(idle, c.ID)
		default:
			other = append(other, fmt.Sprintf("%s (%s)", c.ID, c.Problem))
		}
	}
	b.WriteString(wrap("not declared, which is no failure: ", undeclared))
	b.WriteString(wrap("not tried, because they are about what is not declared: ", idle))
	b.WriteString(wrap("not applicable: ", other))
	n := r.counts()
	fmt.Fprintf(&b, "%d %s", n[Holds], plural(n[Holds], "check holds", "checks hold"))
	if n[Fails] > 0 {
		fmt.Fprintf(&b, ", %d %s", n[Fails], plural(n[Fails], "fails", "fail"))
	}
	if n[Blocked] > 0 {
		fmt.Fprintf(&b, ", %d not tried", n[Blocked])
	}
	fmt.Fprintf(&b, ", %d not supported\n", n[Unsupported])
	return b.String()
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// wrap lists names after a label, in lines of at most 110 columns where the names allow it.
func wrap(label string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	var b strings.Builder
	width := 0
	put := func(text string) {
		if width > 0 && width+len(text) > 110 {
			b.WriteString("\n  ")
			width = 2
		}
		b.WriteString(text)
		width += len(text)
	}
	put(label)
	for i, name := range names {
		if i < len(names)-1 {
			name += ", "
		}
		put(name)
	}
	return strings.ReplaceAll(b.String(), " \n", "\n") + "\n"
}

package adaptercheck

import (
	"slices"
	"strings"
)

// declares tells whether hello declared a feature. concurrent.any includes concurrent.interrupt.
func (r *runner) declares(feature string) bool {
	if feature == "concurrent.interrupt" && slices.Contains(r.hello.Features, "concurrent.any") {
		return true
	}
	return slices.Contains(r.hello.Features, feature)
}

// missing lists the needs that are not declared.
func (r *runner) missing(needs []string) string {
	var out []string
	for _, need := range needs {
		if !slices.ContainsFunc(strings.Split(need, "|"), r.declares) {
			out = append(out, strings.ReplaceAll(need, "|", " or "))
		}
	}
	return strings.Join(out, ", ")
}

// client tells whether the adapter has the client entry point whole.
func (r *runner) client() bool {
	return r.declares("connect") && r.declares("query") && r.declares("receive")
}

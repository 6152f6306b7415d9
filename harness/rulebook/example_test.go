package rulebook_test

import (
	"fmt"

	"github.com/wiretrial/wiretrial/harness/rulebook"
	"github.com/wiretrial/wiretrial/scenarios"
)

// What shows a rule?
func ExampleSelect() {
	c, err := scenarios.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	entries, _ := rulebook.Select(c, []string{"INT-06"})
	for _, e := range entries {
		fmt.Println(e.Rule.ID, e.Rule.Level, e.IDs())
	}
	// Output: INT-06 must [interrupt/after-the-end]
}

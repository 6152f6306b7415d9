package shard_test

import (
	"fmt"

	"github.com/wiretrial/wiretrial/harness/shard"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Two machines share a plan without knowing each other: by the ids of the cases, whatever their order.
func ExampleSpec_Pick() {
	var plan []scenarios.Case
	for _, id := range []string{"turns/a", "turns/b", "turns/c", "turns/d", "turns/e"} {
		plan = append(plan, scenarios.Case{ID: id, Level: scenarios.Must})
	}
	for _, text := range []string{"1/2", "2/2"} {
		spec, err := shard.Parse(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(spec, ":")
		for _, c := range spec.Pick(plan) {
			fmt.Print(" ", c.ID)
		}
		fmt.Println()
	}
	// Output:
	// 1/2: turns/a turns/b turns/e
	// 2/2: turns/c turns/d
}

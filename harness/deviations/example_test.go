package deviations_test

import (
	"fmt"
	"time"

	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// A recorded failure is known as long as it fails as recorded.
func ExampleJudge() {
	const record = `known:
- id: process/left-behind
  versions: ">=0.2 <0.3"
  check: process.left
  reason: its grandchildren are not waited for
  unreported: not understood yet
`
	set, err := deviations.Load("deviations.yaml", []byte(record), &scenarios.Catalogue{}, "process/left-behind")
	if err != nil {
		fmt.Println(err)
		return
	}
	judge := deviations.NewJudge(set, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	for _, release := range []string{"0.2.187", "0.3.0"} {
		c := eventlog.Case{ID: "process/left-behind", Verdict: eventlog.Fail, Failure: &eventlog.Failure{Check: "process.left", Class: "leak"}}
		judge.Judge(&c, release)
		fmt.Println(release, c.Verdict)
	}
	// Output:
	// 0.2.187 known
	// 0.3.0 fail
}

package soak_test

import (
	"fmt"
	"os"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/soak"
)

// A case that passed once and failed once is flaky, and the report names the conditions of both.
func Example() {
	t := soak.NewTally()
	subject := soak.Subject{SDK: "python", Release: "0.2.187"}
	for n, verdict := range []eventlog.Verdict{eventlog.Pass, eventlog.Fail} {
		run := soak.Run{N: n + 1, Kind: soak.Kind{Subject: subject}, Conditions: soak.Conditions{Seed: fmt.Sprint(n + 1), CPUs: 2}}
		for _, rec := range []soak.Record{
			{T: "run", Run: &run},
			{T: "play", Play: &soak.Play{Run: run.N, ID: "turns/hello", Level: "must", Outcome: soak.Outcome{Verdict: verdict}}},
			{T: "end", End: &soak.End{Run: run.N}},
		} {
			if err := t.Add(rec); err != nil {
				fmt.Println(err)
			}
		}
	}
	if err := soak.Text(os.Stdout, t, soak.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// python 0.2.187: whole runs: 2 idle
	//   1 case, 2 plays, each at least 2; latest verdicts: fail 1
	//   ✗ turns/hello flaky: it told another verdict than before
	//       1× pass, first with 0 busy beside it on 2 CPUs: wiretrial run turns/hello --seed 1 --sdk python
	//       1× fail, first with 0 busy beside it on 2 CPUs: wiretrial run turns/hello --seed 2 --sdk python
	//
	// exit 1: 1 case changed verdicts
}

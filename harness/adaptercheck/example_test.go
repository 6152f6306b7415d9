package adaptercheck_test

import (
	"fmt"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/adaptercheck"
)

func Example() {
	r := adaptercheck.Result{
		Hello: contract.Hello{
			Adapter: contract.Product{Name: "mine", Version: "1"},
			SDK:     contract.SDK{Name: "my-sdk", Version: "0.3", Language: "python", Runtime: "CPython"},
		},
		Checks: []adaptercheck.Check{
			{ID: "turn.plain", Promise: "a text that only the fake knows comes back through the SDK", Status: adaptercheck.Holds},
			{ID: "channel.noise", Promise: "nothing but messages is on the channel", Status: adaptercheck.Fails,
				Problem: `the adapter's stdout, which is the channel, carries "hi"`, Advice: "print to stderr", Ref: "docs/adapters.md#channel"},
			{ID: "feature.ping", Status: adaptercheck.Unsupported, Problem: "not declared"},
		},
	}
	for _, c := range r.Checks {
		fmt.Print(adaptercheck.Text(c))
	}
	fmt.Print(adaptercheck.Header(r.Hello), adaptercheck.Summary(r))
	fmt.Println("exit code", r.ExitCode())
	// Output:
	// ✓ turn.plain                 a text that only the fake knows comes back through the SDK
	// ✗ channel.noise              nothing but messages is on the channel
	//     wrong   the adapter's stdout, which is the channel, carries "hi"
	//     do      print to stderr
	//     see     docs/adapters.md#channel
	// adapter mine 1 drives my-sdk 0.3 (python, CPython)
	// not declared, which is no failure: ping
	// 1 check holds, 1 fails, 1 not supported
	// exit code 1
}

package scenarios_test

import (
	"fmt"

	"github.com/wiretrial/wiretrial/scenarios"
)

func ExampleLoad() {
	f, err := scenarios.Load("framing/hello.yaml", []byte(`
title: A reply is delivered
level: must
rules: [FRM-01]
variants:
  short: {text: hi}
  long:  {text: "${fill:x*70000}"}
steps:
- sdk.start: hello
- cli.reads: user
- cli.writes: assistant
  set: {text: "${variant.text}"}
- sdk.yields: assistant
  match: {text: "${variant.text}"}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	cases, err := f.Cases()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range cases {
		fmt.Println(c.ID, c.Features)
	}
	// Output:
	// framing/hello[short]@oneshot [prompt]
	// framing/hello[short]@client [connect query receive]
	// framing/hello[long]@oneshot [prompt]
	// framing/hello[long]@client [connect query receive]
}

func ExampleLoad_problems() {
	_, err := scenarios.Load("framing/hello.yaml", []byte(`title: A reply is delivered
level: must
steps:
- sdk.start: hello
- cli.raeds: user
- sdk.yields: assistant
  mach: {text: hi}
`))
	fmt.Println(err)
	// Output:
	// framing/hello.yaml:5:3: error: unknown step "cli.raeds"; a step begins with ACTOR.VERB; did you mean "cli.reads"? (step.verb)
	// framing/hello.yaml:7:3: error: unknown key "mach" on sdk.yields; did you mean "match"? (step.key)
}

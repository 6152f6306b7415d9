package scenarios

import (
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/protocol"
)

// Each kind of message that the protocol knows is written in some scenario, and seen to arrive where it is for the user.
func TestEveryKindOfMessageIsPlayed(t *testing.T) {
	t.Parallel()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	yielded, text := map[string]bool{}, &strings.Builder{}
	for _, f := range c.Files {
		text.Write(f.Source)
		cases, err := f.Cases()
		if err != nil {
			t.Fatal(err)
		}
		for i := range cases {
			yieldedBy(cases[i].Steps, yielded)
		}
	}
	for _, k := range protocol.MessageKinds() {
		switch {
		case k.Delivery != protocol.Never && !seen(yielded, k):
			t.Errorf("no scenario sees a %s arrive: give it a row in drift/message-kinds", k.Name())
		case k.Delivery == protocol.Never && !strings.Contains(text.String(), `"type":"`+k.Type+`"`):
			t.Errorf("no scenario writes a %s", k.Name())
		}
	}
}

// seen tells whether a kind, or its type where that says all, is among those that were yielded.
func seen(yielded map[string]bool, k protocol.MessageKind) bool {
	return yielded[k.Name()] || yielded[k.Type] && (k.Subtype == "" || k.Type == protocol.TypeResult)
}

// yieldedBy gathers the kinds that steps take from the consumer.
func yieldedBy(steps []Step, kinds map[string]bool) {
	for i := range steps {
		if kind, ok := steps[i].Arg.(string); ok && steps[i].Key() == "sdk.yields" {
			kinds[kind] = true
		}
		for _, branch := range steps[i].Branches {
			yieldedBy(branch, kinds)
		}
	}
}

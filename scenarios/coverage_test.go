package scenarios

import (
	"slices"
	"testing"

	"github.com/wiretrial/wiretrial/protocol"
)

// Each rule is shown by a scenario or says why none shows it, and no rule claims both.
func TestEveryRuleIsShownOrExcluded(t *testing.T) {
	t.Parallel()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, f := range c.Files {
		for _, id := range f.Rules {
			shown[id] = f.ID
		}
	}
	for _, r := range protocol.Rules() {
		switch file := shown[r.ID]; {
		case file == "" && r.Excluded == "":
			t.Errorf("%s has neither a scenario nor a reason to have none: %s", r.ID, r.Sentence)
		case file != "" && r.Excluded != "":
			t.Errorf("%s is shown by %s and excluded all the same: %s", r.ID, file, r.Excluded)
		}
	}
}

// A must scenario rests on a must rule, or its level is only the author's opinion.
func TestLevelsFollowTheRules(t *testing.T) {
	t.Parallel()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Files {
		must := slices.ContainsFunc(f.Rules, func(id string) bool {
			r, ok := protocol.LookupRule(id)
			return ok && r.Level == protocol.LevelMust
		})
		if f.Level == Must && !must {
			t.Errorf("%s is must, and none of its rules %v is", f.ID, f.Rules)
		}
	}
}

package protocol

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRulesAreWellFormed(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[A-Z]{3}-[0-9]{2}$`)
	levels := []Level{LevelMust, LevelShould, LevelMay}
	seen, sentences := map[string]bool{}, map[string]string{}
	for _, r := range Rules() {
		if !form.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%s: id is malformed or stands twice", r.ID)
		}
		seen[r.ID] = true
		if !slices.Contains(levels, r.Level) || !slices.Contains(Classes(), r.Class) {
			t.Errorf("%s: level %q, class %q", r.ID, r.Level, r.Class)
		}
		if !strings.HasSuffix(r.Sentence, ".") || r.Sentence[0] < 'A' || r.Sentence[0] > 'Z' {
			t.Errorf("%s: not a sentence: %q", r.ID, r.Sentence)
		}
		if other := sentences[r.Sentence]; other != "" {
			t.Errorf("%s says the same as %s", r.ID, other)
		}
		sentences[r.Sentence] = r.ID
		if len(r.Sources) == 0 {
			t.Errorf("%s has no source", r.ID)
		}
	}
	if len(seen) < 230 {
		t.Errorf("only %d rules", len(seen))
	}
}

func TestSourcesOfRulesExist(t *testing.T) {
	t.Parallel()
	for _, r := range Rules() {
		for _, s := range r.Sources {
			if !KnownSource(s) {
				t.Errorf("%s: unknown source %s", r.ID, s)
			}
		}
	}
}

func TestRulesOfAnAreaAreInOrder(t *testing.T) {
	t.Parallel()
	last := map[string]string{}
	for _, r := range Rules() {
		if r.ID <= last[r.Area()] {
			t.Errorf("%s comes after %s", r.ID, last[r.Area()])
		}
		last[r.Area()] = r.ID
	}
}

func TestOnlySecurityRulesAreUnsafe(t *testing.T) {
	t.Parallel()
	for _, r := range Rules() {
		if (r.Area() == "SEC") != (r.Class == ClassUnsafe) {
			t.Errorf("%s has class %s", r.ID, r.Class)
		}
	}
}

func TestLookupRule(t *testing.T) {
	t.Parallel()
	if r, ok := LookupRule("CTL-21"); !ok || r.ID != "CTL-21" || r.Level != LevelMust {
		t.Errorf("CTL-21 = %+v, %v", r, ok)
	}
	for _, id := range []string{"", "CTL-99", "ctl-21", "CTL-2"} {
		if r, ok := LookupRule(id); ok {
			t.Errorf("%q found %+v", id, r)
		}
	}
}

func TestKnownSource(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"py#98": true, "ts#122": true, "cc#57839": true, "acp#187": true, "py#0": false, "py#-1": false, "py#": false, "rb#3": false, "#3": false,
		"B001": true, "B094": true, "B192": true, "B000": false, "B193": false, "B94": false, "B0001": false, "b001": false, "B": false, "B1a2": false,
		"py:1": true, "py:242": true, "py:0": false, "py:243": false, "py:01": false, "py:": false, "py:1.1": false,
		"ts:CTL-02": true, "ts:LIFE-33": true, "ts:FRAME-20": true, "ts:CTL-2": false, "ts:CTL-26": false, "ts:CTL-00": false, "ts:XYZ-01": false, "ts:12": false,
		"cli:0": true, "cli:2": true, "cli:15": true, "cli:15.1": true, "cli:15.6": true, "cli:16": false, "cli:15.7": false, "cli:2.1": false, "cli:15.": false,
		"dts:SDKMessage": true, "dts:A1": true, "dts:": false, "dts:sdkMessage": false, "dts:A-B": false,
		"": false, "rs:1": false, "py 98": false,
	}
	for source, want := range cases {
		t.Run(fmt.Sprintf("%q", source), func(t *testing.T) {
			t.Parallel()
			if got := KnownSource(source); got != want {
				t.Errorf("KnownSource = %v, want %v", got, want)
			}
		})
	}
}

func TestAreasAreThoseOfTheRules(t *testing.T) {
	t.Parallel()
	var used []string
	for _, r := range Rules() {
		if !slices.Contains(used, r.Area()) {
			used = append(used, r.Area())
		}
	}
	var named []string
	for _, a := range Areas() {
		named = append(named, a.Name)
		if a.Title == "" {
			t.Errorf("%s has no title", a.Name)
		}
	}
	if !slices.Equal(used, named) {
		t.Errorf("rules have the areas\n%v, named are\n%v", used, named)
	}
}

func TestDeliveryOfRulesIsAClass(t *testing.T) {
	t.Parallel()
	classes := []Delivery{"", MustDeliver, MayDeliver, Never}
	some := 0
	for _, r := range Rules() {
		if !slices.Contains(classes, r.Delivery) {
			t.Errorf("%s: delivery %q", r.ID, r.Delivery)
		}
		if r.Delivery != "" {
			some++
		}
	}
	if some < 10 {
		t.Errorf("only %d rules are about delivery", some)
	}
}

func TestWantedIsToldFromExcluded(t *testing.T) {
	t.Parallel()
	law, _ := LookupRule("LAW-01")
	if law.Wanted() != "" || law.Excluded == "" {
		t.Errorf("LAW-01 waits for %q", law.Wanted())
	}
	waiting := wanted("XXX-01", LevelMay, ClassLoss, "A.", "a play", "B001")
	if waiting.Wanted() != "a play" {
		t.Errorf("waits for %q", waiting.Wanted())
	}
}

func TestKindOfSource(t *testing.T) {
	t.Parallel()
	cases := map[string]SourceKind{
		"py#98": Upstream, "B001": Collected, "py:1": Measured, "ts:CTL-02": Measured, "cli:15.1": Measured, "dts:SDKMessage": Documented, "py:0": "", "": "",
	}
	for source, want := range cases {
		if got := KindOf(source); got != want {
			t.Errorf("%q is %q, want %q", source, got, want)
		}
	}
	if got := SourceURL("py#98"); got != "https://github.com/anthropics/claude-agent-sdk-python/issues/98" {
		t.Errorf("py#98 is at %q", got)
	}
	for _, none := range []string{"B001", "cli:2", "xy#1", ""} {
		if got := SourceURL(none); got != "" {
			t.Errorf("%q is at %q", none, got)
		}
	}
}

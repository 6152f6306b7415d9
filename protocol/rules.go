package protocol

import (
	"slices"
	"strings"
)

// Level says what a broken rule costs.
type Level string

// The levels of a rule.
const (
	LevelMust   Level = "must"   // otherwise it breaks against the real CLI, or loses or corrupts data
	LevelShould Level = "should" // robustness and diagnosability that a good SDK has
	LevelMay    Level = "may"    // one fair choice of several: recorded, never a failure
)

// Class says what a failure costs the users of an SDK.
type Class string

// The classes of failure: a closed set.
const (
	ClassHang      Class = "hang"      // never ends
	ClassLoss      Class = "loss"      // what the CLI wrote never arrived
	ClassWrong     Class = "wrong"     // what arrived contradicts what was written
	ClassRefused   Class = "refused"   // a legal peer is turned away
	ClassMisreport Class = "misreport" // it failed, and said so wrongly
	ClassUnsafe    Class = "unsafe"    // fails open: runs what was denied
	ClassLeak      Class = "leak"      // something is left behind
	ClassLate      Class = "late"      // a bound is exceeded
	ClassWire      Class = "wire"      // writes what the CLI cannot accept
)

// Classes returns all classes of failure in the order in which reports list them.
func Classes() []Class {
	return []Class{ClassUnsafe, ClassHang, ClassLoss, ClassWrong, ClassWire, ClassRefused, ClassMisreport, ClassLeak, ClassLate}
}

// Cost says in a few words what a failure of the class costs; empty for a class that is none.
func (c Class) Cost() string {
	return map[Class]string{
		ClassHang: "never ends", ClassLoss: "what the CLI wrote never arrived", ClassWrong: "what arrived contradicts what was written",
		ClassRefused: "a legal peer is turned away", ClassMisreport: "it failed, and said so wrongly", ClassUnsafe: "fails open: runs what was denied",
		ClassLeak: "something is left behind", ClassLate: "a bound is exceeded", ClassWire: "writes what the CLI cannot accept",
	}[c]
}

// Rule is one numbered promise of an SDK. Scenarios name the rules that they show; an id never changes its meaning.
type Rule struct {
	// ID is an area of three letters and a number: CTL-21.
	ID    string
	Level Level
	// Class is what a breach usually costs. A report derives the class of a failure from the check that failed; for a SEC
	// rule it is always ClassUnsafe.
	Class Class
	// Sentence is the promise, for authors of SDKs.
	Sentence string
	// Sources say where the rule comes from, in the forms that KnownSource knows.
	Sources []string
	// Delivery is the class of the messages that the rule is about; empty if it is about no delivery.
	Delivery Delivery
	// Excluded says why no scenario of its own shows the rule; empty if one does. A rule that only waits for its scenario says so
	// here too: see Wanted.
	Excluded string
}

// notYet opens the reason of a rule that a scenario could show and none does.
const notYet = "no scenario yet: "

// Wanted returns what a scenario would have to play to show a rule that none shows yet; empty for all others.
func (r Rule) Wanted() string {
	play, ok := strings.CutPrefix(r.Excluded, notYet)
	if !ok {
		return ""
	}
	return play
}

// Area returns the letters before the number.
func (r Rule) Area() string {
	area, _, _ := strings.Cut(r.ID, "-")
	return area
}

// Rules returns all rules, area by area, by number within one. The slice is the caller's own.
func Rules() []Rule {
	return slices.Concat(lawRules(), framingRules(), handshakeRules(), stdinRules(), inputRules(), turnRules(), driftRules(),
		messageRules(), taskRules(), controlRules(), permissionRules(), permissionFieldRules(), hookRules(), mcpRules(), mcpServerRules(),
		dialogRules(), interruptRules(), flowRules(), errorRules(), processRules(), closeRules(), leftoverRules(), spawnRules(), optionRules(),
		concurrencyRules(), storeRules(), securityRules(), storeSecurityRules())
}

// Areas returns the letters of all areas, in the order of Rules, with what each is about.
func Areas() []Area {
	return []Area{
		{"LAW", "what holds in every session"}, {"FRM", "framing: how bytes become lines and lines become frames"},
		{"INI", "the handshake: initialize and what stands around it"}, {"STD", "how long stdin stays open"},
		{"INP", "prompts, given as text or as a stream"}, {"TRN", "turns and their results"},
		{"DRF", "drift: what newer and older CLIs write"}, {"MSG", "kinds of messages and who gets them"},
		{"TSK", "background tasks"}, {"CTL", "control requests of both sides; permissions from CTL-20 on"}, {"HOK", "hooks"},
		{"MCP", "in-process MCP servers"}, {"DLG", "elicitation and dialogs"}, {"INT", "interrupt"},
		{"FLW", "flow: full pipes, slow readers, stderr"}, {"END", "how a session ends and what its errors say"},
		{"PRC", "the process: closing, killing, leaving nothing behind"}, {"SPN", "the start: options, argv, environment, discovery"},
		{"CON", "concurrency"}, {"STO", "session stores: mirroring and resuming"}, {"SEC", "security: what must not fail open"},
	}
}

// Area is a group of rules.
type Area struct {
	Name  string // three letters
	Title string
}

// LookupRule returns the rule with that id.
func LookupRule(id string) (Rule, bool) {
	rules := Rules()
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

// rule makes a rule; the sources are separated by spaces.
func rule(id string, level Level, class Class, sentence, sources string) Rule {
	return Rule{ID: id, Level: level, Class: class, Sentence: sentence, Sources: strings.Fields(sources)}
}

// everywhere makes a rule that the laws check in every scenario, so that none shows it alone.
func everywhere(id string, level Level, class Class, sentence, law, sources string) Rule {
	return excluded(id, level, class, sentence, "checked in every scenario, by the law of "+law, sources)
}

// excluded makes a rule that no scenario of its own can show.
func excluded(id string, level Level, class Class, sentence, reason, sources string) Rule {
	r := rule(id, level, class, sentence, sources)
	r.Excluded = reason
	return r
}

// wanted makes a rule that no scenario shows yet. What is to be played is written so that it can be read behind "no scenario yet:".
func wanted(id string, level Level, class Class, sentence, play, sources string) Rule {
	return excluded(id, level, class, sentence, notYet+play, sources)
}

// about names the class of the messages that a rule is about.
func (r Rule) about(d Delivery) Rule {
	r.Delivery = d
	return r
}

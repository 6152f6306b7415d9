package scenarios

// Rules of the lint that are errors: a file that breaks one can be loaded, but what it would show is not what it says.
const (
	RuleFrameJSON  Rule = "frame.json"         // a frame, an answer or a reply that is no JSON after substitution
	RuleFrameID    Rule = "frame.id"           // two frames with one uuid or one request id
	RuleFrameUUID  Rule = "frame.uuid"         // a uuid or session_id that is no UUID
	RuleFrameShape Rule = "frame.shape"        // a frame that no CLI writes, where nothing says that this is meant
	RuleUnknown    Rule = "name.unknown"       // a name that nothing has
	RuleUnused     Rule = "name.unused"        // a frame, a raw text or a column that nothing uses
	RuleTwice      Rule = "name.twice"         // an as that a step before has
	RuleCapture    Rule = "capture.early"      // a capture before its event
	RuleUnanswered Rule = "request.unanswered" // a request of the CLI whose answer no step reads
	RuleNoProof    Rule = "proof.none"         // nothing that a client that does nothing could not show
	RuleYesMan     Rule = "proof.yes-man"      // nothing that a client that says yes to everything could not show
	RuleQuietLast  Rule = "quiet.last"         // quiet as the last proof
	RuleTolerance  Rule = "tolerance.unshown"  // bad input without what shows that it was borne
	RuleDeadlock   Rule = "wait.deadlock"      // a wait for the SDK between a dismissal and the exit
	RulePause      Rule = "pause.early"        // a pause before a line that the start still has to write
	RuleEOF        Rule = "eof.undecided"      // an eof that may have come right after the prompt
	RuleTask       Rule = "task.early"         // an operation of a task that nothing separates from its start
	RuleEither     Rule = "either.open"        // a branch that anything satisfies
	RuleWithin     Rule = "within.short"       // a bound below 500 ms
	RuleMustRule   Rule = "rule.missing"       // must without a rule
	RuleRule       Rule = "rule.unknown"       // a rule that the protocol does not have
	RuleSeen       Rule = "seen.unknown"       // a source that nobody has
	RuleTitle      Rule = "title.correctly"    // a title that promises nothing
)

// Rules of the lint that are warnings.
const (
	RuleLong     Rule = "steps.many"     // more than 25 steps
	RuleAs       Rule = "as.unused"      // a name that nobody uses
	RuleProse    Rule = "match.prose"    // a match on somebody's prose
	RuleIdentity Rule = "match.identity" // a callback told apart by anything but an input
)

// LintRules returns the rules that Lint checks, with their severity.
func LintRules() map[Rule]Severity {
	rules := map[Rule]Severity{}
	for _, r := range []Rule{
		RuleFrameJSON, RuleFrameID, RuleFrameUUID, RuleFrameShape, RuleUnknown, RuleUnused, RuleTwice, RuleCapture, RuleUnanswered, RuleNoProof,
		RuleYesMan, RuleQuietLast, RuleTolerance, RuleDeadlock, RulePause, RuleEOF, RuleTask, RuleEither, RuleWithin, RuleMustRule,
		RuleRule, RuleSeen, RuleTitle,
	} {
		rules[r] = Error
	}
	for _, r := range []Rule{RuleLong, RuleAs, RuleProse, RuleIdentity} {
		rules[r] = Warning
	}
	return rules
}

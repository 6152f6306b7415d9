package scenarios

// Rule names what a Problem broke. Names are stable: editors, ignore lists and the corpus of invalid files use them.
type Rule string

// Rules of the loader about the text: a small subset of YAML, so that a file means the same to every reader.
const (
	RuleSize      Rule = "yaml.size"      // longer than MaxSource bytes
	RuleUTF8      Rule = "yaml.utf8"      // bytes that are not UTF-8
	RuleSyntax    Rule = "yaml.syntax"    // not YAML at all
	RuleLimit     Rule = "yaml.limit"     // too many or too deeply nested values
	RuleDocument  Rule = "yaml.document"  // not exactly one document that is a map
	RuleAnchor    Rule = "yaml.anchor"    // an anchor or an alias
	RuleTag       Rule = "yaml.tag"       // a tag
	RuleMerge     Rule = "yaml.merge"     // a merge key
	RuleFolded    Rule = "yaml.folded"    // a folded scalar
	RuleDuplicate Rule = "yaml.duplicate" // a key twice in one map
	RuleKey       Rule = "yaml.key"       // a key that is no text
	RuleWord      Rule = "yaml.word"      // ~, True, NULL: words that other readers take for more than text
	RuleNumber    Rule = "yaml.number"    // 0x10, 1_000, .5: numbers that JSON does not have
)

// Rules of the loader about the file.
const (
	RuleFileID      Rule = "file.id"      // a path that is not AREA/NAME.yaml
	RuleFileKey     Rule = "file.key"     // an unknown key of the file, of cli, host, frames or a start
	RuleFileMissing Rule = "file.missing" // a key that every file or start must have
	RuleFileValue   Rule = "file.value"   // a value of the wrong form
	RuleFileEntry   Rule = "file.entry"   // an entry point through which the steps cannot run
	RuleVariant     Rule = "file.variant" // a variant's name, an unknown column, or a map in the middle of a text
	RuleFileCases   Rule = "file.cases"   // more than MaxCases cases, or too much text in them
)

// Rules of the loader about steps.
const (
	RuleStepForm  Rule = "step.form"  // a step that is no map, or a block of the wrong shape
	RuleStepVerb  Rule = "step.verb"  // an unknown ACTOR.VERB
	RuleStepKey   Rule = "step.key"   // an unknown refinement, or one that does not fit the verb
	RuleStepValue Rule = "step.value" // an argument or a refinement of the wrong form
)

// LoadRules returns the rules that Load and Cases check, all of them errors.
func LoadRules() []Rule {
	return []Rule{
		RuleSize, RuleUTF8, RuleSyntax, RuleLimit, RuleDocument, RuleAnchor, RuleTag, RuleMerge, RuleFolded, RuleDuplicate,
		RuleKey, RuleWord, RuleNumber, RuleFileID, RuleFileKey, RuleFileMissing, RuleFileValue, RuleFileEntry, RuleVariant,
		RuleFileCases, RuleStepForm, RuleStepVerb, RuleStepKey, RuleStepValue,
	}
}

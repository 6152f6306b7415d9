package protocol

import (
	"strings"
	"testing"
)

func TestPermissionUpdates(t *testing.T) {
	t.Parallel()
	bash := PermissionRule{ToolName: "Bash", RuleContent: "ls:*"}
	for want, update := range map[string]PermissionUpdate{
		`{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"ls:*"},{"toolName":"Read"}],"behavior":"allow","destination":"localSettings"}`: AddRules(Allow, ToLocalSettings, bash, PermissionRule{ToolName: "Read"}),
		`{"type":"replaceRules","rules":[],"behavior":"ask","destination":"session"}`:                                                                 ReplaceRules(Ask, ToSession),
		`{"type":"removeRules","rules":[{"toolName":"Bash","ruleContent":"ls:*"}],"behavior":"deny","destination":"session"}`:                         RemoveRules(Deny, "", bash),
		`{"type":"setMode","mode":"plan","destination":"userSettings"}`:                                                                               SetMode("plan", ToUserSettings),
		`{"type":"addDirectories","directories":["/x"],"destination":"projectSettings"}`:                                                              AddDirectories(ToProjectSettings, "/x"),
		`{"type":"removeDirectories","directories":[],"destination":"cliArg"}`:                                                                        RemoveDirectories(ToCLIArg),
	} {
		if got, err := encode(update); err != nil || string(got) != want || update.Check() != nil {
			t.Errorf("%v, %v\ngot  %s\nwant %s", err, update.Check(), got, want)
		}
	}
}

func TestWhatMakesTheCLIRefuseAnUpdate(t *testing.T) {
	t.Parallel()
	for want, update := range map[string]PermissionUpdate{
		`permission update addRules: expected rules, got none`:                  {Type: UpdateAddRules, Behavior: Allow},
		`permission update removeRules: expected a behavior, got none`:          {Type: UpdateRemoveRules, Rules: []PermissionRule{}},
		`permission update setMode: expected a mode, got none`:                  SetMode("", ToSession),
		`permission update addDirectories: expected directories, got none`:      {Type: UpdateAddDirectories},
		`permission update: expected one of the six types, got "addExceptions"`: {Type: "addExceptions"},
	} {
		if err := update.Check(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := View[PermissionUpdate]([]byte(`{"type":"x_new"}`)).Check(); err != nil {
		t.Errorf("what came from the wire: %v", err)
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	for want, request := range map[string]SetMaxThinkingTokens{
		`{"subtype":"set_max_thinking_tokens"}`:                                               {},
		`{"subtype":"set_max_thinking_tokens","max_thinking_tokens":null}`:                    {MaxThinkingTokens: Null[int]()},
		`{"subtype":"set_max_thinking_tokens","max_thinking_tokens":0,"thinking_display":""}`: {MaxThinkingTokens: Some(0), ThinkingDisplay: Some("")},
	} {
		if line, err := EncodeRequest("1", request); err != nil || !strings.Contains(string(line), want) {
			t.Errorf("%v\ngot  %s\nwant %s", err, line, want)
		}
	}
	if _, ok := Null[int]().Get(); ok {
		t.Error("null has a value")
	}
	if n, ok := Some(7).Get(); !ok || n != 7 {
		t.Errorf("got %d, %v", n, ok)
	}
}

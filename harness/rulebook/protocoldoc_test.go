package rulebook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

const protocolFile = "../../docs/protocol.md"

// shown is one frame of docs/protocol.md.
type shown struct {
	line int // of the block
	from string
	text []byte // compact, as it would be on the wire
	msg  protocol.Message
}

// block is one code block of frames. Two authors take turns.
type block []shown

func protocolText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(protocolFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the frames of all blocks whose info string begins with json.
func blocks(t *testing.T, text string) []block {
	t.Helper()
	var out []block
	for _, at := range regexp.MustCompile("(?ms)^```json([^\n]*)\n(.*?)^```$").FindAllStringSubmatchIndex(text, -1) {
		line := strings.Count(text[:at[0]], "\n") + 1
		authors := strings.Fields(text[at[2]:at[3]])
		if len(authors) == 0 || len(authors) > 2 || slices.ContainsFunc(authors, func(a string) bool { return a != "sdk" && a != "cli" }) {
			t.Fatalf("%s:%d: say who writes the frames: json sdk, json cli, json sdk cli or json cli sdk", protocolFile, line)
		}
		out = append(out, frames(t, line, authors, text[at[4]:at[5]]))
	}
	return out
}

func frames(t *testing.T, line int, authors []string, text string) block {
	t.Helper()
	var out block
	dec := json.NewDecoder(strings.NewReader(text))
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s:%d: frame %d: %v", protocolFile, line, len(out)+1, err)
		}
		var one bytes.Buffer
		if err := json.Compact(&one, raw); err != nil {
			t.Fatal(err)
		}
		msg, err := protocol.Decode(one.Bytes())
		if err != nil {
			t.Fatalf("%s:%d: frame %d: %v", protocolFile, line, len(out)+1, err)
		}
		out = append(out, shown{line: line, from: authors[len(out)%len(authors)], text: one.Bytes(), msg: msg})
	}
}

func TestEveryFrameOfTheProtocolFitsTheSchemas(t *testing.T) {
	t.Parallel()
	n := 0
	for _, b := range blocks(t, protocolText(t)) {
		for _, f := range b {
			n++
			check := schema.CheckInput
			if f.from == "cli" {
				check = schema.CheckOutput
			}
			if err := check(f.text); err != nil {
				t.Errorf("%s:%d: %v\n%s", protocolFile, f.line, err, f.text)
			}
		}
	}
	if n < 120 {
		t.Errorf("only %d frames", n)
	}
}

func TestAnswersOfTheProtocolAnswerTheirRequests(t *testing.T) {
	t.Parallel()
	pairs := 0
	for _, b := range blocks(t, protocolText(t)) {
		if len(b) < 2 || b[0].from == b[1].from || b[0].msg.Type != protocol.TypeControlRequest {
			continue
		}
		if len(b)%2 != 0 {
			t.Errorf("%s:%d: a request without an answer", protocolFile, b[0].line)
		}
		for pair := range slices.Chunk(b, 2) {
			pairs++
			answers(t, pair)
		}
	}
	if pairs < 55 {
		t.Errorf("only %d requests with their answers", pairs)
	}
}

// answers judges a request and the answer behind it.
func answers(t *testing.T, pair block) {
	t.Helper()
	request, answer := pair[0], pair[len(pair)-1]
	if request.msg.Type != protocol.TypeControlRequest || answer.msg.Type != protocol.TypeControlResponse {
		t.Errorf("%s:%d: a request is followed by its answer:\n%s", protocolFile, request.line, answer.text)
		return
	}
	if got, want := answer.msg.ControlResponse().ID, request.msg.ControlRequest().ID; got != want {
		t.Errorf("%s:%d: request %s, answer to %s", protocolFile, request.line, want, got)
	}
	check := schema.CheckAnswer
	if answer.from == "cli" {
		check = schema.CheckReply
	}
	if err := check(request.msg.Subtype, answer.text); err != nil {
		t.Errorf("%s:%d: %v", protocolFile, request.line, err)
	}
}

// TestTheProtocolShowsEveryKind holds the document against all that package protocol and the schemas know by name.
func TestTheProtocolShowsEveryKind(t *testing.T) {
	t.Parallel()
	seen, words := map[string]bool{}, map[string]bool{}
	for _, b := range blocks(t, protocolText(t)) {
		for _, f := range b {
			seen[f.from+" "+f.msg.Type] = true
			seen[f.from+" "+f.msg.Type+"/"+f.msg.Subtype] = true
			for _, m := range regexp.MustCompile(`"type":"([a-z_]+)"`).FindAllSubmatch(f.text, -1) {
				words[string(m[1])] = true
			}
		}
	}
	for _, want := range knownKinds(t) {
		if !seen[want] {
			t.Errorf("no frame of kind %q", want)
		}
	}
	parts := append(protocol.BlockTypes(), protocol.EventMessageStart, protocol.EventMessageDelta, protocol.EventMessageStop,
		protocol.EventContentBlockStart, protocol.EventContentBlockDelta, protocol.EventContentBlockStop, protocol.DeltaText,
		protocol.DeltaThinking, protocol.DeltaSignature, protocol.DeltaInputJSON)
	for _, want := range parts {
		if !words[want] {
			t.Errorf("no frame holds a %s", want)
		}
	}
}

func TestTheProtocolListsEveryHookEvent(t *testing.T) {
	t.Parallel()
	text := protocolText(t)
	for _, event := range protocol.HookEvents() {
		if !strings.Contains(text, "\n| `"+event+"` |") {
			t.Errorf("no row for the event %s", event)
		}
	}
}

// knownKinds lists "who type" and "who type/subtype" of all lines that are known.
func knownKinds(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, k := range protocol.MessageKinds() {
		out = append(out, "cli "+k.Name())
	}
	for _, typ := range alternatives(t, "input.json") {
		out = append(out, "sdk "+typ)
	}
	out = append(out, subtypes(t)...)
	if len(out) < 130 {
		t.Fatalf("only %d kinds are known: %v", len(out), out)
	}
	return out
}

// subtypes lists "who control_request/subtype" of all control requests that are known. Those of the CLI without a type are those of a
// remote session and of a user interface.
func subtypes(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, k := range protocol.RequestKinds() {
		if k.Asker != protocol.ByCLI {
			out = append(out, "sdk control_request/"+k.Request.Subtype())
		}
		if k.Asker != protocol.BySDK {
			out = append(out, "cli control_request/"+k.Request.Subtype())
		}
	}
	for _, subtype := range []string{
		protocol.SubRemoteToolCall, protocol.SubRemotePlumbingCall, protocol.SubRemoteToolsProbe, protocol.SubRemoteToolsReannounce,
		protocol.SubUICopy, protocol.SubUIPromptRead, protocol.SubUIPromptFill, protocol.SubUIPromptPaint, protocol.SubUIPromptSuggest,
		protocol.SubUIReadSelection,
	} {
		out = append(out, "cli control_request/"+subtype)
	}
	return out
}

// alternatives returns the words between which a schema decides by type or subtype.
func alternatives(t *testing.T, name string) []string {
	t.Helper()
	var s struct {
		AllOf []struct {
			If struct {
				Properties map[string]struct {
					Const string `json:"const"`
				} `json:"properties"`
			} `json:"if"`
		} `json:"allOf"`
	}
	text, err := schema.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range s.AllOf {
		for _, key := range []string{"type", "subtype"} {
			if word := c.If.Properties[key].Const; word != "" {
				out = append(out, word)
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s decides by nothing", name)
	}
	return out
}

func TestTheProtocolNamesRulesAndScenariosThatExist(t *testing.T) {
	t.Parallel()
	text := protocolText(t)
	rules := regexp.MustCompile(`\b[A-Z]{3}-[0-9]{2}\b`).FindAllString(text, -1)
	for _, id := range rules {
		if _, ok := protocol.LookupRule(id); !ok {
			t.Errorf("%s is no rule", id)
		}
	}
	areas, ids := map[string]bool{}, map[string]bool{}
	for _, f := range embedded(t).Files {
		area, _, _ := strings.Cut(f.ID, "/")
		areas[area], ids[f.ID] = true, true
	}
	named := 0
	for _, m := range regexp.MustCompile("`([a-z]+)/([a-z0-9-]+)`").FindAllStringSubmatch(text, -1) {
		if id := m[1] + "/" + m[2]; areas[m[1]] {
			named++
			if !ids[id] {
				t.Errorf("%s is no scenario", id)
			}
		}
	}
	if len(rules) < 100 || named < 50 {
		t.Errorf("only %d rules and %d scenarios are named", len(rules), named)
	}
}

// TestPitfallsAreShownByTheirScenarios holds each row of the pitfalls against the coverage table.
func TestPitfallsAreShownByTheirScenarios(t *testing.T) {
	t.Parallel()
	_, text, ok := strings.Cut(protocolText(t), "\n## 13. Pitfalls\n")
	if !ok {
		t.Fatal("no pitfalls")
	}
	text, _, _ = strings.Cut(text, "\n## ")
	files := map[string][]string{}
	for _, f := range embedded(t).Files {
		files[f.ID] = f.Rules
	}
	rows := 0
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.Contains(cells[3], "-") || strings.HasPrefix(cells[3], "---") {
			continue
		}
		rows++
		rules := strings.Fields(cells[3])
		for _, id := range strings.Fields(strings.ReplaceAll(cells[4], "`", "")) {
			if !slices.ContainsFunc(files[id], func(r string) bool { return slices.Contains(rules, r) }) {
				t.Errorf("%s shows %v, and stands beside %v", id, files[id], rules)
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d pitfalls", rows)
	}
}

// TestScenariosInParenthesesShowTheRulesBesideThem: "(CTL-02, `control/out-of-order`)" says that the scenario plays that rule.
func TestScenariosInParenthesesShowTheRulesBesideThem(t *testing.T) {
	t.Parallel()
	files := map[string][]string{}
	for _, f := range embedded(t).Files {
		files[f.ID] = f.Rules
	}
	groups := 0
	for _, m := range regexp.MustCompile(`\(([^()]*)\)`).FindAllStringSubmatch(protocolText(t), -1) {
		rules := regexp.MustCompile(`\b[A-Z]{3}-[0-9]{2}\b`).FindAllString(m[1], -1)
		ids := regexp.MustCompile("`([a-z]+/[a-z0-9-]+)`").FindAllStringSubmatch(m[1], -1)
		if len(rules) == 0 || len(ids) == 0 {
			continue
		}
		groups++
		for _, id := range ids {
			if !slices.ContainsFunc(files[id[1]], func(r string) bool { return slices.Contains(rules, r) }) {
				t.Errorf("%s shows %v, and stands in (%s)", id[1], files[id[1]], m[1])
			}
		}
	}
	if groups < 30 {
		t.Errorf("only %d groups", groups)
	}
}

func TestTheLinksOfTheProtocolLead(t *testing.T) {
	t.Parallel()
	text := protocolText(t)
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		anchors[slug(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(text, -1) {
		if !anchors[m[1]] {
			t.Errorf("no heading for #%s", m[1])
		}
	}
}

// slug is the anchor that a heading gets.
func slug(heading string) string {
	kept := strings.Map(func(r rune) rune {
		if r == ' ' {
			return '-'
		}
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_", r) {
			return r
		}
		return -1
	}, strings.ToLower(heading))
	return kept
}

// TestDiagramsAreClosed finds what a renderer would refuse: a kind of diagram that is none, a block that is never ended.
func TestDiagramsAreClosed(t *testing.T) {
	t.Parallel()
	diagrams := regexp.MustCompile("(?ms)^```mermaid\n(.*?)^```$").FindAllStringSubmatch(protocolText(t), -1)
	for _, m := range diagrams {
		kind, _, _ := strings.Cut(m[1], "\n")
		if !slices.Contains([]string{"sequenceDiagram", "stateDiagram-v2", "flowchart LR"}, kind) {
			t.Errorf("no kind of diagram: %q", kind)
		}
		opened, ended := 0, 0
		for line := range strings.Lines(m[1]) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch word {
			case "alt", "opt", "loop", "par", "subgraph":
				opened++
			case "end":
				ended++
			}
			if strings.Contains(line, ";") {
				t.Errorf("a semicolon ends a statement: %s", line)
			}
		}
		if opened != ended {
			t.Error(fmt.Sprintf("%d blocks are opened and %d ended:\n", opened, ended) + m[1])
		}
	}
	if len(diagrams) < 12 {
		t.Errorf("only %d diagrams", len(diagrams))
	}
}

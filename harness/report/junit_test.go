package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

func modelOf(recs []eventlog.Record) *Model {
	m := NewModel()
	for _, r := range recs {
		m.Add(r)
	}
	return m
}

func junit(t testing.TB, m *Model) string {
	t.Helper()
	var b bytes.Buffer
	if err := JUnit(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// node is an element of an XML file.
type node struct {
	name  string
	attrs map[string]string
	kids  []*node
	text  string
}

// parse reads XML strictly.
func parse(src string) (*node, error) {
	dec := xml.NewDecoder(strings.NewReader(src))
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root.kids[0], nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
}

func (n *node) count(name string) int {
	total := 0
	for _, k := range n.kids {
		if k.name == name {
			total++
		}
		total += k.count(name)
	}
	return total
}

// element says what the schemas in use have in common about one element: what is allowed by one and not by another is not allowed here.
type element struct {
	attrs    string // those that must be there, then, behind a bar, those that may; as NAME:KIND
	kids     string // in this order; ? at most once, + once, * any number, / either
	noText   bool
	together int // how many kids there may be at once; zero: any
}

// schema is written from three schemas in use: the one of Ant's reports, and the two of the Jenkins plugins (junit-4 and junit-10). The first does not know skipped.
func schema() map[string]element {
	return map[string]element{
		"testsuites": {kids: "testsuite*", noText: true},
		"testsuite": {
			attrs: "name:token package:token id:int timestamp:time hostname:token tests:int failures:int errors:int time:decimal | skipped:int",
			kids:  "properties+ testcase* system-out+ system-err+", noText: true,
		},
		"properties": {kids: "property*", noText: true},
		"property":   {attrs: "name:token value:any", noText: true},
		"testcase":   {attrs: "name:token classname:token time:decimal", kids: "skipped? error? failure?", noText: true, together: 1},
		"skipped":    {},
		"error":      {attrs: "message:any type:token"},
		"failure":    {attrs: "message:any type:token"},
		"system-out": {}, "system-err": {},
	}
}

func kinds() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"any": regexp.MustCompile(`(?s)^.*$`), "token": regexp.MustCompile(`\S`), "int": regexp.MustCompile(`^\d{1,9}$`),
		"decimal": regexp.MustCompile(`^\d+\.\d{3}$`), "time": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`),
	}
}

// valid holds an element and all below it against the schema.
func (n *node) valid() []string {
	rule, ok := schema()[n.name]
	if !ok {
		return []string{"unknown element " + n.name}
	}
	var found []string
	bad := func(format string, args ...any) { found = append(found, n.name+": "+fmt.Sprintf(format, args...)) }
	must, may, _ := strings.Cut(rule.attrs, "|")
	known := map[string]bool{}
	for i, list := range []string{must, may} {
		for spec := range strings.FieldsSeq(list) {
			name, kind, _ := strings.Cut(spec, ":")
			known[name] = true
			value, has := n.attrs[name]
			if !has && i == 0 || has && !kinds()[kind].MatchString(value) {
				bad("attribute %s=%q (there: %v); want %s", name, value, has, kind)
			}
		}
	}
	for name := range n.attrs {
		if !known[name] {
			bad("unknown attribute %s", name)
		}
	}
	if rule.noText && strings.TrimSpace(n.text) != "" {
		bad("text %q", n.text)
	}
	if rule.together > 0 && len(n.kids) > rule.together {
		bad("%d elements at once", len(n.kids))
	}
	return append(append(found, n.order(rule)...), n.numbers()...)
}

// order checks which elements stand in an element, and how often.
func (n *node) order(rule element) []string {
	var found []string
	at := 0
	for spec := range strings.FieldsSeq(rule.kids) {
		name, times := spec[:len(spec)-1], spec[len(spec)-1]
		count := 0
		for at < len(n.kids) && n.kids[at].name == name {
			at++
			count++
		}
		if times == '+' && count != 1 || times == '?' && count > 1 {
			found = append(found, fmt.Sprintf("%s: %d of %s", n.name, count, name))
		}
	}
	if at < len(n.kids) {
		found = append(found, fmt.Sprintf("%s: %s is out of its place", n.name, n.kids[at].name))
	}
	for _, k := range n.kids {
		found = append(found, k.valid()...)
	}
	return found
}

// numbers checks the counts of a suite.
func (n *node) numbers() []string {
	if n.name != "testsuite" {
		return nil
	}
	var found []string
	for attr, kid := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
		if said, _ := strconv.Atoi(n.attrs[attr]); said != n.count(kid) {
			found = append(found, fmt.Sprintf("testsuite %s: %s says %d, and there are %d", n.attrs["name"], attr, said, n.count(kid)))
		}
	}
	return found
}

// skipless is a log without what the oldest schema does not know.
func skipless() []eventlog.Record {
	return slices.DeleteFunc(mixed(false), func(r eventlog.Record) bool {
		return r.Case != nil && slices.Contains([]eventlog.Verdict{eventlog.Known, eventlog.Unsupported, eventlog.Differs}, r.Case.Verdict)
	})
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	for name, recs := range map[string][]eventlog.Record{"mixed.xml": mixed(false), "green.xml": allGreen(), "nothing.xml": nil, "skipless": skipless()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := junit(t, modelOf(recs))
			root, err := parse(got)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range root.valid() {
				t.Error(problem)
			}
			if name != "skipless" {
				golden(t, name, got)
			}
		})
	}
}

// WIRETRIAL_JUNIT_XSD holds what is written against schemas of others, with xmllint: SCHEMA is held against a log with all verdicts, and SCHEMA=skipless
// against one without skips.
func TestJUnitFitsSchemasOfOthers(t *testing.T) {
	t.Parallel()
	list := os.Getenv("WIRETRIAL_JUNIT_XSD")
	if list == "" {
		t.Skip("set WIRETRIAL_JUNIT_XSD to schemas, separated by colons")
	}
	for _, xsd := range filepath.SplitList(list) {
		recs := mixed(false)
		if file, ok := strings.CutSuffix(xsd, "=skipless"); ok {
			xsd, recs = file, skipless()
		}
		cmd := exec.Command("xmllint", "--noout", "--schema", xsd, "-")
		cmd.Stdin = strings.NewReader(junit(t, modelOf(recs)))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", xsd, err, out)
		}
	}
}

// Where the exit code is not zero something in the file is red, and only there.
func TestJUnitIsRedAsTheExitCodeIs(t *testing.T) {
	t.Parallel()
	with := func(end eventlog.Ending, notes ...string) []eventlog.Record {
		recs := allGreen()
		recs = recs[:len(recs)-1]
		for _, kind := range notes {
			recs = append(recs, eventlog.Record{T: "note", Note: &eventlog.Note{Kind: kind, Text: "x"}})
		}
		return append(recs, eventlog.Record{T: "end", End: &end})
	}
	green := allGreen()
	for name, test := range map[string]struct {
		recs []eventlog.Record
		red  string // the case that is; empty: none
	}{
		"green":           {green, ""},
		"a warning":       {with(eventlog.Ending{}, "expiring", "gained"), ""},
		"no end":          {green[:len(green)-1], "the run ended as planned"},
		"nothing":         {nil, "the run ended as planned"},
		"interrupted":     {with(eventlog.Ending{Exit: verdict.Interrupted, Why: "interrupted"}), "the run ended as planned"},
		"a fault":         {with(eventlog.Ending{Exit: verdict.Fault}, "fault"), "the run ended as planned"},
		"a canary":        {with(eventlog.Ending{Exit: verdict.Fault}, "canary"), "the run ended as planned"},
		"nothing proven":  {with(eventlog.Ending{Exit: verdict.Unproven, Why: "no must"}), "something was proven"},
		"a lost feature":  {with(eventlog.Ending{Exit: verdict.Unproven}, "lost"), "something was proven"},
		"a stale record":  {with(eventlog.Ending{Exit: verdict.Failed}, "stale"), "the record of deviations holds"},
		"an expired one":  {with(eventlog.Ending{Exit: verdict.Failed}, "expired"), "the record of deviations holds"},
		"of no known why": {with(eventlog.Ending{Exit: 77}), "the run ended as planned"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, err := parse(junit(t, modelOf(test.recs)))
			if err != nil {
				t.Fatal(err)
			}
			red := ""
			for _, s := range root.kids {
				for _, c := range s.kids {
					if c.count("failure")+c.count("error") > 0 {
						red += c.attrs["name"]
					}
				}
			}
			if red != test.red {
				t.Errorf("red is %q, want %q", red, test.red)
			}
		})
	}
}

// Whatever an SDK says, the file is XML that fits the schema, its texts are bounded, and nothing in it is a control character.
func FuzzJUnit(f *testing.F) {
	for _, evil := range []string{"]]>", "\x00\x1b[2J\xff", "\ufffe\uffff", `"<&'>`, "\r\n\t", strings.Repeat("é", 2_000), "::error::x", "```"} {
		f.Add(evil, "a/b")
	}
	f.Fuzz(func(t *testing.T, evil, id string) {
		m := modelOf(hostileLog(evil, id))
		src := junit(t, m)
		root, err := parse(src)
		if err != nil {
			t.Fatalf("%v in %q", err, src)
		}
		for _, problem := range root.valid() {
			t.Error(problem)
		}
		if strings.ContainsFunc(src, func(r rune) bool { return r != '\n' && hidden(r) }) || !utf8.ValidString(src) {
			t.Errorf("a character that cannot be seen: %q", src)
		}
		if len(src) > 200_000+len(m.Cases)*4*len(id) {
			t.Errorf("%d bytes", len(src))
		}
	})
}

// hostileLog says evil wherever an SDK or a file may say something.
func hostileLog(evil, id string) []eventlog.Record {
	recs := []eventlog.Record{{T: "run", Run: &eventlog.Run{Version: evil, Date: evil, Seed: evil, SDK: evil, Release: evil, Rerun: evil, Platform: evil}}}
	var cases []eventlog.Case
	for i, v := range append(verdict.Verdicts(), eventlog.Verdict(evil)) {
		c := eventlog.Case{ID: fmt.Sprint(id, i), Title: evil, Level: "must", Rules: []string{evil}, Verdict: v, MS: -3, Missing: []string{evil}, Where: evil, Deviation: evil}
		c.Failure = &eventlog.Failure{Step: 1, Check: evil, Kind: evil, Class: evil, Text: evil, Want: evil, Got: evil, Fault: evil, Where: evil}
		c.Steps = []eventlog.Row{{N: 1, Side: "sdk", Text: evil, Status: "fail", Detail: evil}}
		cases = append(cases, c)
		recs = append(recs, closing(c))
	}
	end := verdict.Count(cases)
	end.Exit, end.Why = verdict.Failed, evil
	recs = append(recs, eventlog.Record{T: "note", Note: &eventlog.Note{Kind: "stale", Text: evil}}, eventlog.Record{T: "note", Note: &eventlog.Note{Kind: evil, Text: evil}})
	return append(recs, eventlog.Record{T: "end", End: &end})
}

package rulebook

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

// intro opens docs/rules.md. The numbers are those of rules, rules with a scenario, rules that the laws check, and waiting ones.
const intro = "# Rules\n\n" + `What a client of the ` + "`claude`" + ` command line must, should and may do, numbered. Written by
` + "`WIRETRIAL_UPDATE_DOCS=1 go test ./harness/rulebook`" + ` from package ` + "`protocol`" + ` and the catalogue; a test keeps it so. An id never changes its meaning.
` + "`wiretrial explain CTL-21`" + ` (or ` + "`CTL`" + ` for an area) prints the same on a terminal; ` + "`docs/protocol.md`" + ` explains the protocol that the rules are about.

%d rules: %d are shown by scenarios of their own, %d are checked in every scenario or say why none plays them, %d wait for a scenario and say what it would play.

| level | a breach |
|---|---|
| must | breaks against the real CLI, or loses or corrupts data |
| should | robustness and diagnosability that a good SDK has |
| may | one fair choice of several: recorded, never a failure |

The class says what a breach costs the users of an SDK:

| class | cost |
|---|---|
`

// sourcesIntro explains the forms of sources; every form that protocol.KnownSource knows stands here.
const sourcesIntro = `
Sources:

| form | what it is |
|---|---|
| ` + "`py#98` `ts#122` `cc#57839` `acp#187`" + ` | upstream issue or pull request: the Python SDK, the TypeScript SDK, the CLI, the editor adapter |
| ` + "`B094`" + ` | collected report: an entry of our bug catalogue, which joins upstream reports with measurements |
| ` + "`py:124` `ts:CTL-02` `cli:15.1`" + ` | measured fact: a row about the Python SDK or the TypeScript SDK, a section about CLI 2.1.329 |
| ` + "`dts:SDKMessage`" + ` | documentation: a type that the TypeScript package declares |

## Areas

`

// Markdown returns docs/rules.md for a catalogue.
func Markdown(c *scenarios.Catalogue) string {
	var b strings.Builder
	entries := Entries(c)
	shown, laws, waiting := count(entries)
	fmt.Fprintf(&b, intro, len(entries), shown, laws, waiting)
	for _, class := range protocol.Classes() {
		fmt.Fprintf(&b, "| %s | %s |\n", class, class.Cost())
	}
	b.WriteString(sourcesIntro)
	for _, a := range protocol.Areas() {
		fmt.Fprintf(&b, "* [%s](#%s): %s\n", a.Name, strings.ToLower(a.Name), a.Title)
	}
	b.WriteString("* [Delivery classes](#delivery-classes)\n")
	for _, a := range protocol.Areas() {
		area(&b, a, entries)
	}
	delivery(&b)
	return b.String()
}

func count(entries []Entry) (shown, laws, waiting int) {
	for _, e := range entries {
		switch {
		case e.Rule.Wanted() != "":
			waiting++
		case len(e.Files) > 0:
			shown++
		default:
			laws++
		}
	}
	return shown, laws, waiting
}

// area writes the table of one area.
func area(b *strings.Builder, a protocol.Area, entries []Entry) {
	fmt.Fprintf(b, "\n## %s\n\n%s.\n\n| id | level | class | rule | sources | shown by |\n|---|---|---|---|---|---|\n", a.Name, capital(a.Title))
	for _, e := range entries {
		if e.Rule.Area() != a.Name {
			continue
		}
		r := e.Rule
		sentence := cell(r.Sentence)
		if r.Delivery != "" {
			sentence += fmt.Sprintf(" *Delivery: %s.*", r.Delivery)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", r.ID, r.Level, r.Class, sentence, links(r.Sources), proof(e.Files, e.Rule.Excluded))
	}
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// cell keeps a text inside its cell.
func cell(text string) string { return strings.NewReplacer("|", `\|`, "*", `\*`).Replace(text) }

// links writes sources, upstream issues as links.
func links(sources []string) string {
	out := make([]string, len(sources))
	for i, s := range sources {
		if url := protocol.SourceURL(s); url != "" {
			s = "[" + s + "](" + url + ")"
		}
		out[i] = s
	}
	return strings.Join(out, " ")
}

// proof names the scenarios that show something, and says why none does where that is so.
func proof(files []*scenarios.File, excluded string) string {
	var out []string
	for _, f := range files {
		out = append(out, fmt.Sprintf("[%s](../scenarios/%s.yaml)", f.ID, f.ID))
	}
	if excluded != "" {
		out = append(out, "*"+cell(excluded)+"*")
	}
	return strings.Join(out, ", ")
}

// delivery writes what a consumer may expect of each kind of message.
func delivery(b *strings.Builder) {
	b.WriteString("\n## Delivery classes\n\nWhat a consumer may expect of a line that the CLI wrote: law 2 of every scenario. " +
		"`must`: once, in the order written, unaltered as far as the SDK shows it. `may`: if it reaches the consumer, it agrees with " +
		"what was written. `never`: the line is for the SDK itself. Types and subtypes that are not known are `may`.\n\n" +
		"Kinds outside the SDKMessage union were seen on the wire, or in the code of an SDK that lets them through.\n\n" +
		"| kind | delivery | union | sources |\n|---|---|---|---|\n")
	for _, k := range protocol.MessageKinds() {
		union := "no"
		if k.Union {
			union = "yes"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.Name(), k.Delivery, union, links(k.Sources))
	}
}

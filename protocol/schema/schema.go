// Package schema judges single lines of the protocol by JSON Schemas (draft 2020-12): what an SDK writes on the CLI's stdin
// ([CheckInput], [CheckAnswer]), strictly, and what a CLI writes on its stdout ([CheckOutput], [CheckReply]), for those who make frames.
//
// It is not a decoder: package protocol reads lines, and leniently. It knows no session: that ids are unique, that an answer
// belongs to an open request and that initialize comes first is for those to say who saw the other lines.
//
// The schemas are closed where the SDK itself makes the object and open where its user does: prompts, tool inputs, hook outputs
// and tool results. A control request of a subtype that they do not know is judged by its envelope only.
//
// They are compiled at the first use, so that a program that only links this package pays nothing: it may be one that SDKs
// start as claude. A validator says whether a line fits; why it does not, which it says in a text only, is found by a walk of
// our own through schema and line. All functions are safe for concurrent use.
package schema

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed *.json
var files embed.FS

// base is where the schemas say that they live; nothing is ever fetched from there.
const base = "https://github.com/wiretrial/wiretrial/schema/"

// Names returns the file names of the schemas.
func Names() []string { return []string{"input.json", "request.json", "answer.json", "output.json"} }

// Source returns the text of a schema by its file name.
func Source(name string) ([]byte, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("schema %s: expected one of %s: %w", name, strings.Join(Names(), ", "), err)
	}
	return text, nil
}

// CheckInput judges a line that an SDK wrote, given without its line feed. It must be valid UTF-8 and exactly one JSON object that
// fits input.json. A failure is an *Error.
func CheckInput(line []byte) error {
	value, err := decode(line)
	if err != nil {
		return err
	}
	return check("input.json", line, value, nil)
}

// CheckAnswer judges the line of a control response as [CheckInput] does, and then what it answers to a request of the CLI of that
// subtype. An error response answers any request; so does any value, a request that is not known.
func CheckAnswer(subtype string, line []byte) error {
	return checkResponse("input.json", subtype, line, withoutAnswer)
}

// CheckReply judges the line of a control response as [CheckOutput] does, and then what it says to a request of an SDK of that subtype.
// It asks for no member, since every release has others, but those that are known must be of their type. A success without a value
// says nothing wrong.
func CheckReply(subtype string, line []byte) error {
	return checkResponse("output.json", subtype, line, func(string) error { return nil })
}

// checkResponse judges a control response by the schema of lines and by the one of its answer; bare judges one that says nothing.
func checkResponse(lines, subtype string, line []byte, bare func(subtype string) error) error {
	value, err := decode(line)
	if err != nil {
		return err
	}
	if err := check(lines, line, value, nil); err != nil {
		return err
	}
	body, _ := value["response"].(map[string]any)
	if body == nil || body["subtype"] != "success" {
		return nil
	}
	answer, given := body["response"]
	if !given {
		return bare(subtype)
	}
	return check(answerTo+subtype, line, answer, []string{"response", "response"})
}

// withoutAnswer judges a success without a value: enough for a notification or a hook, not for a decision.
func withoutAnswer(subtype string) error {
	if !slices.Contains([]string{"can_use_tool", "elicitation", "request_user_dialog", "oauth_token_refresh", "host_auth_token_refresh"}, subtype) {
		return nil
	}
	return &Error{Path: "response", Expected: `"response", the answer to ` + subtype, Got: "none"}
}

// CheckOutput judges a line that a CLI writes, given without its line feed. The schema is open: unknown types, subtypes and fields
// fit. What it asks for is what the CLI of today always writes. A failure is an *Error.
func CheckOutput(line []byte) error {
	value, err := decode(line)
	if err != nil {
		return err
	}
	return check("output.json", line, value, nil)
}

// check judges the value that stands at path in line by the schema that entry names.
func check(entry string, line []byte, value any, path []string) error {
	s, err := load()
	if err != nil {
		return err
	}
	judge := s.judge(entry, value)
	if judge == nil {
		return nil // answers to requests that are not known
	}
	compiled, err := judge()
	if err != nil {
		return err
	}
	if err := compiled.Validate(value); err != nil {
		return s.explain(entry, line, path, err)
	}
	return nil
}

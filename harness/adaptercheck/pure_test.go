package adaptercheck

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

func TestEveryFeatureOfTheContractCanBeShown(t *testing.T) {
	t.Parallel()
	for _, f := range contract.Features() {
		p := featureProbe(f)
		if strings.HasSuffix(p.promise, "can be shown") {
			_, err := loadFeature(f)
			t.Errorf("%s: %v", f, err)
		}
	}
	entries, err := featureFiles.ReadDir("feature")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		used := false
		for _, f := range contract.Features() {
			used = used || featureFile(f) == "feature/"+e.Name()
		}
		if !used {
			t.Errorf("%s shows no feature of the contract", e.Name())
		}
	}
}

func TestEveryOptionOfTheContractHasASample(t *testing.T) {
	t.Parallel()
	samples := optionSamples()
	for _, name := range contract.OptionNames() {
		if samples[name] == nil {
			t.Errorf("no sample for the option %s", name)
		}
	}
}

func TestLaws(t *testing.T) {
	t.Parallel()
	note := func(method, params string) host.Event {
		return host.Event{Kind: host.Note, Method: method, Params: json.RawMessage(params)}
	}
	reply := func(id int, result string) host.Event {
		return host.Event{Kind: host.Answer, ID: id, Result: json.RawMessage(result)}
	}
	fails := func(id, code int, data string) host.Event {
		return host.Event{Kind: host.Answer, ID: id, Err: &contract.Error{Code: code, Data: json.RawMessage(data)}}
	}
	message := func(op, client string) host.Event {
		return note("message", `{"client":"`+client+`","op":`+op+`,"message":{"type":"assistant"}}`)
	}
	for name, c := range map[string]struct {
		events []host.Event // 1 is a receive of client c, 2 an interrupt, 3 a pulled prompt
		law    string
	}{
		"a proper turn":               {[]host.Event{message("1", "c"), reply(1, `{"count":1,"end":"result"}`)}, ""},
		"a pulled prompt":             {[]host.Event{reply(3, `{}`)}, ""},
		"a message after the reply":   {[]host.Event{reply(1, `{"count":0,"end":"eof"}`), message("1", "c")}, lawOrder},
		"a message that was lost":     {[]host.Event{reply(1, `{"count":1,"end":"count"}`)}, lawOrder},
		"a message of nothing":        {[]host.Event{message("9", "c")}, lawOrder},
		"a message without op":        {[]host.Event{note("message", `{"client":"c","message":{"type":"user"}}`)}, lawOrder},
		"a message of an interrupt":   {[]host.Event{message("2", "c")}, lawOrder},
		"a message of another client": {[]host.Event{message("1", "d")}, lawOrder},
		"a message that is no object": {[]host.Event{note("message", `{"op":1,"message":`)}, lawMessages},
		"a type that is not mapped":   {[]host.Event{note("message", `{"client":"c","op":1,"message":{"type":"x-unmapped"},"native":"N"}`)}, lawYields},
		"a message without a type":    {[]host.Event{note("message", `{"client":"c","op":1,"message":{}}`)}, lawYields},
		"stderr without text":         {[]host.Event{note("stderr", `{"client":"c"}`)}, lawMessages},
		"a frame error of no kind":    {[]host.Event{note("frame_error", `{"kind":"odd"}`)}, lawMessages},
		"a frame error":               {[]host.Event{note("frame_error", `{"kind":"decode"}`)}, ""},
		"an unknown notification":     {[]host.Event{note("log", `{}`)}, lawMessages},
		"an unknown request":          {[]host.Event{{Kind: host.Request, ReqID: "a", Method: "ask"}}, lawMessages},
		"an unknown callback":         {[]host.Event{{Kind: host.Request, ReqID: "a", Method: "callback", Params: []byte(`{"name":"x"}`)}}, lawMessages},
		"a pull without a stream":     {[]host.Event{{Kind: host.Request, ReqID: "a", Method: "prompt.next"}}, lawMessages},
		"noise":                       {[]host.Event{{Kind: host.Noise, Text: "hi"}}, lawNoise},
		"a broken line":               {[]host.Event{{Kind: host.Fault, Text: "a batch", Line: "[]"}}, lawMessages},
		"a result that is null":       {[]host.Event{reply(2, `null`)}, lawResults},
		"a value without value":       {[]host.Event{reply(2, `{}`)}, lawResults},
		"a value that is null":        {[]host.Event{reply(2, `{"value":null}`)}, ""},
		"a receive without its count": {[]host.Event{reply(1, `{"end":"eof"}`)}, lawResults},
		"an odd end":                  {[]host.Event{reply(1, `{"count":0,"end":"done"}`)}, lawResults},
		"a code of nobody":            {[]host.Event{fails(2, -1, `{}`)}, lawErrors},
		"an SDK's failure of no kind": {[]host.Event{fails(2, -32000, ``)}, lawErrors},
		"an SDK's failure":            {[]host.Event{fails(2, -32000, `{"kind":"timeout"}`)}, ""},
		"a refusal without names":     {[]host.Event{fails(2, -32602, `{"unsupported":[]}`)}, lawErrors},
		"an unknown method":           {[]host.Event{fails(2, -32601, ``)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLaws()
			l.begin()
			l.asked(1, "receive", map[string]any{"client": "c"})
			l.asked(2, "interrupt", map[string]any{"client": "c"})
			l.asked(3, "prompt", map[string]any{"client": "c"})
			for _, e := range c.events {
				if l.see(e) == (e.Kind == host.Noise || e.Kind == host.Fault) {
					t.Errorf("%v was passed on or not, wrongly", e.Kind)
				}
			}
			for _, law := range []string{lawNoise, lawMessages, lawOrder, lawResults, lawErrors, lawYields} {
				if err := l.found(law); (err != nil) != (law == c.law) {
					t.Errorf("%s: %v", law, err)
				}
			}
		})
	}
}

func TestFeaturesMustFit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		features []string
		wrong    string // part of the problem; empty: none
	}{
		"a one-shot function":       {[]string{"prompt"}, ""},
		"a client":                  {[]string{"connect", "query", "receive"}, ""},
		"nothing":                   {nil, "no entry point"},
		"half a client":             {[]string{"connect", "query"}, "no entry point"},
		"a typo":                    {[]string{"prompt", "interupt"}, "did you mean interrupt?"},
		"twice":                     {[]string{"prompt", "prompt"}, "twice"},
		"a trait without its owner": {[]string{"prompt", "interrupt.answered"}, "interrupt.answered without interrupt"},
		"a callback's trait":        {[]string{"prompt", "callback.throws"}, "without callback.can_use_tool or"},
		"both of two":               {[]string{"prompt", "env.add", "env.replace"}, "both"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &runner{hello: contract.Hello{Features: c.features}}
			err := helloFeatures(t.Context(), r)
			switch {
			case c.wrong == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
				t.Errorf("got %v, want %q in it", err, c.wrong)
			}
		})
	}
}

func TestNullsAreFound(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"a":1}`: "", `{"a":null}`: "r.a", `{"a":[{"b":null}]}`: "r.a.0.b", `{"a":{},"b":[1,null]}`: "r.b.1", `{"a":"null"}`: "",
	} {
		if got := nullIn(gjson.Parse(doc), "r"); got != want {
			t.Errorf("%s: got %q, want %q", doc, got, want)
		}
	}
}

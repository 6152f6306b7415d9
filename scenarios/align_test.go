package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// dueFrames makes dues of frames in short: "a1" is an assistant with that text and a uuid of its own.
func dueFrames(t *testing.T, words string) []Written {
	t.Helper()
	k := NewComposer(&Case{Raw: map[string]string{"osc": "\x1b]0;t\a", "blank": " \n\r\n", "noise": "[debug] {not json}\n",
		"whole": `{"type":"result","subtype":"success","result":"tail","uuid":"7a110000-0000-4000-8000-000000000001"}`}}, 7, "")
	var out []Written
	for _, w := range strings.Fields(words) {
		step := Step{Arg: w}
		switch {
		case w == "half":
			ws, _ := k.Write(Step{Arg: "result"}, Env{})
			_, ws = Join(ws, 40)
			out = append(out, ws...)
			continue
		case w[0] == 'a' && w != "assistant":
			step = Step{Arg: "assistant", Set: set("text", w)}
		case w[0] == 'm':
			step = Step{Arg: "assistant", Set: set("text", w), Deliver: "may"}
		case w == "never":
			step = Step{Arg: "state", Deliver: "never"}
		}
		ws, err := k.Write(step, Env{})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ws...)
	}
	return out
}

func TestDues(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a1 state keep_alive":      "assistant:must system:may keep_alive:never",
		"osc a1 a2":                "assistant:may~ assistant:must",
		"blank a1 blank a2":        "assistant:must assistant:must",
		"noise a1":                 "assistant:must",
		"a1 whole":                 "assistant:must result:may",
		"a1 half":                  "assistant:must",
		"whole a1 a2":              "assistant:may~ assistant:must",
		"init result delta m1 osc": "system:must result:must stream_event:must assistant:may",
	}
	for words, want := range tests {
		var got []string
		for _, d := range Dues(dueFrames(t, words)) {
			s := d.Type + ":" + string(d.Delivery)
			if d.Loose {
				s += "~"
			}
			got = append(got, s)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: want %s, got %s", words, want, strings.Join(got, " "))
		}
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		written string
		yielded string // numbers of dues; -N without its uuid; N* with another text; c a control frame; x one never written; u unknown
		o       AlignOptions
		want    string // kind@due
	}{
		"all":                         {written: "init a1 a2 result", yielded: "0 1 2 3"},
		"all without uuid":            {written: "init a1 a2 result", yielded: "-0 -1 -2 -3"},
		"one lost":                    {written: "a1 a2 a3", yielded: "0 2", want: "missing@1"},
		"one lost without uuid":       {written: "a1 a2 a3", yielded: "-0 -2", want: "missing@1"},
		"the first lost, of equal":    {written: "assistant assistant", yielded: "1", want: "missing@0"},
		"twice":                       {written: "a1 a2", yielded: "0 0 1", want: "duplicate@0"},
		"twice without uuid":          {written: "a1 a2", yielded: "-0 -0 -1", want: "duplicate@0"},
		"order":                       {written: "a1 a2 a3", yielded: "1 0 2", want: "order@0"},
		"order without uuid":          {written: "a1 a2 a3", yielded: "-1 -0 -2", want: "order@0"},
		"order of two readers":        {written: "a1 a2 a3", yielded: "1 2 0", o: AlignOptions{SetOnly: true}},
		"lost by two readers":         {written: "a1 a2 a3", yielded: "2 0", o: AlignOptions{SetOnly: true}, want: "missing@1"},
		"other text":                  {written: "a1 a2", yielded: "0 1*", want: "value@1"},
		"other text without uuid":     {written: "a1 a2 a3", yielded: "-0 -1* -2", want: "value@1"},
		"may be missing":              {written: "state m1 a1", yielded: "2"},
		"may come":                    {written: "state m1 a1", yielded: "0 1 2"},
		"may, but wrong":              {written: "m1 a1", yielded: "0* 1", want: "value@0"},
		"a prefix":                    {written: "a1 a2 a3", yielded: "0", o: AlignOptions{Prefix: true}},
		"nothing is a prefix":         {written: "a1 a2 a3", yielded: "", o: AlignOptions{Prefix: true}},
		"a hole in a prefix":          {written: "a1 a2 a3", yielded: "0 2", o: AlignOptions{Prefix: true}, want: "missing@1"},
		"nothing came":                {written: "a1 a2", yielded: "", want: "missing@0 missing@1"},
		"control frame":               {written: "a1", yielded: "c 0", want: "unexpected@-1"},
		"control frame, declared":     {written: "a1", yielded: "c 0", o: AlignOptions{YieldsControl: true}},
		"never written":               {written: "a1", yielded: "0 x", want: "unexpected@-1"},
		"of an unknown type":          {written: "a1", yielded: "0 u"},
		"deliver never":               {written: "never a1", yielded: "0 1", want: "unexpected@0"},
		"beside raw bytes":            {written: "osc a1 a2", yielded: "1"},
		"unterminated, not delivered": {written: "a1 whole", yielded: "0"},
		"unterminated, delivered":     {written: "a1 whole", yielded: "0 1"},
		"loose values":                {written: "osc a1 a2", yielded: "0* 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dues := Dues(dueFrames(t, tt.written))
			var got []string
			for _, p := range Align(dues, yields(t, dues, tt.yielded), tt.o) {
				got = append(got, fmt.Sprintf("%s@%d", p.Kind, p.Due))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("want %q, got %q", tt.want, strings.Join(got, " "))
			}
		})
	}
}

// yields makes what an SDK handed over, as words in the table of TestAlign.
func yields(t *testing.T, dues []Due, words string) [][]byte {
	t.Helper()
	var out [][]byte
	for _, w := range strings.Fields(words) {
		switch w {
		case "c":
			out = append(out, []byte(`{"type":"keep_alive"}`))
			continue
		case "x":
			out = append(out, []byte(`{"type":"result","subtype":"success"}`))
			continue
		case "u":
			out = append(out, []byte(`{"type":"x_unmapped"}`))
			continue
		}
		var n int
		if _, err := fmt.Sscan(strings.Trim(w, "-*"), &n); err != nil {
			t.Fatal(err)
		}
		frame, err := dues[n].Frame, error(nil)
		if strings.HasSuffix(w, "*") {
			frame, err = setPath(frame, "text", []byte(`"something else"`))
		}
		if err == nil && w[0] == '-' {
			frame, err = unsetPath(frame, "uuid")
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, frame)
	}
	return out
}

func TestAlignComparesPortableKeysOnly(t *testing.T) {
	t.Parallel()
	dues := Dues(dueFrames(t, "result"))
	tests := map[string]struct {
		path, value string
		portable    bool
	}{
		"is_error":      {"is_error", "true", true},
		"num_turns":     {"num_turns", "7", true},
		"result":        {"result", `"x"`, true},
		"usage":         {"usage.input_tokens", "1", true},
		"a further key": {"usage.x_new", "1", true},
		"duration_ms":   {"duration_ms", "1", false},
		"an object":     {"modelUsage", "[]", false},
	}
	for name, tt := range tests {
		frame, err := setPath(dues[0].Frame, tt.path, []byte(tt.value))
		if err != nil {
			t.Fatal(err)
		}
		portable := len(Align(dues, [][]byte{frame}, AlignOptions{})) > 0
		whole := len(Align(dues, [][]byte{frame}, AlignOptions{Raw: true})) > 0
		if name == "a further key" {
			if portable || whole {
				t.Errorf("%s: want no problem", name)
			}
			continue
		}
		if portable != tt.portable || !whole {
			t.Errorf("%s: want %v by portable keys and a problem by the whole, got %v, %v", name, tt.portable, portable, whole)
		}
	}
	user := []Due{{Frame: []byte(`{"type":"user","session_id":"a","message":{"content":"x"}}`), Type: "user", Delivery: DeliverMust}}
	if p := Align(user, [][]byte{[]byte(`{"type":"user","session_id":"b","message":{"content":"x"}}`)}, AlignOptions{}); len(p) > 0 {
		t.Errorf("want session_id of a user free, got %+v", p)
	}
	blocks := []Due{{Frame: []byte(`{"type":"assistant","message":{"content":[{"type":"text","text":"a"},{"type":"x_new"},{"type":"text","text":"b"}]}}`),
		Type: "assistant", Delivery: DeliverMust}}
	for _, y := range []string{`[{"type":"text","text":"a"},{"type":"text","text":"b"}]`, `[{"type":"text","text":"a"},{"type":"unknown"},{"type":"text","text":"b"}]`} {
		if p := Align(blocks, [][]byte{[]byte(`{"type":"assistant","message":{"content":` + y + `}}`)}, AlignOptions{}); len(p) > 0 {
			t.Errorf("want blocks that may be missing, got %+v", p)
		}
	}
}

func TestAlignIsNotQuadratic(t *testing.T) {
	t.Parallel()
	var dues []Due
	var yielded [][]byte
	for i := range 10_000 {
		frame := fmt.Sprintf(`{"type":"assistant","message":{"content":[{"type":"text","text":"m%d"}]}}`, i)
		dues = append(dues, Due{Frame: []byte(frame), Type: "assistant", Delivery: DeliverMust})
		yielded = append(yielded, []byte(strings.Replace(frame, `"text":"m`, `"text":"garbled `, 1)))
	}
	if got := Align(dues, yielded, AlignOptions{}); len(got) != len(dues) || got[0].Kind != ProblemValue || got[len(got)-1].Due != len(dues)-1 {
		t.Errorf("want each garbled message named, got %d", len(got))
	}
}

func FuzzAlign(f *testing.F) {
	f.Add([]byte("{\"type\":\"assistant\",\"uuid\":\"u\"}\n{\"type\":\"result\"}\n"), []byte("{\"type\":\"result\"}\n"), true)
	f.Fuzz(func(t *testing.T, written, yielded []byte, prefix bool) {
		dues := Dues([]Written{{Bytes: written, Raw: true}})
		for i := range dues {
			dues[i].Delivery = DeliverMust
		}
		var ys [][]byte
		for _, line := range strings.Split(string(yielded), "\n") {
			ys = append(ys, []byte(line))
		}
		for _, p := range Align(dues, ys, AlignOptions{Prefix: prefix}) {
			if p.Due >= len(dues) || p.Yield >= len(ys) || p.Kind == "" {
				t.Fatalf("want a problem of what was given, got %+v", p)
			}
		}
	})
}

package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

func TestEncodeLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ in, want string }{
		"ascii":          {`{"a":"<b>&"}`, `{"a":"<b>&"}`},
		"latin":          {`{"é":1}`, `{"\u00e9":1}`},
		"beyond the BMP": {`"😀"`, `"\ud83d\ude00"`},
		"lone surrogate": {`"\ud83d"`, `"\ud83d"`},
		"big number":     {`123456789012345678901234567890`, `123456789012345678901234567890`},
		"minus zero":     {`-0.0`, `-0.0`},
		"order and null": {`{ "b" : null,` + "\n" + `"a":1}`, `{"b":null,"a":1}`},
	} {
		line, err := encodeLine(&contract.Message{Method: "m", Params: json.RawMessage(tt.in)}, 1000)
		if want := `{"jsonrpc":"2.0","method":"m","params":` + tt.want + "}\n"; err != nil || string(line) != want {
			t.Errorf("%s: got %s (%v), want %s", name, line, err, want)
		}
	}
	if _, err := encodeLine(&contract.Message{Method: "mmmm"}, 10); !errors.Is(err, ErrMessage) {
		t.Errorf("a long line: got %v", err)
	}
}

func TestEnvAllow(t *testing.T) {
	t.Parallel()
	base := []string{
		"PATH=/bin", "LC_ALL=C", "HOME=/root", "ANTHROPIC_API_KEY=secret", "CLAUDE_CODE_ENTRYPOINT=x", "CLAUDECODE=1", "AWS_SECRET_ACCESS_KEY=s",
		"GITHUB_TOKEN=t", "NODE_OPTIONS=--inspect", "PYTHONPATH=/x", "HTTPS_PROXY=p", "TZ=UTC", "=C:=C:\\", "nonsense", "SystemRoot=C:\\W",
	}
	got := EnvAllow(base, map[string]string{"HOME": "/private", "TMPDIR": "/private/tmp"}, map[string]string{"CLAUDE_X": "set", "TZ": "Asia/Tokyo"})
	want := []string{"CLAUDE_X=set", "HOME=/private", "LC_ALL=C", "PATH=/bin", "SystemRoot=C:\\W", "TMPDIR=/private/tmp", "TZ=Asia/Tokyo"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPrivateHome(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vars, err := PrivateHome(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range vars {
		if !strings.HasPrefix(path, dir) {
			t.Errorf("%s=%s is not private", name, path)
		}
	}
	if len(vars) < 7 {
		t.Errorf("got %v", vars)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	var to bytes.Buffer
	tl := &tail{to: &to}
	chunk := bytes.Repeat([]byte("0123456789abcdef"), 1<<10)
	for range maxStderr/len(chunk) + 5 {
		tl.add(chunk)
	}
	tl.add([]byte("the end"))
	if s := tl.String(); len(s) != tailSize || !strings.HasSuffix(s, "the end") {
		t.Errorf("kept %d bytes, ending with %q", len(s), s[len(s)-10:])
	}
	if to.Len() > maxStderr+100 || !strings.Contains(to.String()[maxStderr:], "cut here") {
		t.Errorf("passed %d bytes on", to.Len())
	}
}

// FuzzDecodeLine: no line makes the channel panic, lose its kind, or keep more than it says.
func FuzzDecodeLine(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":"a","method":"callback","params":{"x":[1,{}]}}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"a"}}`, `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x","data":null}}`,
		`{"jsonrpc":"2.0","id":99999999999999999999,"result":null}`, `[{"jsonrpc":"2.0"}]`, `{"jsonrpc":`, "noise", "", " ", "{}", "\x00", "null", `{"ID":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		before := slices.Clone(line)
		l := newLedger()
		l.ask("first")
		ev := l.enter(decodeLine(line), line)
		if !bytes.Equal(line, before) {
			t.Fatal("the line was changed")
		}
		checkEvent(t, ev, len(bytes.TrimSpace(line)) == 0)
	})
}

func checkEvent(t *testing.T, ev Event, empty bool) {
	t.Helper()
	switch ev.Kind {
	case 0:
		if !empty {
			t.Error("a line was lost")
		}
	case Answer:
		if ev.ID != 1 || ev.Method != "first" || ev.Err == nil && !json.Valid(ev.Result) {
			t.Errorf("got %+v", ev)
		}
	case Request:
		if ev.ReqID == "" || ev.Method == "" {
			t.Errorf("got %+v", ev)
		}
	case Note:
		if ev.Method == "" || ev.Params != nil && ev.Params[0] != '{' {
			t.Errorf("got %+v", ev)
		}
	case Cancelled, Noise, Fault:
	default:
		t.Errorf("got kind %v", ev.Kind)
	}
	if !utf8.ValidString(ev.Text) || !utf8.ValidString(ev.Line) || len(ev.Text) > 4*maxNoise || len(ev.Line) > 4*maxFaultBit {
		t.Errorf("got text of %d and line of %d bytes", len(ev.Text), len(ev.Line))
	}
}

package client_test

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// launched is what a session with some options is started with.
type launched struct {
	command    transport.Command
	initialize json.RawMessage // the request
	files      map[string]string
}

// launch opens a session whose CLI answers initialize with answer, and gives what it was started with.
func launch(t *testing.T, opts client.Options, answer string) (launched, error) {
	t.Helper()
	var got launched
	var playing sync.WaitGroup
	opts.Spawn = func(_ context.Context, c transport.Command) (transport.Transport, error) {
		got.command, got.files = c, filesOf(t, c.Args)
		m, peer := transport.Pipe()
		playing.Go(func() {
			defer peer.End(0, "")
			line, err := peer.ReadFrame()
			if err != nil {
				return
			}
			m, err := protocol.Decode(slices.Clone(line))
			if err != nil {
				t.Errorf("initialize: %v", err)
				return
			}
			got.initialize = m.ControlRequest().Request
			reply, _ := protocol.EncodeSuccess(m.ControlRequest().ID, json.RawMessage(answer))
			_ = peer.WriteFrame(context.Background(), reply)
			_, _ = peer.ReadFrame() // nothing but the end
		})
		return m, nil
	}
	c := client.New(opts)
	err := c.Connect(within(t))
	_ = c.Disconnect(context.Background())
	playing.Wait()
	for path := range got.files {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", path, err)
		}
	}
	return got, err
}

// filesOf reads the files that arguments name and that only this user may read.
func filesOf(t *testing.T, args []string) map[string]string {
	files := map[string]string{}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != 0o600 {
			continue
		}
		text, err := os.ReadFile(arg)
		if err != nil {
			t.Error(err)
		}
		files[arg] = string(text)
	}
	return files
}

// flags gives the arguments behind the five that every session has.
func (s launched) flags(t *testing.T) []string {
	t.Helper()
	base := []string{"--output-format", "stream-json", "--verbose", "--input-format", "stream-json"}
	if len(s.command.Args) < len(base) || !slices.Equal(s.command.Args[:len(base)], base) {
		t.Fatalf("the arguments are %q", s.command.Args)
	}
	return s.command.Args[len(base):]
}

// fields gives what initialize has beside its subtype.
func (s launched) fields(t *testing.T) string {
	t.Helper()
	fields := map[string]json.RawMessage{}
	for name, value := range protocol.Members(s.initialize) {
		if name != "subtype" {
			fields[name] = value
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// confirms is the answer of a CLI that honours everything.
const confirms = `{"hook_on_failure_supported":true,"hooks_applied":true,"managed_settings_applied":true,"disallowed_tools_applied":true,"mcp_servers_applied":true}`

func TestWhatEachOptionComesTo(t *testing.T) {
	t.Parallel()
	for _, tt := range optionCases() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := launch(t, tt.opts, confirms)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append([]string{}, tt.args...), got.flags(t)); diff != "" {
				t.Errorf("flags (-want +got):\n%.2000s", diff)
			}
			sameJSON(t, "initialize", tt.init, got.fields(t))
			for _, variable := range tt.env {
				if !slices.Contains(got.command.Env, variable) {
					t.Errorf("the environment lacks %q", variable)
				}
			}
		})
	}
}

func sameJSON(t *testing.T, what, want, got string) {
	t.Helper()
	if want == "" {
		want = "{}"
	}
	var w, g any
	if err := exact(want, &w); err != nil {
		t.Fatalf("%s: %v in %.300s", what, err, want)
	}
	if err := exact(got, &g); err != nil {
		t.Fatalf("%s: %v in %.300s", what, err, got)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("%s (-want +got):\n%.2000s", what, diff)
	}
}

// row is one option in docs/options.md.
type row struct{ option, wire string }

func documented(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile("../docs/options.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]\\w+)` \\| ([^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		rows = append(rows, row{m[1], m[2]})
	}
	return rows
}

func TestTheTableOfOptionsIsTheCode(t *testing.T) {
	t.Parallel()
	rows := documented(t)
	var fields, named []string
	for i := range reflect.TypeFor[client.Options]().NumField() {
		fields = append(fields, reflect.TypeFor[client.Options]().Field(i).Name)
	}
	for _, r := range rows {
		named = append(named, r.option)
	}
	slices.Sort(fields)
	slices.Sort(named)
	if diff := cmp.Diff(fields, named); diff != "" {
		t.Errorf("fields of Options and rows of docs/options.md (-code +docs):\n%s", diff)
	}
	sent := map[string][]string{} // by option, what its cases send
	for _, tt := range optionCases() {
		option, _, _ := strings.Cut(tt.name, " ")
		sent[option] = append(sent[option], wired(tt)...)
	}
	sent["Cwd"] = []string{"$PWD"}
	known := map[string]bool{}
	for _, r := range rows {
		for _, m := range regexp.MustCompile("`((?:--|initialize\\.|\\$)[^`]+)`").FindAllStringSubmatch(r.wire, -1) {
			known[m[1]] = true
			if !slices.Contains(append(sent[r.option], sent[deliveryOf(r.option)]...), m[1]) {
				t.Errorf("docs/options.md says that %s is %s; no case shows that, they show %q", r.option, m[1], sent[r.option])
			}
		}
	}
	for option, names := range sent {
		for _, name := range names {
			if !known[name] && option != "ExtraArgs" && option != "ExtraInitialize" && option != "Env" {
				t.Errorf("%s sends %s, which docs/options.md does not name", option, name)
			}
		}
	}
}

// deliveryOf gives the option that says how another one travels.
func deliveryOf(option string) string {
	return map[string]string{"ExternalMCPServers": "MCPDelivery", "Plugins": "PluginDelivery"}[option]
}

// wired names what a case sends, as the table does.
func wired(tt optionCase) []string {
	var names []string
	for _, arg := range tt.args {
		if flag, _, _ := strings.Cut(arg, "="); strings.HasPrefix(flag, "--") {
			names = append(names, flag)
		}
	}
	for name := range protocol.Members(json.RawMessage(tt.init)) {
		names = append(names, "initialize."+name)
	}
	for _, variable := range tt.env {
		name, _, _ := strings.Cut(variable, "=")
		names = append(names, "$"+name)
	}
	return names
}

// exact decodes JSON and keeps its numbers as they are written.
func exact(text string, to any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(to)
}

package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestCatalogueComposes plays the CLI side of every case of the catalogue into nothing: each frame must compose, be one
// line of JSON, and a perfect consumer must keep law 2 and meet each match on what it yields.
func TestCatalogueComposes(t *testing.T) {
	t.Parallel()
	cat, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(cat.Files) == 0 {
		t.Fatal("the catalogue holds no scenario")
	}
	for _, f := range cat.Files {
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			cases, err := f.Cases()
			if err != nil {
				t.Fatal(err)
			}
			for i := range cases {
				(&rehearsal{t: t, c: &cases[i], sessions: map[string]*rehearsed{}}).run()
			}
		})
	}
}

// rehearsal plays one case without an SDK.
type rehearsal struct {
	t        *testing.T
	c        *Case
	sessions map[string]*rehearsed
}

// rehearsed is one session of it.
type rehearsed struct {
	k       *Composer
	written []Written
	dues    []Due // of the first read pieces of written
	read    int
	taken   map[int]bool // dues that a yield took
	next    int          // those before are taken
}

// due returns what is due by now.
func (s *rehearsed) due() []Due {
	if s.read != len(s.written) {
		s.dues, s.read = Dues(s.written), len(s.written)
	}
	for s.taken[s.next] {
		s.next++
	}
	return s.dues
}

func (r *rehearsal) session(name string) *rehearsed {
	s := r.sessions[name]
	if s == nil {
		s = &rehearsed{k: NewComposer(r.c, 7, name), taken: map[int]bool{}}
		r.sessions[name] = s
	}
	return s
}

func (r *rehearsal) env(i int) Env {
	return Env{I: i, HasI: true, Dir: "/run", Seed: 7, Capture: func(_, path string) ([]byte, error) {
		if path == "" || strings.HasSuffix(path, "input") || strings.HasSuffix(path, "suggestions") {
			return []byte(`{"x":1}`), nil
		}
		return []byte(`"captured"`), nil
	}}
}

func (r *rehearsal) steps(steps []Step) {
	for _, s := range steps {
		for i := max(s.From, 1); i < max(s.From, 1)+max(s.Times, 1); i++ {
			r.step(s, i)
		}
		for _, branch := range s.Branches {
			r.steps(branch)
		}
	}
}

// run plays the whole case.
func (r *rehearsal) run() {
	r.steps(r.c.Steps)
	for name, s := range r.sessions {
		r.perfect(name, s)
	}
}

func (r *rehearsal) step(s Step, i int) {
	env := r.env(i)
	name, err := ResolveText(s.Session, env)
	if err != nil {
		r.t.Fatalf("%s: %v", s.Pos, err)
	}
	ses := r.session(name)
	switch string(s.Actor) + "." + s.Verb {
	case "sdk.start":
		r.wire(ses, s, env)
	case "cli.writes":
		ws, err := ses.k.Write(s, env)
		if err != nil {
			r.t.Fatalf("%s: %s: %v", r.c.ID, s.Pos, err)
		}
		r.clean(s, ws)
		_, ws = Join(ws, s.Only)
		ses.written = append(ses.written, ws...)
	case "cli.answers":
		w, err := ses.k.Answer(fmt.Sprint(s.Arg), "req-1", s.Response+s.Error, s.HasError, env)
		if err != nil {
			r.t.Fatalf("%s: %s: %v", r.c.ID, s.Pos, err)
		}
		r.clean(s, []Written{w})
	case "cli.handshakes":
		for _, h := range HandshakeSteps(s) {
			r.step(h, i)
		}
	case "cli.reads":
		if kind, ok := s.Arg.(string); ok {
			r.answered(ses, kind, env)
		}
	case "sdk.yields":
		r.yields(ses, s, env)
	}
}

func (r *rehearsal) answered(ses *rehearsed, kind string, env Env) {
	name, err := ResolveText(strings.TrimPrefix(kind, "control_response/"), env)
	if err != nil {
		r.t.Fatal(err)
	}
	if id, ok := ses.k.RequestID(name); ok {
		ses.k.Heard(ParseLine([]byte(`{"type":"control_response","response":{"subtype":"success","request_id":"` + id + `"}}`)))
	} else if strings.HasPrefix(kind, "control_response/") {
		r.t.Errorf("%s: want the request %s, which no step wrote", r.c.ID, name)
	}
}

func (r *rehearsal) wire(ses *rehearsed, s Step, env Env) {
	arg, err := Resolve(s.Arg, env)
	if err != nil {
		r.t.Fatalf("%s: %v", s.Pos, err)
	}
	start, err := DecodeStart(arg)
	if err != nil {
		r.t.Fatalf("%s: %v", s.Pos, err)
	}
	ses.k.Wire(Wiring{Callbacks: start.Callbacks})
	ids := map[string][]string{}
	for _, c := range start.Callbacks {
		if c.Kind == Hook {
			ids[c.Name] = append(ids[c.Name], "hook_"+c.Name)
		}
	}
	ses.k.SetHookIDs(ids)
}

// clean checks frames as the wire wants them.
func (r *rehearsal) clean(s Step, ws []Written) {
	for _, w := range ws {
		if w.Raw {
			continue
		}
		if !w.Newline || !validJSON(w.Bytes) || strings.ContainsAny(string(w.Bytes), "\r\n") || strings.Contains(string(w.Bytes), "${") {
			r.t.Errorf("%s: %s: want one line of JSON, got %s", r.c.ID, s.Pos, w.Bytes)
		}
	}
}

// isKind tells whether a frame is of kind: TYPE or TYPE/SUBTYPE.
func isKind(frame []byte, kind string) bool {
	typ, subtype, narrow := strings.Cut(kind, "/")
	return stringAt(frame, "type") == typ && (!narrow || stringAt(frame, "subtype") == subtype)
}

// yields checks a match against the frame that a perfect SDK would yield there.
func (r *rehearsal) yields(ses *rehearsed, s Step, env Env) {
	kind, err := ResolveText(fmt.Sprint(s.Arg), env)
	if err != nil {
		r.t.Fatal(err)
	}
	dues := ses.due()
	for i := ses.next; i < len(dues); i++ {
		d := dues[i]
		if ses.taken[i] || d.Loose || !isKind(d.Frame, kind) || len(MatchReported(d.Frame, s.Where, env)) > 0 {
			continue
		}
		ses.taken[i] = true
		for _, m := range MatchReported(d.Frame, s.Match, env) {
			r.t.Errorf("%s: %s: %s %s: want %s, got %s", r.c.ID, s.Pos, m.Path, m.Op, shorten(m.Want, 200), shorten(m.Got, 200))
		}
		return
	}
}

// perfect yields all that may be yielded.
func (r *rehearsal) perfect(name string, s *rehearsed) {
	dues := Dues(s.written)
	var yielded [][]byte
	for _, d := range dues {
		if d.Delivery != DeliverNever && gjson.GetBytes(d.Frame, "type").Type == gjson.String {
			yielded = append(yielded, d.Frame)
		}
	}
	for _, p := range Align(dues, yielded, AlignOptions{Raw: true}) {
		r.t.Errorf("%s: session %q: a perfect consumer breaks law 2: %+v", r.c.ID, name, p)
	}
}

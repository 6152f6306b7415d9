package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/scenarios"
)

// store is the memory of one session's store: what was appended by transcript, and which calls are answered out of it.
type store struct {
	serves map[string]bool
	fails  map[string]bool              // of those, which fail
	held   map[string][]json.RawMessage // by SESSION_ID or SESSION_ID/SUBPATH
	order  []string                     // the transcripts, the one that was appended to last at the end
}

func newStore() *store {
	return &store{serves: map[string]bool{}, fails: map[string]bool{}, held: map[string][]json.RawMessage{}}
}

// storeLane is the lane of the calls of one method.
func storeLane(method string) string { return "store." + method }

// method returns the store's method that a step takes the calls of; ok is false for all other steps.
func (v view) method() (method string, ok bool) {
	if v.Actor != scenarios.Store {
		return "", false
	}
	switch v.Verb {
	case "appends":
		return "append", true
	case "loads":
		return "load", true
	case "lists":
		return "list_" + v.text(), true
	}
	return "", false
}

// lane is where an observation of calls looks.
func (v view) lane() string {
	if method, ok := v.method(); ok {
		return storeLane(method)
	}
	return v.text()
}

// storeAct makes the session store do something.
func (r *run) storeAct(v view) error {
	switch v.Verb {
	case "serves", "fails":
		list, _ := v.arg.([]any)
		for _, m := range list {
			v.s.store.serves[fmt.Sprint(m)], v.s.store.fails[fmt.Sprint(m)] = true, v.Verb == "fails"
		}
		return r.serveStore(v.s)
	case "keeps":
		doc, err := r.replyDoc(v, v.With)
		if err != nil {
			return err
		}
		entries, err := entriesOf(doc)
		if err != nil {
			return fault("%s: store.keeps wants a list of entries: %w: scenario fault", v.Pos, err)
		}
		v.s.store.append(v.text(), entries)
		return nil
	case "answers":
		return r.replyStep(v)
	}
	return fault("%s: no act store.%s: harness fault", v.Pos, v.Verb)
}

// serveStore answers the calls that no step has taken, as far as the store serves them, oldest first.
func (r *run) serveStore(s *session) error {
	for _, k := range s.asks {
		method, ok := strings.CutPrefix(k.lane, storeLane(""))
		if !ok || k.taken || k.replied || k.cancelled || !s.store.serves[method] {
			continue
		}
		k.served = true
		if s.store.fails[method] {
			if err := r.failStore(k); err != nil {
				return err
			}
			continue
		}
		if err := r.answerStore(k, s.store.reply(method, k.args)); err != nil {
			return err
		}
	}
	return nil
}

// failStore fails a call of the store.
func (r *run) failStore(k *ask) error {
	k.replied = true
	r.trace("sdk", k.s, "failed "+k.lane)
	return r.a.Reply(k.id, nil, &contract.Error{Code: contract.CodeCallbackFails, Message: "the store is down"})
}

// answerStore answers a call of the store. What was appended is held from then on.
func (r *run) answerStore(k *ask, doc json.RawMessage) error {
	k.replied = true
	if k.lane == storeLane("append") {
		entries, err := entriesOf([]byte(gjson.GetBytes(k.args, "entries").Raw))
		if err != nil {
			return fault("adapter fault: append without a list of entries: %w", err)
		}
		k.s.store.append(transcript(k.args), entries)
	}
	r.trace("sdk", k.s, "replied to "+k.lane+" "+clip(string(doc), 300))
	return r.a.Reply(k.id, doc, nil)
}

// storeOver lets the store serve everything once the steps are over, as a store in good health does: what an SDK still has to save at its
// close is no news then.
func (r *run) storeOver() {
	for _, s := range r.order {
		for _, m := range scenarios.StoreMethods() {
			s.store.serves[m], s.store.fails[m] = true, false
		}
		for _, k := range s.asks {
			if strings.HasPrefix(k.lane, storeLane("")) && k.taken && !k.replied && !k.cancelled {
				_ = r.answerStore(k, s.store.reply(strings.TrimPrefix(k.lane, storeLane("")), k.args))
			}
		}
	}
}

// holds compares what the store holds of a transcript with what it must hold by now.
func (r *run) holds(v view) error {
	doc := v.s.store.doc(v.text())
	v.keep(doc)
	if ms := scenarios.Match(doc, v.Match, v.env); len(ms) > 0 {
		r.unsettled = true
		f := r.mismatch(v.Step, CheckStore, ms)
		f.Text = "the store does not hold what it must by now: " + f.Text
		return f
	}
	return nil
}

// unsaved makes an append that never came what it costs: not an SDK that hangs, but entries that are lost.
func (r *run) unsaved(v view, err error) error {
	if f, ok := err.(*fail); ok && v.lane() == storeLane("append") && f.Check == CheckDeadline {
		f.Check, f.Class = CheckStore, Class(CheckStore, r.unsafe())
	}
	return err
}

// transcript names the transcript that a call is about.
func transcript(args []byte) string {
	v := gjson.GetManyBytes(args, "key.session_id", "key.subpath")
	if v[1].String() == "" {
		return v[0].String()
	}
	return v[0].String() + "/" + v[1].String()
}

func entriesOf(doc []byte) ([]json.RawMessage, error) {
	var out []json.RawMessage
	if err := json.Unmarshal(doc, &out); err != nil {
		return nil, err
	}
	return out, nil
}

func (st *store) append(name string, entries []json.RawMessage) {
	st.held[name] = append(st.held[name], entries...)
	st.order = append(slices.DeleteFunc(st.order, func(n string) bool { return n == name }), name)
}

// doc is what a step sees of a transcript.
func (st *store) doc(name string) []byte {
	entries := st.held[name]
	if entries == nil {
		entries = []json.RawMessage{}
	}
	doc, _ := json.Marshal(map[string]any{"entries": entries, "count": len(entries), "transcripts": append([]string{}, st.order...)})
	return doc
}

// reply is what a healthy store answers.
func (st *store) reply(method string, args []byte) json.RawMessage {
	var out any
	switch method {
	case "load":
		var entries any // null: never written
		if held, ok := st.held[transcript(args)]; ok {
			entries = held
		}
		out = map[string]any{"entries": entries}
	case "list_sessions":
		out = map[string]any{"sessions": st.sessions()}
	case "list_subkeys":
		out = map[string]any{"subkeys": st.subkeys(gjson.GetBytes(args, "key.session_id").String())}
	default:
		out = contract.StoreAppended{}
	}
	doc, _ := json.Marshal(out)
	return doc
}

// sessions lists the main transcripts; the later one was appended to, the higher its time, in milliseconds since an arbitrary moment.
func (st *store) sessions() []contract.StoreSession {
	const someTime = 1_700_000_000_000
	out := []contract.StoreSession{}
	for i, name := range st.order {
		if !strings.Contains(name, "/") {
			out = append(out, contract.StoreSession{SessionID: name, MTime: someTime + int64(i)})
		}
	}
	return out
}

func (st *store) subkeys(session string) []string {
	out := []string{}
	for _, name := range st.order {
		if sub, ok := strings.CutPrefix(name, session+"/"); ok {
			out = append(out, sub)
		}
	}
	return out
}

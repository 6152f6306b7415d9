package scenarios

import (
	"slices"
	"strings"
)

// verb says what may stand behind ACTOR.VERB and which keys refine it.
type verb struct {
	arg        func(*decoder, *node) Value
	keys       []string
	imperative bool // an act of the SDK
}

// Groups of refinements.
var (
	actKeys    = []string{"as", "session", "times", "from"}
	opKeys     = slices.Concat(actKeys, []string{"task"})
	seeKeys    = slices.Concat(actKeys, []string{"since", "within", "after", "optional"})
	lookKeys   = slices.Concat(seeKeys, []string{"where", "match"})
	writeKeys  = slices.Concat(actKeys, []string{"set", "unset", "cut", "only", "to", "deliver", "shape"})
	answerKeys = slices.Concat(actKeys, []string{"response", "error"})
)

// verbs returns the table of all verbs with an actor, keyed "sdk.start", "cli.reads".
func verbs() map[string]verb {
	table := map[string]verb{
		"sdk.start":   {(*decoder).startArg, opKeys, true},
		"sdk.query":   {(*decoder).someText, opKeys, true},
		"sdk.read":    {(*decoder).readArg, opKeys, true},
		"sdk.ends":    {(*decoder).someText, []string{"as", "session"}, true},
		"sdk.cancel":  {(*decoder).someText, actKeys, true},
		"sdk.feed":    {(*decoder).feedArg, actKeys, true},
		"sdk.reply":   {(*decoder).someText, append([]string{"with"}, actKeys...), true},
		"sdk.kill":    {(*decoder).killArg, []string{"as"}, true},
		"sdk.exit":    {(*decoder).noArg, []string{"as"}, true},
		"sdk.call":    {(*decoder).callArg, opKeys, true},
		"sdk.yields":  {(*decoder).kindArg, lookKeys, false},
		"sdk.asks":    {(*decoder).someText, append([]string{"reply"}, lookKeys...), false},
		"sdk.cancels": {(*decoder).someText, seeKeys, false},
		"sdk.returns": {(*decoder).someText, lookKeys, false},
		"sdk.fails":   {(*decoder).someText, append([]string{"kind"}, lookKeys...), false},
		"sdk.pending": {(*decoder).someText, []string{"session", "times", "from"}, false},
		"sdk.uses":    {(*decoder).usesArg, []string{"as"}, false},
		"sdk.removes": {(*decoder).globArg, []string{"as", "session", "within"}, false},

		"cli.writes":     {(*decoder).framesArg, writeKeys, false},
		"cli.answers":    {(*decoder).someText, answerKeys, false},
		"cli.serves":     {(*decoder).textsArg, []string{"session"}, false},
		"cli.handshakes": {(*decoder).someText, actKeys, false},
		"cli.closes":     {oneOf("stdin", "stdout", "stderr"), actKeys, false},
		"cli.pauses":     {oneOf("stdin"), actKeys, false},
		"cli.resumes":    {oneOf("stdin"), actKeys, false},
		"cli.forks":      {(*decoder).forkArg, actKeys, false},
		"cli.exits":      {(*decoder).exitArg, []string{"as", "session"}, false},
		"cli.starts":     {(*decoder).noArg, lookKeys, false},
		"cli.reads":      {(*decoder).kindArg, lookKeys, false},
		"cli.gets":       {(*decoder).signalArg, seeKeys, false},
		"cli.dies":       {(*decoder).signalArg, seeKeys, false},
		"cli.dismissed":  {(*decoder).noArg, seeKeys, false},
		"cli.gone":       {(*decoder).goneArg, seeKeys, false},
		"cli.drained":    {(*decoder).noArg, seeKeys, false},
		"cli.finds":      {(*decoder).globArg, []string{"as", "session", "match"}, false},

		"store.serves":  {methodsArg, []string{"session"}, false},
		"store.fails":   {methodsArg, []string{"session"}, false},
		"store.keeps":   {(*decoder).transcriptArg, []string{"session", "with"}, false},
		"store.answers": {(*decoder).someText, append([]string{"with"}, actKeys...), false},
		"store.appends": {(*decoder).noArg, append([]string{"reply"}, lookKeys...), false},
		"store.loads":   {(*decoder).noArg, append([]string{"reply"}, lookKeys...), false},
		"store.lists":   {oneOf("sessions", "subkeys"), append([]string{"reply"}, lookKeys...), false},
		"store.holds":   {(*decoder).transcriptArg, []string{"as", "session", "match"}, false},
	}
	for _, op := range Operations() {
		if _, own := table["sdk."+op]; !own {
			table["sdk."+op] = verb{operationArg(op), opKeys, true}
		}
	}
	return table
}

// refinements lists every key that some verb takes.
func refinements() []string {
	all := slices.Concat(lookKeys, writeKeys, answerKeys, []string{"task", "with", "reply", "kind"})
	slices.Sort(all)
	return slices.Compact(all)
}

// isAct tells an act from an observation: only observations wait.
func (s *Step) isAct() bool {
	switch s.Actor {
	case SDK:
		return s.Imperative
	case Fake:
		switch s.Verb {
		case "writes", "answers", "serves", "handshakes", "closes", "pauses", "resumes", "forks", "exits":
			return true
		}
	case Store:
		switch s.Verb {
		case "serves", "fails", "keeps", "answers":
			return true
		}
	}
	return false
}

// Key returns the words with which the step begins in its file: sdk.start, cli.reads, quiet.
func (s *Step) Key() string {
	if s.Actor == None {
		return s.Verb
	}
	return string(s.Actor) + "." + s.Verb
}

// Operation returns the neutral name of the operation that an SDK act starts, with its arguments, and whether it starts one.
// sdk.start, sdk.read and sdk.ends keep their own words: what they become depends on the entry point.
func (s *Step) Operation() (name string, args Value, ok bool) {
	if s.Actor != SDK || !s.Imperative {
		return "", nil, false
	}
	switch s.Verb {
	case "cancel", "feed", "reply", "kill", "exit":
		return "", nil, false
	case "call":
		m, _ := s.Arg.(map[string]any)
		op, _ := m["op"].(string)
		return op, m["args"], true
	}
	return s.Verb, s.Arg, true
}

// splitKey takes ACTOR.VERB apart.
func splitKey(key string) (Actor, string) {
	actor, word, ok := strings.Cut(key, ".")
	if !ok {
		return None, key
	}
	return Actor(actor), word
}

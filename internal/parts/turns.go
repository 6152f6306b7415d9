package parts

import (
	"slices"

	"github.com/wiretrial/wiretrial/protocol"
)

// Mark says what a message means for the turn it belongs to.
type Mark struct {
	// Turn is the number of the user line that the message answers, from 1; 0 if it answers none.
	Turn int
	// Ends says that the turn ends here.
	Ends bool
	// Leftover says that this is the end of a turn that was interrupted. It ends the reading of that turn, and not of
	// one that was asked for later.
	Leftover bool
}

// Turns judges where turns end. The session calls it in the order of the wire, one call at a time.
type Turns interface {
	// Wrote is told of each user line, before it is written, and gives its number.
	Wrote() int
	// Unwrote is told of a user line that was not written after all.
	Unwrote(number int)
	// Interrupted is told when the CLI has acknowledged an interrupt.
	Interrupted()
	// Judge is told of each message of the CLI that is no control frame.
	Judge(m protocol.Message) Mark
}

type turns struct {
	wrote   int
	open    []turn
	current int // the turn of the last result
	agents  map[string]bool
	held    bool // a result came while an agent was at work
	states  bool // the CLI tells its state
}

type turn struct {
	number      int
	interrupted bool
	merged      bool // no prompt waited in the CLI when a result came: it was merged, unless it was on its way
}

// NewTurns gives the product's judge: a turn ends at its result, but not at one that an agent at work outlives (B020), and the
// result of an interrupted turn is not the next one's (B019).
func NewTurns() Turns { return &turns{agents: map[string]bool{}} }

func (t *turns) Wrote() int {
	t.wrote++
	t.open = slices.DeleteFunc(t.open, func(o turn) bool { return o.merged })
	t.open = append(t.open, turn{number: t.wrote})
	return t.wrote
}

func (t *turns) Unwrote(number int) {
	t.open = slices.DeleteFunc(t.open, func(o turn) bool { return o.number == number })
}

func (t *turns) Interrupted() {
	for i := range t.open {
		t.open[i].interrupted = true
	}
}

func (t *turns) Judge(m protocol.Message) Mark {
	switch m.Type {
	case protocol.TypeResult:
		return t.result(m)
	case protocol.TypeSystem:
		return t.system(m.System())
	case protocol.TypeAssistant, protocol.TypeStreamEvent:
		t.merge(false)
	}
	return Mark{Turn: t.asked()}
}

// asked is the turn that runs now: the oldest without a result.
func (t *turns) asked() int {
	if len(t.open) == 0 {
		return t.current
	}
	return t.open[0].number
}

// merge notes of the prompts without a result that they were merged into the turn that is over, or that one runs after all.
func (t *turns) merge(merged bool) {
	for i := range t.open {
		t.open[i].merged = merged
	}
}

func (t *turns) result(m protocol.Message) Mark {
	over := turn{number: t.current}
	if !isFollowUp(m) {
		over = t.settle(m.Result().IsError)
	}
	t.merge(queued(m) == 0)
	t.current = over.number
	if len(t.agents) > 0 && !over.interrupted {
		t.held = true
		return Mark{Turn: over.number}
	}
	t.held = false
	return Mark{Turn: over.number, Ends: true, Leftover: over.interrupted}
}

// settle takes the turn that a result ends. The CLI ends an interrupted turn with an error; a good result after an interrupt
// therefore belongs to the first turn that was asked for since, if there is one.
func (t *turns) settle(failed bool) turn {
	if !failed {
		for len(t.open) > 1 && t.open[0].interrupted {
			t.open = t.open[1:]
		}
	}
	if len(t.open) == 0 { // a turn of the CLI's own, after a background task
		return turn{number: t.current}
	}
	over := t.open[0]
	t.open = t.open[1:]
	return over
}

func (t *turns) system(s protocol.System) Mark {
	switch {
	case s.HoldsStdin():
		t.agents[s.TaskID] = true
	case s.EndsTask():
		return t.taskEnded(s)
	case s.Subtype == protocol.SystemSessionState:
		return t.state(s.State)
	}
	return Mark{Turn: t.asked()}
}

func (t *turns) state(state string) Mark {
	t.states = true
	if state == "idle" {
		clear(t.agents) // the CLI is not idle while an agent runs
		return t.release()
	}
	t.merge(false)
	return Mark{Turn: t.asked()}
}

// taskEnded ends a held turn if perhaps no result will follow: an agent that came to its own end has one, one that was stopped need
// not (cli:15.1). A CLI that tells its state says so itself.
func (t *turns) taskEnded(s protocol.System) Mark {
	known := t.agents[s.TaskID]
	delete(t.agents, s.TaskID)
	if known && len(t.agents) == 0 && !t.states && wasStopped(s) {
		return t.release()
	}
	return Mark{Turn: t.asked()}
}

func (t *turns) release() Mark {
	ends := t.held
	t.held = false
	if ends {
		return Mark{Turn: t.current, Ends: true}
	}
	return Mark{Turn: t.asked()}
}

// wasStopped reports whether a task was ended by force.
func wasStopped(s protocol.System) bool {
	status := s.Status
	if s.Subtype == protocol.SystemTaskUpdated {
		status = s.Patch.Status
	}
	return status == "killed" || status == "stopped"
}

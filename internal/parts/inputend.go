package parts

import (
	"time"

	"github.com/wiretrial/wiretrial/protocol"
)

// The waits of the product's InputEnd.
const (
	// FollowUpWait is how long the follow-up turn of a settled task is awaited where the CLI does not tell its state.
	FollowUpWait = 10 * time.Second
	// QueuedWait is how long the CLI may be idle with a prompt unanswered before that counts as merged into another one.
	QueuedWait = 2 * time.Second
	// Ceiling bounds every wait after a result (py:0.3).
	Ceiling = 600 * time.Second
	// ExitWait is how long the CLI may be silent after the end of stdin.
	ExitWait = 8 * time.Second
)

// Step is something that bears on the end of a one-shot session.
type Step int

// The steps.
const (
	PromptWritten Step = iota // a user line was handed to the transport
	PromptEnded               // no user line will follow
	Received                  // a message of the CLI
	RequestOpened             // a request of the CLI came
	RequestClosed             // and was settled
	Waited                    // the wait of the last verdict passed and nothing happened
)

// Verdict is what to do next. The zero value is: go on.
type Verdict struct {
	// CloseInput ends stdin. Saying it again changes nothing.
	CloseInput bool
	// Dismiss ends the CLI itself.
	Dismiss bool
	// After asks for a Waited step if nothing else happens for so long; 0 asks for none.
	After time.Duration
}

// InputEnd judges when a one-shot session needs its stdin no more, and how long its CLI may take to end after that. The
// session tells it each step, one call at a time.
type InputEnd interface {
	// Step takes a step; m is the message of Received.
	Step(s Step, m protocol.Message) Verdict
}

type inputEnd struct {
	written, results int
	fresh            bool // a result came since the last user line
	ended            bool // the prompt ended
	open             int  // requests of the CLI without an answer
	state            string
	tasks            map[string]task // at work
	followUp         int             // number of results by which the follow-up turn is over
	closed           bool
}

type task struct {
	holds   bool // may still ask something
	results int  // results that had come when it started
}

// NewInputEnd gives the product's judge. Stdin is open as long as the CLI may need an answer: until it is idle after a
// result where it tells its state, and otherwise until every user line has its result, no agent is at work, no request is open,
// and the follow-up turn of an agent that settled came (B003, B004, B006).
func NewInputEnd() InputEnd { return &inputEnd{tasks: map[string]task{}} }

func (e *inputEnd) Step(s Step, m protocol.Message) Verdict {
	switch s {
	case PromptWritten:
		e.written++
		e.fresh = false
	case PromptEnded:
		e.ended = true
	case RequestOpened:
		e.open++
	case RequestClosed:
		e.open--
	case Received:
		e.received(m)
	}
	return e.verdict(s == Waited)
}

func (e *inputEnd) received(m protocol.Message) {
	switch m.Type {
	case protocol.TypeResult:
		e.results++
		e.fresh = true
	case protocol.TypeSystem:
		e.system(m.System())
	}
}

func (e *inputEnd) system(s protocol.System) {
	switch {
	case s.Subtype == protocol.SystemSessionState && s.State != "":
		e.state = s.State
		if s.State == "idle" {
			e.dropAgents()
		}
	case s.Subtype == protocol.SystemTaskStarted:
		e.tasks[s.TaskID] = task{holds: s.HoldsStdin(), results: e.results}
	case s.EndsTask():
		e.taskEnded(s)
	}
}

// dropAgents forgets the agents: an idle CLI has none at work.
func (e *inputEnd) dropAgents() {
	for id, t := range e.tasks {
		if t.holds {
			delete(e.tasks, id)
		}
	}
}

// taskEnded expects a follow-up turn of an agent that came to its own end: after the result of the turn that started it, which may
// be still to come.
func (e *inputEnd) taskEnded(s protocol.System) {
	t, known := e.tasks[s.TaskID]
	delete(e.tasks, s.TaskID)
	if !known || !t.holds || WasStopped(s) {
		return
	}
	turns := 1
	if e.results == t.results {
		turns = 2
	}
	e.followUp = max(e.followUp, e.results+turns)
}

func (e *inputEnd) verdict(waited bool) Verdict {
	if e.closed {
		return e.afterEnd(waited)
	}
	wait, ready := e.ready()
	if ready || waited && wait > 0 {
		e.closed = true
		return Verdict{CloseInput: true, After: e.exitWait()}
	}
	return Verdict{After: wait}
}

// ready tells whether stdin may be closed now, and otherwise how long to wait if nothing happens; 0 is for ever.
func (e *inputEnd) ready() (time.Duration, bool) {
	switch {
	case !e.ended || e.open > 0:
		return 0, false
	case e.written == 0 && e.results == 0:
		return FollowUpWait, false // nothing was asked, so perhaps nothing comes
	case !e.fresh && e.written > 0:
		return e.beforeResult(), false
	case e.agentAtWork():
		return Ceiling, false
	case e.state == "idle":
		return QueuedWait, e.results >= e.written
	case e.state != "":
		return Ceiling, false
	case e.results < e.written:
		return Ceiling, false
	case e.results < e.followUp:
		return FollowUpWait, false
	}
	return 0, true
}

// beforeResult is the wait while the last user line has no result: none before the first result, since a turn may take hours.
func (e *inputEnd) beforeResult() time.Duration {
	if e.results == 0 {
		return 0
	}
	return Ceiling
}

func (e *inputEnd) agentAtWork() bool {
	for _, t := range e.tasks {
		if t.holds {
			return true
		}
	}
	return false
}

func (e *inputEnd) afterEnd(waited bool) Verdict {
	if waited {
		return Verdict{Dismiss: true}
	}
	return Verdict{After: e.exitWait()}
}

// exitWait is how long the CLI may be silent once stdin has ended: it waits for its background shells, else it only flushes.
func (e *inputEnd) exitWait() time.Duration {
	if len(e.tasks) > 0 {
		return Ceiling
	}
	return ExitWait
}

package parts

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/wiretrial/wiretrial/protocol"
)

// The waits of the product's InputEnd. Each is of silence: whatever happens starts it anew.
const (
	// FollowUpWait is how long the follow-up turn of a settled task is awaited where the CLI does not tell its state.
	FollowUpWait = 10 * time.Second
	// QueuedWait is how long the CLI may be idle with a prompt unanswered before that counts as merged into another one.
	QueuedWait = 2 * time.Second
	// MergedWait is the same for a CLI that tells neither its state nor how many prompts wait. One that runs a prompt says so at once,
	// with system/init; what can come before are hooks, of which a callback is an open request, and a command has a minute (cli:3).
	MergedWait = 60 * time.Second
	// Ceiling is the default of the bound on every wait after a result, unless a turn is seen to run (py:0.3).
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
	NobodyAnswers             // the user can be asked nothing: no callback, hook or server of the host; comes first if at all
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
	ceiling time.Duration // 0 is none

	written  int  // user lines
	results  int  // results
	answered int  // those that are no follow-up turn's of the CLI's own
	queued   int  // prompts that waited in the CLI when the last result came; -1 if it does not tell
	fresh    bool // a result came since the last user line
	running  bool // a turn is seen to run: the main conversation spoke since the last result
	ended    bool // the prompt ended
	deaf     bool // nobody answers what the CLI may ask
	open     int  // requests of the CLI without an answer
	state    string
	tasks    map[string]task // at work
	followUp int             // number of results by which the follow-up turn is over
	closed   bool
}

type task struct {
	holds      bool // may still ask something
	foreground bool // its turn waits for it, so no other turn follows it
	results    int  // results that had come when it started
}

// NewInputEnd gives the product's judge. Stdin is open as long as the CLI may need an answer: until it is idle after a
// result where it tells its state, and otherwise until every user line has its result, no agent is at work, no request is open,
// and the follow-up turn of an agent that settled came (B003, B004, B006). After a result no wait is longer than ceiling, unless a turn
// is seen to run; a ceiling of 0 or less is none.
func NewInputEnd(ceiling time.Duration) InputEnd {
	return &inputEnd{ceiling: max(ceiling, 0), queued: -1, tasks: map[string]task{}}
}

func (e *inputEnd) Step(s Step, m protocol.Message) Verdict {
	switch s {
	case PromptWritten:
		e.written++
		e.fresh = false
	case PromptEnded:
		e.ended = true
	case NobodyAnswers:
		e.deaf = true
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
		if !isFollowUp(m) {
			e.answered++
		}
		e.queued = queued(m)
		e.fresh, e.running = true, false
	case protocol.TypeAssistant, protocol.TypeStreamEvent:
		if m.ParentToolUseID() == "" {
			e.running = true
		}
	case protocol.TypeSystem:
		e.system(m.System())
	}
}

func (e *inputEnd) system(s protocol.System) {
	switch {
	case s.Subtype == protocol.SystemSessionState && s.State != "":
		e.state = s.State
		if s.State == "idle" {
			e.running = false
			e.dropAgents()
		}
	case s.Subtype == protocol.SystemTaskStarted:
		e.tasks[s.TaskID] = task{holds: s.HoldsStdin(), foreground: inForeground(s), results: e.results}
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

// taskEnded expects a follow-up turn of an agent that came to its own end: after the result of the turn that started it, which may be
// still to come.
func (e *inputEnd) taskEnded(s protocol.System) {
	t, known := e.tasks[s.TaskID]
	delete(e.tasks, s.TaskID)
	if !known || !t.holds || t.foreground || wasStopped(s) {
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
	case !e.ended || e.open > 0 || e.running:
		return 0, false
	case e.written == 0 && e.results == 0:
		return FollowUpWait, e.deaf // nothing was asked, so perhaps nothing comes
	case e.results == 0:
		return 0, false // a turn may take hours
	case !e.fresh && e.written > 0, e.agentAtWork():
		return e.ceiling, false
	case e.state == "idle":
		return e.atMost(QueuedWait), e.answered >= e.written
	case e.state != "":
		return e.ceiling, false
	}
	return e.withoutState()
}

// withoutState is ready for a CLI that does not tell its state, after a result.
func (e *inputEnd) withoutState() (time.Duration, bool) {
	switch {
	case e.queued > 0:
		return e.ceiling, false
	case e.answered < e.written && e.queued == 0:
		return e.atMost(FollowUpWait), false // merged, unless it was on its way
	case e.answered < e.written:
		return e.atMost(MergedWait), false
	case e.results < e.followUp:
		return e.atMost(FollowUpWait), false
	}
	return 0, true
}

func (e *inputEnd) atMost(wait time.Duration) time.Duration {
	if e.ceiling > 0 {
		return min(wait, e.ceiling)
	}
	return wait
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
		return e.ceiling
	}
	return ExitWait
}

// isFollowUp reports whether a result is of a turn that the CLI ran of its own accord, because a task had settled. It answers no user
// line (cli:15.1).
func isFollowUp(result protocol.Message) bool {
	return origin(result) == "task-notification" && protocol.Member(result.Raw, "user_message_uuid") == nil
}

// queued gives how many prompts waited in the CLI when it wrote a result; -1 if it does not tell.
func queued(result protocol.Message) int {
	count, err := strconv.Atoi(string(protocol.Member(result.Raw, "queued_turn_count")))
	if err != nil || count < 0 {
		return -1
	}
	return count
}

// inForeground reports whether a started task is one that its turn waits for.
func inForeground(s protocol.System) bool {
	return string(protocol.Member(s.Raw, "is_backgrounded")) == "false"
}

// origin gives who a turn is for.
func origin(result protocol.Message) string {
	var kind string
	_ = json.Unmarshal(protocol.Member(protocol.Member(result.Raw, "origin"), "kind"), &kind)
	return kind
}

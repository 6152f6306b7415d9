package parts

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// The kinds of failure, as the adapter contract names them.
const (
	KindCLINotFound   = "cli_not_found"
	KindSpawn         = "spawn"
	KindNotConnected  = "not_connected"
	KindNotReady      = "not_ready"
	KindProcessExit   = "process_exit"
	KindClosed        = "closed"
	KindTimeout       = "timeout"
	KindDecode        = "decode"
	KindControlError  = "control_error"
	KindResultError   = "result_error"
	KindNoResult      = "no_result"
	KindPromptError   = "prompt_error"
	KindInvalidOption = "invalid_option"
	KindCancelled     = "cancelled"
	KindOther         = "other"
)

// Ending is what is known when a session is over.
type Ending struct {
	Exit transport.Exit
	// Dismissed says that this side ended the CLI.
	Dismissed bool
	// TurnOpen says that a user line was written and no result came after it.
	TurnOpen bool
	// Initialized says that the CLI had answered initialize.
	Initialized bool
	// Last is the last result; nil if there was none.
	Last *protocol.Result
	// CutOff is the last line, if the output ended inside it.
	CutOff *transport.FrameError
}

// Failure is how a session failed.
type Failure struct {
	Kind     string
	Message  string
	ExitCode *int
	Signal   string
	Stderr   string
}

// End tells how a session ended, nil for a good end: an exit code or a signal is a failure, and so is a clean exit in the
// middle of a turn (B057). An end that this side asked for is a good one.
func End(e Ending) *Failure {
	switch {
	case e.Dismissed:
		return nil
	case e.Exit.Closing: // it had closed its stdout and lived on, so it was ended
		return silent(e)
	case e.Exit.Signal != "" || e.Exit.Code > 0:
		return died(e)
	case e.Exit.Code < 0:
		return &Failure{Kind: KindClosed, Stderr: e.Exit.Stderr, Message: fmt.Sprintf(
			"claude is gone and its exit status is unknown: %v%s", e.Exit.Err, said(e.Exit))}
	case !e.Initialized:
		return &Failure{Kind: KindProcessExit, ExitCode: &e.Exit.Code, Stderr: e.Exit.Stderr,
			Message: "claude exited with code 0 before it answered initialize" + said(e.Exit)}
	case e.TurnOpen:
		return &Failure{Kind: KindNoResult, ExitCode: &e.Exit.Code, Stderr: e.Exit.Stderr,
			Message: "claude exited with code 0 in the middle of a turn, without a result" + cut(e.CutOff) + said(e.Exit)}
	case e.CutOff != nil:
		return &Failure{Kind: KindDecode, ExitCode: &e.Exit.Code, Stderr: e.Exit.Stderr,
			Message: "claude exited with code 0 inside a line" + cut(e.CutOff) + said(e.Exit)}
	}
	return nil
}

// died tells of an exit that was no clean one. A result that says why is the better reason.
func died(e Ending) *Failure {
	f := &Failure{Kind: KindProcessExit, Signal: e.Exit.Signal, Stderr: e.Exit.Stderr}
	how := "was ended by " + e.Exit.Signal
	if e.Exit.Signal == "" {
		f.ExitCode = &e.Exit.Code
		how = fmt.Sprintf("exited with code %d", e.Exit.Code)
	}
	f.Message = "claude " + how + cut(e.CutOff) + said(e.Exit)
	if e.Last != nil && e.Last.IsError && !e.TurnOpen {
		f.Kind = KindResultError
		f.Message = fmt.Sprintf("claude failed: %s (it %s)%s", e.Last.ErrorText(), how, said(e.Exit))
	}
	return f
}

// silent tells of a CLI that ended its output and not itself.
func silent(e Ending) *Failure {
	if !e.TurnOpen && e.Initialized {
		return nil
	}
	return &Failure{Kind: KindNoResult, Stderr: e.Exit.Stderr,
		Message: "claude closed its output in the middle of a turn and had to be ended" + cut(e.CutOff) + said(e.Exit)}
}

func cut(e *transport.FrameError) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("; its last line was cut off: %v", e)
}

// said gives the last lines of stderr for a message.
func said(e transport.Exit) string {
	const most = 2000
	text := strings.TrimSpace(e.Stderr)
	if text == "" {
		return ""
	}
	if len(text) > most {
		text = "..." + strings.ToValidUTF8(text[len(text)-most:], "")
	}
	return "; stderr: " + text
}

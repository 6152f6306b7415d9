package engine

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// The checks that a case can fail. They are a closed set: deviations name them and Class maps them.
const (
	CheckDeadline   = "deadline"           // what was waited for never came
	CheckWithin     = "within"             // it came later than promised
	CheckAfter      = "after"              // it came earlier than promised
	CheckSince      = "since"              // it came before the act that may cause it
	CheckMatch      = "match"              // a yielded, asked or returned value is wrong
	CheckLineMatch  = "line.match"         // a line has a wrong value
	CheckLineSchema = "line.schema"        // a line does not fit the protocol
	CheckLineID     = "line.id"            // an id used twice, or an answer to no open request
	CheckLineOrder  = "line.order"         // a line before initialize, or initialize twice
	CheckLineLeft   = "line.unexpected"    // a line that no step took
	CheckClosed     = "closed"             // stdin ended, or the CLI was killed, before what was due on it
	CheckQuiet      = "quiet"              // something happened where nothing may
	CheckPending    = "pending"            // an operation ended that must still run
	CheckFails      = "fails"              // an error where success was due
	CheckFailsKind  = "fails.kind"         // an error of the wrong kind
	CheckFailsMatch = "fails.match"        // an error that does not say what it must
	CheckReturns    = "returns"            // success where an error was due
	CheckMissing    = "delivery.missing"   // a message never arrived
	CheckDuplicate  = "delivery.duplicate" // a message arrived twice
	CheckOrder      = "delivery.order"     // messages arrived in another order
	CheckValue      = "delivery.value"     // a message contradicts what was written
	CheckNever      = "delivery.never"     // a control frame was handed to the user
	CheckCallback   = "callback.unexpected"
	CheckHost       = "host.error" // an exception escaped from the SDK and would have ended its host, or a signal of the SDK did
	CheckSignal     = "signal"     // the CLI was killed without a reason
	CheckBranch     = "either"     // an event that no branch admits
	CheckStore      = "store"      // the session store does not have what the CLI mirrored
	CheckFileMatch  = "file.match" // the CLI would not find the files that it needs
	CheckFileKept   = "file.kept"  // a file that the SDK made was not removed
	CheckUses       = "uses"       // a resource beyond its bound
	CheckGrowth     = "growth"     // resources grow from run to run
	CheckProcess    = "process.left"
	CheckFD         = "fd.left"
	CheckFile       = "file.left"
)

// Class returns what a failed check costs the SDK's users. unsafe says that the scenario is about what must not be allowed.
func Class(check string, unsafe bool) string {
	if unsafe {
		return "unsafe"
	}
	switch check {
	case CheckDeadline:
		return "hang"
	case CheckMissing, CheckDuplicate, CheckOrder, CheckSignal, CheckHost, CheckStore:
		return "loss"
	case CheckLineMatch, CheckLineSchema, CheckLineID, CheckLineOrder, CheckLineLeft, CheckFileMatch:
		return "wire"
	case CheckFails, CheckClosed:
		return "refused"
	case CheckFailsKind, CheckFailsMatch, CheckReturns:
		return "misreport"
	case CheckUses, CheckGrowth, CheckProcess, CheckFD, CheckFile, CheckFileKept:
		return "leak"
	case CheckWithin, CheckAfter:
		return "late"
	}
	return "wrong"
}

// Checks returns the closed set of checks, for deviations to be validated against.
func Checks() []string {
	return []string{
		CheckDeadline, CheckWithin, CheckAfter, CheckSince, CheckMatch, CheckLineMatch, CheckLineSchema, CheckLineID, CheckLineOrder,
		CheckLineLeft, CheckClosed, CheckQuiet, CheckPending, CheckFails, CheckFailsKind, CheckFailsMatch, CheckReturns, CheckMissing,
		CheckDuplicate, CheckOrder, CheckValue, CheckNever, CheckCallback, CheckHost, CheckSignal, CheckBranch, CheckUses, CheckGrowth,
		CheckProcess, CheckFD, CheckFile, CheckStore, CheckFileMatch, CheckFileKept,
	}
}

const sdkFault = "SDK: the fake wrote exactly the scripted bytes, and the canaries held"

// fail is a failed check on its way out.
type fail struct{ eventlog.Failure }

func (f *fail) Error() string { return f.Text }

// lack says that the SDK refused an option or operation that it does not have.
type lack struct{ names []string }

func (l *lack) Error() string { return "not supported: " + strings.Join(l.names, ", ") }

// fault is a failure of the adapter or the harness; it is never the SDK's.
func fault(format string, args ...any) error { return fmt.Errorf(format, args...) }

func (r *run) unsafe() bool {
	for _, id := range r.c.File.Rules {
		if strings.HasPrefix(id, "SEC-") {
			return true
		}
	}
	return false
}

// failf makes the failure of a law; failAt that of a step.
func (r *run) failf(check, format string, args ...any) *fail {
	return &fail{eventlog.Failure{
		Check: check, Class: Class(check, r.unsafe()), Text: fmt.Sprintf(format, args...), Fault: sdkFault, Where: r.c.File.Pos.File,
	}}
}

func (r *run) failAt(s scenarios.Step, check, format string, args ...any) *fail {
	f := r.failf(check, format, args...)
	if s.Index > 0 { // a law of the end is waited for at no step
		f.Step, f.Where = s.Index, s.Pos.String()
	}
	return f
}

// mismatch makes the failure of a match: the first wrong path, with what was wanted and what came.
func (r *run) mismatch(s scenarios.Step, check string, ms []scenarios.Mismatch) *fail {
	m := ms[0]
	f := r.failAt(s, check, "%s is not what it must be", m.Path)
	f.Path, f.Want, f.Got = m.Path, m.Want, m.Got
	return f
}

// describe says an SDK's error in one line.
func describe(e *contract.Error, f contract.Failure) string {
	kind := f.Kind
	if kind == "" {
		kind = "other"
	}
	text := fmt.Sprintf("%s: %s", kind, clip(e.Message, 300))
	if f.Type != "" {
		text = f.Type + " " + text
	}
	return text
}

// clip bounds a text that an SDK or a fake said.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(s[:n], ""), len(s))
}

package client

import (
	"os"
	"strconv"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// ceilingVariable is where a CLI, and so whoever sets its environment, has the same bound, in milliseconds (py:0.3, ts:1.2).
const ceilingVariable = "CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS"

// stdinCeiling bounds how long the stdin of a one-shot session is held open in silence after a result; 0 is no bound.
func (o *Options) stdinCeiling() time.Duration {
	if o.StdinCeiling != 0 {
		return max(o.StdinCeiling, 0)
	}
	text, set := o.Env[ceilingVariable]
	if !set {
		text = os.Getenv(ceilingVariable)
	}
	return ceilingOf(text)
}

// ceilingOf reads the variable: 0 is no bound, and what is no number of milliseconds is the default.
func ceilingOf(text string) time.Duration {
	const most = 1<<31 - 1 // milliseconds, as the official SDKs have it
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 {
		return parts.Ceiling
	}
	return time.Duration(min(ms, most)) * time.Millisecond
}

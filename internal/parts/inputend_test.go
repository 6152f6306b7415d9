package parts_test

import (
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// steps are the words in which a table tells what happens to a session.
func steps(t *testing.T, word string) (parts.Step, protocol.Message) {
	t.Helper()
	plain := map[string]parts.Step{
		"written": parts.PromptWritten, "ended": parts.PromptEnded, "opened": parts.RequestOpened,
		"answered": parts.RequestClosed, "waited": parts.Waited, "deaf": parts.NobodyAnswers,
	}
	if step, ok := plain[word]; ok {
		return step, protocol.Message{}
	}
	frames := map[string]string{
		"result":     `{"type":"result","subtype":"success","is_error":false}`,
		"last":       `{"type":"result","subtype":"success","is_error":false,"queued_turn_count":0}`,
		"more":       `{"type":"result","subtype":"success","is_error":false,"queued_turn_count":1}`,
		"own":        `{"type":"result","subtype":"success","origin":{"kind":"task-notification"}}`,
		"folded":     `{"type":"result","subtype":"success","origin":{"kind":"task-notification"},"user_message_uuid":"u"}`,
		"subagent":   `{"type":"assistant","parent_tool_use_id":"t"}`,
		"event":      `{"type":"stream_event","parent_tool_use_id":null}`,
		"foreground": `{"type":"system","subtype":"task_started","task_id":"a","task_type":"local_agent","is_backgrounded":false}`,
		"workflow":   `{"type":"system","subtype":"task_started","task_id":"a","task_type":"local_workflow"}`,
		"unknown":    `{"type":"system","subtype":"session_state_changed","state":"dreaming"}`,
		"failed":     `{"type":"result","subtype":"error_during_execution","is_error":true}`,
		"assistant":  `{"type":"assistant"}`,
		"agent":      `{"type":"system","subtype":"task_started","task_id":"a","task_type":"local_agent"}`,
		"shell":      `{"type":"system","subtype":"task_started","task_id":"s","task_type":"local_bash"}`,
		"completed":  `{"type":"system","subtype":"task_notification","task_id":"a","status":"completed"}`,
		"updated":    `{"type":"system","subtype":"task_updated","task_id":"a","patch":{"status":"completed"}}`,
		"killed":     `{"type":"system","subtype":"task_updated","task_id":"a","patch":{"status":"killed"}}`,
		"running":    `{"type":"system","subtype":"session_state_changed","state":"running"}`,
		"asking":     `{"type":"system","subtype":"session_state_changed","state":"requires_action"}`,
		"idle":       `{"type":"system","subtype":"session_state_changed","state":"idle"}`,
	}
	frame, ok := frames[word]
	if !ok {
		t.Fatalf("the table has an unknown word: %q", word)
	}
	m, err := protocol.Decode([]byte(frame))
	if err != nil {
		t.Fatal(err)
	}
	return parts.Received, m
}

func TestInputEnd(t *testing.T) {
	t.Parallel()
	closes := parts.Verdict{CloseInput: true, After: parts.ExitWait}
	for name, tt := range map[string]struct {
		words []string
		want  parts.Verdict // of the last step; no step before it closes stdin
	}{
		"a turn without a result is waited for": {[]string{"written", "ended", "assistant"}, parts.Verdict{}},
		"a result ends the run":                 {[]string{"written", "ended", "result"}, closes},
		"a result before the end of the prompt": {[]string{"written", "result"}, parts.Verdict{}},
		"the prompt ends after the result":      {[]string{"written", "result", "ended"}, closes},
		"an open request holds it":              {[]string{"written", "ended", "opened", "result"}, parts.Verdict{}},
		"the answer releases it":                {[]string{"written", "ended", "opened", "result", "answered"}, closes},
		"two lines want two results":            {[]string{"written", "written", "ended", "result"}, parts.Verdict{After: parts.MergedWait}},
		"and have them":                         {[]string{"written", "written", "ended", "result", "result"}, closes},
		"or were merged":                        {[]string{"written", "written", "ended", "result", "waited"}, closes},
		"the second one runs":                   {[]string{"written", "written", "ended", "result", "assistant"}, parts.Verdict{}},
		"nothing waits in the CLI":              {[]string{"written", "written", "ended", "last"}, parts.Verdict{After: parts.FollowUpWait}},
		"nothing waits and nothing comes":       {[]string{"written", "written", "ended", "last", "waited"}, closes},
		"one waits in the CLI":                  {[]string{"written", "written", "ended", "more"}, parts.Verdict{After: parts.Ceiling}},
		"one waits, and its turn came":          {[]string{"written", "written", "ended", "more", "assistant", "last"}, closes},
		"a line waits behind a follow-up":       {[]string{"written", "written", "ended", "result", "agent", "completed", "more"}, parts.Verdict{After: parts.Ceiling}},
		"a follow-up answers no line":           {[]string{"written", "written", "ended", "result", "own"}, parts.Verdict{After: parts.MergedWait}},
		"but where a line was folded into it":   {[]string{"written", "written", "ended", "result", "folded"}, closes},
		"a line after a result":                 {[]string{"written", "result", "written", "ended"}, parts.Verdict{After: parts.Ceiling}},
		"a turn that is seen to run":            {[]string{"written", "result", "written", "ended", "event"}, parts.Verdict{}},
		"a subagent is no turn":                 {[]string{"written", "ended", "agent", "result", "subagent"}, parts.Verdict{After: parts.Ceiling}},
		"an agent at work holds it":             {[]string{"written", "ended", "agent", "result"}, parts.Verdict{After: parts.Ceiling}},
		"its follow-up is waited for":           {[]string{"written", "ended", "agent", "result", "completed"}, parts.Verdict{After: parts.FollowUpWait}},
		"and ends the run":                      {[]string{"written", "ended", "agent", "result", "completed", "result"}, closes},
		"an agent that settles first":           {[]string{"written", "ended", "agent", "completed", "result"}, parts.Verdict{After: parts.FollowUpWait}},
		"told twice":                            {[]string{"written", "ended", "agent", "updated", "completed", "result"}, parts.Verdict{After: parts.FollowUpWait}},
		"and its follow-up":                     {[]string{"written", "ended", "agent", "completed", "result", "result"}, closes},
		"or none in time":                       {[]string{"written", "ended", "agent", "completed", "result", "waited"}, closes},
		"a killed agent has no follow-up":       {[]string{"written", "ended", "agent", "killed", "result"}, closes},
		"an agent in the foreground has none":   {[]string{"written", "ended", "foreground", "completed", "result"}, closes},
		"a workflow is an agent":                {[]string{"written", "ended", "workflow", "result"}, parts.Verdict{After: parts.Ceiling}},
		"a shell does not hold it":              {[]string{"written", "ended", "shell", "result"}, parts.Verdict{CloseInput: true, After: parts.Ceiling}},
		"a state that is not idle holds it":     {[]string{"written", "ended", "running", "result"}, parts.Verdict{After: parts.Ceiling}},
		"idle releases it":                      {[]string{"written", "ended", "running", "result", "idle"}, closes},
		"idle before the result does not":       {[]string{"written", "ended", "running", "idle"}, parts.Verdict{}},
		"but counts when the result comes":      {[]string{"written", "ended", "running", "idle", "result"}, closes},
		"idle ends all agents":                  {[]string{"written", "ended", "running", "agent", "result", "idle"}, closes},
		"idle of the turn before":               {[]string{"written", "running", "result", "written", "ended", "idle"}, parts.Verdict{After: parts.Ceiling}},
		"idle with a line unanswered":           {[]string{"written", "written", "ended", "running", "result", "idle"}, parts.Verdict{After: parts.QueuedWait}},
		"which was merged":                      {[]string{"written", "written", "ended", "running", "result", "idle", "waited"}, closes},
		"which runs now":                        {[]string{"written", "written", "ended", "running", "result", "idle", "running"}, parts.Verdict{After: parts.Ceiling}},
		"so does an unknown state":              {[]string{"written", "ended", "unknown", "result"}, parts.Verdict{After: parts.Ceiling}},
		"a turn of a CLI that tells its state":  {[]string{"written", "ended", "running", "result", "assistant"}, parts.Verdict{}},
		"idle ends it":                          {[]string{"written", "ended", "running", "result", "assistant", "idle"}, closes},
		"requires_action holds it":              {[]string{"written", "ended", "running", "asking", "result"}, parts.Verdict{After: parts.Ceiling}},
		"the ceiling":                           {[]string{"written", "ended", "running", "result", "waited"}, closes},
		"no prompt at all waits for what comes": {[]string{"ended"}, parts.Verdict{After: parts.FollowUpWait}},
		"but not where nobody answers":          {[]string{"deaf", "ended"}, closes},
		"a turn is waited for all the same":     {[]string{"deaf", "written", "ended"}, parts.Verdict{}},
		"such as a request":                     {[]string{"ended", "opened"}, parts.Verdict{}},
		"and a result":                          {[]string{"ended", "opened", "answered", "result"}, closes},
		"or nothing":                            {[]string{"ended", "waited"}, closes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge := parts.NewInputEnd(parts.Ceiling)
			for i, word := range tt.words {
				step, m := steps(t, word)
				got := judge.Step(step, m)
				last := i == len(tt.words)-1
				if !last && got.CloseInput {
					t.Fatalf("stdin was closed at %q, step %d", word, i)
				}
				if last && got != tt.want {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
			}
		})
	}
}

func TestAfterTheEndOfStdinASilentCLIIsDismissed(t *testing.T) {
	t.Parallel()
	judge := parts.NewInputEnd(parts.Ceiling)
	var got parts.Verdict
	for _, word := range []string{"written", "ended", "result", "assistant", "result", "waited"} {
		step, m := steps(t, word)
		got = judge.Step(step, m)
	}
	if !got.Dismiss {
		t.Errorf("got %+v, want it dismissed", got)
	}
}

// TestTheCeiling holds that no wait after a result is longer, and that none is for ever.
func TestTheCeiling(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		words []string
		none  time.Duration // the wait without a ceiling
	}{
		"an agent":            {[]string{"written", "ended", "agent", "result"}, 0},
		"a state":             {[]string{"written", "ended", "running", "result"}, 0},
		"a queued line":       {[]string{"written", "written", "ended", "more"}, 0},
		"a merged line":       {[]string{"written", "written", "ended", "result"}, parts.MergedWait},
		"a follow-up":         {[]string{"written", "ended", "agent", "completed", "result"}, parts.FollowUpWait},
		"a merged line, idle": {[]string{"written", "written", "ended", "running", "result", "idle"}, parts.QueuedWait},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, ceiling := range []time.Duration{time.Second, 0, -1} {
				judge := parts.NewInputEnd(ceiling)
				var got parts.Verdict
				for _, word := range tt.words {
					step, m := steps(t, word)
					got = judge.Step(step, m)
				}
				want := parts.Verdict{After: tt.none}
				if ceiling > 0 {
					want.After = ceiling
				}
				if got != want {
					t.Errorf("ceiling %v: got %+v, want %+v", ceiling, got, want)
				}
			}
		})
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		words []string // wrote and interrupted are calls, the rest are messages
		want  parts.Mark
	}{
		"a result ends its turn":               {[]string{"wrote", "result"}, parts.Mark{Turn: 1, Ends: true}},
		"a message does not":                   {[]string{"wrote", "assistant"}, parts.Mark{Turn: 1}},
		"an agent at work holds it":            {[]string{"wrote", "agent", "result"}, parts.Mark{Turn: 1}},
		"its follow-up ends it":                {[]string{"wrote", "agent", "result", "completed", "result"}, parts.Mark{Turn: 1, Ends: true}},
		"its end alone does not":               {[]string{"wrote", "agent", "result", "completed"}, parts.Mark{Turn: 1}},
		"its death does":                       {[]string{"wrote", "agent", "result", "killed"}, parts.Mark{Turn: 1, Ends: true}},
		"where idle tells, its death does not": {[]string{"wrote", "running", "agent", "result", "killed"}, parts.Mark{Turn: 1}},
		"a follow-up is no other prompt's":     {[]string{"wrote", "agent", "result", "wrote", "completed", "own"}, parts.Mark{Turn: 1, Ends: true}},
		"which has its own":                    {[]string{"wrote", "agent", "result", "wrote", "completed", "own", "result"}, parts.Mark{Turn: 2, Ends: true}},
		"two prompts, one result":              {[]string{"wrote", "wrote", "last", "wrote", "result"}, parts.Mark{Turn: 3, Ends: true}},
		"and an interrupt":                     {[]string{"wrote", "wrote", "last", "wrote", "interrupted", "failed"}, parts.Mark{Turn: 3, Ends: true, Leftover: true}},
		"two prompts, two results":             {[]string{"wrote", "wrote", "last", "assistant", "wrote", "result"}, parts.Mark{Turn: 2, Ends: true}},
		"idle does":                            {[]string{"wrote", "agent", "result", "idle"}, parts.Mark{Turn: 1, Ends: true}},
		"idle after a result is nothing":       {[]string{"wrote", "result", "idle"}, parts.Mark{Turn: 1}},
		"an unknown task's end is nothing":     {[]string{"wrote", "result", "wrote", "completed"}, parts.Mark{Turn: 2}},
		"an interrupted turn":                  {[]string{"wrote", "interrupted", "failed"}, parts.Mark{Turn: 1, Ends: true, Leftover: true}},
		"its result before the answer":         {[]string{"wrote", "failed", "interrupted", "wrote", "result"}, parts.Mark{Turn: 2, Ends: true}},
		"the turn after it":                    {[]string{"wrote", "interrupted", "wrote", "failed", "result"}, parts.Mark{Turn: 2, Ends: true}},
		"the turn after one without result":    {[]string{"wrote", "interrupted", "wrote", "result"}, parts.Mark{Turn: 2, Ends: true}},
		"an interrupt ends the hold":           {[]string{"wrote", "agent", "interrupted", "failed"}, parts.Mark{Turn: 1, Ends: true, Leftover: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judge := parts.NewTurns()
			var got parts.Mark
			for _, word := range tt.words {
				switch word {
				case "wrote":
					judge.Wrote()
				case "interrupted":
					judge.Interrupted()
				default:
					_, m := steps(t, word)
					got = judge.Judge(m)
				}
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

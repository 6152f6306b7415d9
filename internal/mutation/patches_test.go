package mutation

// patch is one fault: in file, the text old, which stands there once, is replaced by text. The tests of the package pkg that run selects must fail.
type patch struct {
	name, file string
	old, text  string
	pkg, run   string
}

func patches() []patch { return append(append(mockPatches(), enginePatches()...), judgePatches()...) }

// mockPatches are faults of the fake claude: it does another thing than it was told, or reports another thing than happened.
func mockPatches() []patch {
	stdin, stdout, puppet, process := "mockcli/stdin_unix.go", "mockcli/stdout_unix.go", "mockcli/puppet_unix.go", "mockcli/process_unix.go"
	return []patch{
		{"a write is dropped", stdout, "n, err := writeNow(o.fd, o.kind, b[written:])", "n, err := len(b[written:]), error(nil)",
			"./mockcli", "TestWriteToClosedReader"},
		{"a write is made twice", stdout, "n, err := o.piece(c.Data[at:end], func(n int) {",
			"_, _ = o.piece(c.Data[at:end], func(int) {})\n\t\tn, err := o.piece(c.Data[at:end], func(n int) {", "./mockcli", "TestWritePieces"},
		{"cuts are ignored", stdout, "if size > 0 {", "if size < 0 {", "./mockcli", "TestWritePieces"},
		{"pieces that take long stay small", stdout, "size *= 2", "size += 0", "./mockcli", "TestPiecesGrow"},
		{"a write that nobody reads is not told of", stdout, "blocked(written)\n", "", "./mockcli", "TestWriteBlocks"},
		{"a second line is lost", stdin, "events = append(events, Event{Ev: EvLine, N: s.lines, Data: line})",
			"if s.lines != 2 {\n\t\t\tevents = append(events, Event{Ev: EvLine, N: s.lines, Data: line})\n\t\t}", "./mockcli", "TestSyncIsExact"},
		{"what stands before the end of stdin is lost", stdin, "Event{Ev: EvEOF, Data: s.part}", "Event{Ev: EvEOF}", "./mockcli", "TestReadLines"},
		{"more is read than was allowed", stdin, "b = b[:min(len(b), s.want)]", "s.want = max(s.want, len(b))", "./mockcli", "TestReadBytesNeverOverReads"},
		{"a barrier is answered before its lines", stdin, "for s.chunk() {\n\t}", "", "./mockcli", "TestSyncIsExact"},
		{"events share a number", puppet, "p.seq++", "p.seq |= 1", "./mockcli", "TestReadLines|TestHello|TestSyncIsExact"},
		{"an ignored signal is told to end it", process, "return ActionIgnored", "return ActionExit", "./mockcli", "TestSignals"},
		{"an exit code is lost", puppet, "p.end(c.Code)", "p.end(0)", "./mockcli", "TestEnds"},
		{"the descriptors that it got are not told", process, "e.Stdio = append(e.Stdio, kindOf(fd))", "_ = fd", "./mockcli", "TestHello"},
		{"the player takes any line for the right one", "mockcli/player/reads.go", "bad := scenarios.Match(l.Raw, t.step.Match, p.env(t.i))\n\tif len(bad) == 0 {",
			"bad := scenarios.Match(l.Raw, t.step.Match, p.env(t.i))\n\tif len(bad) >= 0 {", "./mockcli/player", ""},
		{"the player ends well with steps left", "mockcli/player/reads.go", "return &exit{ExitUnmet, b.String()}", "return &exit{0, b.String()}",
			"./mockcli/player", ""},
	}
}

// enginePatches are faults of what plays one case: a law that is off, a lane that is none, a barrier that does not wait.
func enginePatches() []patch {
	finish, fake, observe := "harness/engine/finish.go", "harness/engine/events_fake.go", "harness/engine/observe.go"
	wait, rest := "harness/engine/wait.go", "harness/engine/rest.go"
	return []patch{
		{"the law of delivery is off", finish, "r.leftovers, r.aligned, r.signalLaw}", "r.leftovers, r.signalLaw}",
			"./harness/engine", "TestEachCheckCanFail/(a_message|two_messages|a_control)"},
		{"the law of leftovers is off", finish, "r.endSessions, r.leftovers,", "r.endSessions,", "./harness/engine", "TestEachCheckCanFail/(a_line_too|a_callback)"},
		{"the law of signals is off", finish, "r.aligned, r.signalLaw}", "r.aligned}", "./harness/engine", "TestEachCheckCanFail/a_signal"},
		{"lines are not held against the protocol", fake, "if err := schema.CheckInput(raw); err != nil {", "if err := schema.CheckInput(raw); err != nil && len(raw) == 0 {",
			"./harness/engine", "TestEachCheckCanFail/a_line_lacks"},
		{"an id may be used twice", fake, "if s.requests[l.RequestID] != nil {", "if s.requests[l.RequestID] != nil && l.RequestID == \"\" {",
			"./harness/engine", "TestEachCheckCanFail/one_id"},
		{"an answer may be given twice", fake, "s.owed[l.Response]--\n", "",
			"./harness/engine", "TestASecondAnswerIsCaught"},
		{"an answer to nobody is one", fake, "if !made {", "if !made {\n\t\treturn nil\n\t}\n\tif !made {", "./harness/engine", "TestEachCheckCanFail/an_answer_to_nobody"},
		{"initialize may come twice", fake, "if p == l || p.f != l.f {", "if p.f == l.f || p != l {", "./harness/engine", "TestEachCheckCanFail/initialize_twice"},
		{"lanes are ignored: any message is the next one", observe, "if m.taken || m.typ != kind && m.kind != kind || !admits(v, m.raw, false) {", "if m.taken || len(kind) == 0 {",
			"./harness/engine", "TestRulesOfTheLanguage"},
		{"values are not looked at", observe, "if ms := r.match(v, s); len(ms) > 0 {", "if ms := r.match(v, s); len(ms) > 99 {",
			"./harness/engine", "TestEachCheckCanFail/a_yielded_text"},
		{"since is not looked at", observe, "} else if s.at <= m.arrival {", "} else if s.at < 0 {", "./harness/engine", "TestEachCheckCanFail/stdin_ends"},
		{"after is not looked at", observe, "v.After > 0 && d < v.After", "v.After > 0 && d < 0", "./harness/engine", "TestEachCheckCanFail/a_timeout"},
		{"pending is not looked at", observe, "if o == nil || o.done {\n\t\treturn r.failAt(v.Step, CheckPending", "if o == nil {\n\t\treturn r.failAt(v.Step, CheckPending",
			"./harness/engine", "TestEachCheckCanFail/an_operation_ends_before"},
		{"any failure is the right one", observe, "if len(v.Kind) > 0 && !slices.Contains(v.Kind, kindOf(o)) {", "if len(v.Kind) > 0 && !slices.Contains(append(v.Kind, kindOf(o)), kindOf(o)) {",
			"./harness/engine", "TestEachCheckCanFail/a_failure_of"},
		{"success is a failure that was due", observe, "if o != nil && o.done && o.err == nil {", "if o != nil && o.done && o.err == nil && o.result == nil {",
			"./harness/engine", "TestEachCheckCanFail/a_failure_taken"},
		{"silence is not looked at", rest, "r.disturbed(from)", "r.disturbed(from + 1<<30)",
			"./harness/engine", "TestEachCheckCanFail/a_line_in"},
		{"a one-shot session may fail after its good end", finish, "if f.scripted || f.told && (f.code != 0 || !s.oneShot(r)) {", "if f.told {",
			"./harness/engine", "TestEachCheckCanFail/a_session_fails"},
		{"a promise runs out amid the pieces of a write", wait, "if r.inPieces() {", "if r.inPieces() && !w.promise {",
			"./harness/engine", "TestPromisesCountFromTheLastPiece"},
		{"a deadline passes amid a flood", wait, "!w.promise && flows.After(until) {", "w.promise && flows.After(until) {", "./harness/engine", "TestADeadline"},
		{"what was refused once is refused for ever", "harness/engine/steps.go", "if v.past.learned != r.learned {", "if v.past.learned > r.learned {",
			"./harness/engine", "TestRulesOfTheLanguage"},
		{"what comes is not offered to the optional", "harness/engine/branch.go", "if err == nil {\n\t\t\terr = r.offer(s)", "if err != nil {\n\t\t\terr = r.offer(s)",
			"./harness/engine", "TestRulesOfTheLanguage"},
		{"a barrier is skipped", rest, "bound := r.bounded(settleBound)\n", "bound := r.bounded(settleBound)\n\tif settleBound > 0 {\n\t\treturn true, nil\n\t}\n",
			"./harness/engine", "TestSinceIsNoRace|TestRulesOfTheLanguage|TestEachCheckCanFail"},
		{"a thread that runs is taken for asleep", "harness/host/quiet_linux.go", "case 'S', 'T', 't', 'I', 'P':", "case 'R', 'S', 'T', 't', 'I', 'P':",
			"./harness/host", "TestQuietBusy"},
		{"the reaper sleeps", "harness/host/reaper_unix.go", "for _, p := range r.below() {\n\t\tsignalProc(p, unix.SIGKILL)", "for _, p := range r.below()[:0] {\n\t\tsignalProc(p, unix.SIGKILL)",
			"./harness/host", "TestHarnessKilled"},
		{"the folder of a run whose harness died stays", "harness/host/reaper_unix.go", "_ = os.RemoveAll(scratch)", "_ = scratch", "./harness/host", "TestHarnessKilled|TestScratch"},
		{"an adapter that is not settled is lent again", "harness/host/pool.go", "if !settled || p.closed || !a.fit() {", "if p.closed || !a.fit() {",
			"./harness/host", "TestPoolReusesTheSettled"},
	}
}

// judgePatches are faults of what is made of a case: its verdict, the exit code, the record of deviations, the log, the report, the matrix.
func judgePatches() []patch {
	one, canary, judge := "harness/one.go", "harness/canary.go", "harness/deviations/judge.go"
	exit, matrix := "harness/verdict/verdict.go", "harness/matrix/matrix.go"
	return []patch{
		{"a failure is a pass", one, "rec.Verdict = eventlog.Fail\n", "rec.Verdict = eventlog.Pass\n", "./harness", "TestAFailureThatComesAgainIsNone"},
		{"what is not supported is a pass", one, "rec.Verdict = eventlog.Unsupported", "rec.Verdict = eventlog.Pass", "./harness", "TestWhatIsNotSupportedIsNoPass"},
		{"a fault of the adapter is a failure of the SDK", one, "rec.Verdict = eventlog.Broken", "rec.Verdict = eventlog.Fail",
			"./harness", "TestAnAdapterThatDiesIsAnErrorNeverAFailure"},
		{"a failed may is a failure", one, "rec.Verdict = eventlog.Differs", "rec.Verdict = eventlog.Fail", "./harness", "TestAFailedMayDiffers"},
		{"the last of several verdicts counts", one, "rec.Verdict = eventlog.Flaky", "rec.Verdict = again.Verdict", "./harness", "TestAFailureThatDoesNotComeAgainIsFlaky"},
		{"the canary of the wrong expectation is off", canary, "if res.Failure == nil || res.Failure.Check != engine.CheckMatch {", "if res.Failure != nil && res.Failure.Check == \"\" {",
			"./harness", "TestCanariesCatchLiars"},
		{"the canary of the unknown operation is off", canary, "if e.Err == nil || e.Err.Code != contract.CodeUnknownMethod {", "if e.Err != nil && e.Err.Code != contract.CodeUnknownMethod {",
			"./harness", "TestCanariesCatchLiars"},
		{"the canary of the nonce is off", canary, "case res.Failure != nil:\n\t\t\terr =", "case res.Failure != nil && res.Failure.Check == \"\":\n\t\t\terr =",
			"./harness", "TestCanariesCatchLiars"},
		{"nothing is ever left behind", "harness/leftbehind.go", "if len(m.found) == 0 {", "if len(m.found) >= 0 {", "./harness", "TestWhatIsLeftBehind"},
		{"growth is not looked at", "harness/growth.go", "if m.upto-m.from >= max(limit, 1) {", "if m.upto-m.from >= 1000*max(limit, 1) {", "./harness", "TestGrowthFromRunToRun"},

		{"a deviation hides every failure", judge, "return f != nil && f.Check == e.Check && (e.Kind", "return f != nil || f.Check == e.Check && (e.Kind", "./harness/deviations", ""},
		{"a pass that was not expected is one", judge, "c.Verdict, c.Deviation = eventlog.UnexpectedPass, unexpected(entries)", "c.Deviation = unexpected(entries)", "./harness/deviations", ""},
		{"a deviation never expires", judge, "case !j.today.Before(e.Expires):", "case j.today.IsZero() && !j.today.Before(e.Expires):", "./harness/deviations", ""},
		{"a deviation of one version is that of all", judge, "e.cases[id] && e.Versions.Holds(release)", "e.cases[id]", "./harness/deviations", ""},

		{"the exit code of a failure is lost", exit, "n.failed++", "n.failed += 0", "./harness/verdict", ""},
		{"the exit code of an error is lost", exit, "if n.errors > 0 {", "if n.errors < 0 {", "./harness/verdict", ""},
		{"a run that executed nothing is a success", exit, "case n.executed == 0:", "case n.executed < 0:", "./harness/verdict", ""},
		{"a run in which no must passed is a success", exit, "case n.must == 0:", "case n.must < 0:", "./harness/verdict", ""},
		{"a verdict that is unknown is a pass", exit, "default: // Broken,", "case \"?\": // Broken,", "./harness/verdict", ""},
		{"the lesser of two codes counts", exit, "if rank(code) > rank(s.Code) {", "if rank(code) < rank(s.Code) {", "./harness/verdict", ""},

		{"a log that is cut off is whole", "harness/eventlog/read.go", "fault = &LineError{Kind: ErrCut}", "return nil", "./harness/eventlog", "TestReadALogCutAnywhere"},
		{"a log on a full disk is whole", "harness/eventlog/writer.go", "w.err = &WriteError{Output: out.Name, Err: err}", "_ = err", "./harness/eventlog", "TestWriterReports"},
		{"a lost message is none", "scenarios/align.go", "\ta.missing()\n", "", "./scenarios", "Align"},
		{"an error kills a mutant", matrix, "r.Case.Verdict != eventlog.Fail && r.Case.Verdict != eventlog.Differs {", "r.Case.Verdict == eventlog.Pass {", "./harness/matrix", "TestWhatAKillIs"},
		{"a case that the reference fails kills a mutant", matrix, "if Kills(r) && sound[r.Case.ID] {", "if Kills(r) {", "./harness/matrix", "TestJudge"},
		{"a record is never stale", "harness/matrix/stale.go", "case row.Digests.Scenario != f.Digest:", "case row.Digests.Scenario != f.Digest && f.ID == \"\":", "./harness/matrix", "TestWhatMakes"},
		{"escapes of an SDK reach the terminal", "harness/report/escape.go", "return unicode.In(r, unicode.C, unicode.Zl,", "return unicode.In(r, unicode.Zl,", "./harness/report", "TestSafe"},
	}
}

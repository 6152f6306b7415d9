package verdict

import "github.com/wiretrial/wiretrial/harness/eventlog"

// Verdicts returns all verdicts in the order of the summary.
func Verdicts() []eventlog.Verdict {
	return []eventlog.Verdict{
		eventlog.Pass, eventlog.Fail, eventlog.Known, eventlog.UnexpectedPass, eventlog.Unsupported, eventlog.Flaky, eventlog.Broken,
		eventlog.Differs,
	}
}

// Levels returns the levels in the order of the summary.
func Levels() []string { return []string{"must", "should", "may"} }

// Count fills the counts of an ending: per verdict, per level and verdict, and per class of the failures that are the SDK's, recorded
// ones included, since they cost its users as much.
func Count(cases []eventlog.Case) eventlog.Ending {
	e := eventlog.Ending{
		Counts: map[eventlog.Verdict]int{}, Levels: map[string]map[eventlog.Verdict]int{}, Classes: map[string]int{},
	}
	for _, c := range cases {
		e.Counts[c.Verdict]++
		if e.Levels[c.Level] == nil {
			e.Levels[c.Level] = map[eventlog.Verdict]int{}
		}
		e.Levels[c.Level][c.Verdict]++
		if c.Failure != nil && costs(c.Verdict) {
			e.Classes[c.Failure.Class]++
		}
	}
	return e
}

// costs tells whether a case with this verdict costs the SDK's users something.
func costs(v eventlog.Verdict) bool {
	return v == eventlog.Fail || v == eventlog.Known || v == eventlog.Flaky
}

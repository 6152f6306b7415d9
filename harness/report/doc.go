// Package report turns an event log into text for people: failures as screenplays, the summary, and the progress of a run under way.
//
// It is pure: records in, text out. It decides nothing (verdicts and exit codes are in the log), reads no clock and opens no file, so the same log
// gives the same bytes whenever it is rendered. What an SDK or a file said is escaped before it is printed.
package report

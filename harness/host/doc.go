// Package host is the harness's hand on adapter processes: it starts each adapter under a reaper of its own, talks JSON-RPC with it, proves
// that it is quiet, measures it, and leaves nothing of it behind.
//
// # Processes
//
// Start runs the harness's own binary again as a reaper, which starts the adapter in a process group of its own, with the adapter's pipes
// inherited, and holds a pipe from the harness. At that pipe's end, which the kernel brings about also when the harness is killed, the
// reaper kills every descendant until none is left. On Linux it is a child subreaper, so that descendants which left the session or lost
// their parent are found too. On macOS there is no subreaper and no /proc: only the parent tree and the adapter's process group are found
// there, and quiet cannot be proven (Quiet.Proven is false). On Windows the package compiles, and Start refuses.
//
// # What it is not
//
// It knows no scenario and judges nothing: it says what was read, in the order read, and whose fault a broken channel is. Deadlines,
// matching and verdicts belong to the engine. It does not talk to mocks either: what the mocks have in flight enters Quiet as a function.
package host

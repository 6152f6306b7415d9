// Package parts holds the pieces of which a client session is assembled, each with the product's behaviour as its
// default: what goes on the command line, how a line becomes a message, which request an answer belongs to, when stdin
// may be closed, where a turn ends, how the end of the CLI is told.
//
// The pieces decide and remember; they start no goroutine, read no clock and do no I/O (Open and Find aside), so each is
// tested with a table. A mutant is a client with one other piece; that is why the pieces can be replaced, and it is the
// only reason.
//
// It is not a plug-in system: the package is internal, client owns the goroutines that call the pieces, and a session with a
// foreign piece keeps no promise.
package parts

// Package transport is how bytes become frames: newline-delimited framing over any reader, the claude
// subprocess with its three pipes, and the escalation that ends it.
//
// It is for programs that talk to a claude, or to something that stands in for one, and for tests of
// such programs (see [Pipe]). It assembles four small pieces, each usable and replaceable alone: a
// [Framer] (bytes to frames), a [LineWriter] (frames to bytes), a [StderrTail] (what the CLI complained
// about) and an [Escalation] (how it is ended).
//
// It is not for the meaning of frames: it decodes no JSON, knows no message or control request, retries
// nothing and keeps no session. A frame is the bytes of one line that look like a JSON object; whoever
// reads it decodes it, once.
package transport

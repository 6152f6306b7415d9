package transport

import (
	"context"
	"io"
)

// Memory is a Transport without a process, for tests. Its other end is a [Peer].
type Memory struct{}

var _ Transport = (*Memory)(nil)

// Peer is the claude's end of a [Memory]: what a test plays.
type Peer struct{}

// Pipe gives the two ends of a Transport in memory.
func Pipe() (*Memory, *Peer) { return PipeWith(Options{}) }

// PipeWith is Pipe with options. Those of stderr and of the process group have no effect.
func PipeWith(opts Options) (*Memory, *Peer) { return &Memory{}, &Peer{} }

// ReadFrame is as in Transport.
func (m *Memory) ReadFrame() ([]byte, error) { return nil, io.EOF }

// WriteFrame is as in Transport.
func (m *Memory) WriteFrame(ctx context.Context, frame []byte) error { return nil }

// CloseInput is as in Transport.
func (m *Memory) CloseInput() error { return nil }

// Close is as in Transport.
func (m *Memory) Close(ctx context.Context) error { return nil }

// Done is as in Transport.
func (m *Memory) Done() <-chan struct{} { return nil }

// Exit is as in Transport.
func (m *Memory) Exit() Exit { return Exit{} }

// ReadFrame gives the next frame the client wrote, and io.EOF after its CloseInput.
func (p *Peer) ReadFrame() ([]byte, error) { return nil, io.EOF }

// WriteFrame writes a frame to the client.
func (p *Peer) WriteFrame(ctx context.Context, frame []byte) error { return nil }

// Write writes raw bytes to the client's reader: any cut, any noise.
func (p *Peer) Write(b []byte) (int, error) { return len(b), nil }

// End ends the peer, as a process ends: with an exit code and what it wrote to stderr.
func (p *Peer) End(code int, stderr string) {}

// Terminated is closed when the client asks the peer to end (SIGTERM).
func (p *Peer) Terminated() <-chan struct{} { return nil }

// Done is closed when the peer has ended, by End or by a kill.
func (p *Peer) Done() <-chan struct{} { return nil }

package mockcli

import (
	"context"
	"errors"
	"time"
)

// Errors of the harness's side, for errors.Is.
var (
	// ErrClosed says that the listener or the peer was closed, or that the mock is gone.
	ErrClosed = errors.New("mock connection closed")
	// ErrOverflow says that more than MaxQueue bytes of events waited for a reader; the connection was dropped.
	ErrOverflow = errors.New("mock events not taken")
	// ErrProtocol says that a mock broke the mock protocol.
	ErrProtocol = errors.New("mock protocol broken")
	// ErrNotSupported says that this operating system has no mock.
	ErrNotSupported = errors.New("the mock needs unix sockets, poll(2) and signals: not supported on this operating system")
)

// MaxQueue bounds the bytes of events that one Peer keeps until they are taken from Events: 256 MiB.
const MaxQueue = 256 << 20

// Listener waits for the mocks of one run directory. All methods may be called from several goroutines.
type Listener struct{ *listener }

// Listen opens the unix socket that the mocks of one run connect to. It lies in dir, or, where its path would be longer
// than 100 bytes, in a private temporary directory (0700) that Close removes.
func Listen(dir string) (*Listener, error) { return listen(dir) }

// Addr is the path of the socket.
func (l *Listener) Addr() string { return l.addr }

// Install puts a mock into clientDir, which it makes where it is absent: clientDir/claude, a hard link to exe (a copy across
// devices, never a symbolic link), and .wiretrial beside it, which names the socket. It returns the path of claude.
func (l *Listener) Install(clientDir, exe string) (cliPath string, err error) {
	return l.install(clientDir, exe, "")
}

// InstallReading is Install for a mock that reads lines from its start, without the round trip of a first OpRead.
func (l *Listener) InstallReading(clientDir, exe string) (cliPath string, err error) {
	return l.install(clientDir, exe, beginReading+"\n")
}

// Accept waits for the next mock and its hello. The errors are ctx's, and ErrClosed after Close. A connection that does not
// begin with a hello within a second is dropped and does not disturb others. The caller closes the peer.
func (l *Listener) Accept(ctx context.Context) (*Peer, error) { return l.accept(ctx) }

// Close stops listening, drops connections that no Accept took and those of grandchildren (which end then), removes the
// socket, and waits for all goroutines of the listener. Peers that were accepted stay open.
func (l *Listener) Close() error { return l.close() }

// Peer is one running mock, seen from the harness. All methods may be called from several goroutines.
type Peer struct{ *peer }

// Hello is the mock's first event.
func (p *Peer) Hello() Event { return p.hello }

// Dir is the client directory that Install made and that the mock was started from; empty if it found its harness by
// $WIRETRIAL_SOCK.
func (p *Peer) Dir() string { return p.hello.Dir }

// Events are the mock's events after hello, in the order of Seq. It is closed when the connection ended and all events were
// taken; Err says why. Events wait in a queue of at most MaxQueue bytes, so a mock never waits for its harness; a mock that
// overruns it is disconnected (ErrOverflow).
func (p *Peer) Events() <-chan Event { return p.events }

// Send queues a command and returns its id: c.ID, or, where that is zero, the next free one. Commands leave in the order of
// the calls. It does not wait for the mock. c.Data must not change afterwards. The error is ErrClosed.
func (p *Peer) Send(c Command) (id int, err error) { return p.send(c) }

// NextID reserves a command id.
func (p *Peer) NextID() int { return int(p.ids.Add(1)) }

// Died gets one Death when the process ended, and is then closed. It is closed without one where Close came first.
func (p *Peer) Died() <-chan Death { return p.died }

// Reaped reports whether the process has ended and its parent has collected it; ok is false where this cannot be known.
func (p *Peer) Reaped() (reaped, ok bool) { return p.reaped() }

// Err is why Events ended: nil for a mock that closed its end at a message boundary or for Close, else an error that wraps
// ErrOverflow or ErrProtocol or what the system said. It is nil before.
func (p *Peer) Err() error { return p.err() }

// Close drops the connection, upon which a living mock exits with 98, and waits for all goroutines of the peer.
func (p *Peer) Close() error { return p.close() }

// Death is the end of a mock's process. Exactly one of Code and Signal counts if Known.
type Death struct {
	At     time.Time // when the harness learned of it
	T      int64     // the same moment on CLOCK_MONOTONIC in nanoseconds, comparable with Event.T
	Known  bool      // whether Code or Signal could be learned
	Code   int       // exit code, 0 to 255; zero if a signal ended it
	Signal string    // SIGTERM, ...; empty if it exited
	Exact  bool      // seen by a pidfd; false: inferred from the end of the connection
}

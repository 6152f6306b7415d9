//go:build linux || darwin

package mockcli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// maxAddr is the longest path of a socket that every system takes, in bytes.
const maxAddr = 100

// helloWait bounds how long a new connection may take to say hello. Mocks say it at once; the rest is a busy machine.
const helloWait = 5 * time.Second

type listener struct {
	addr   string
	temp   string // a directory of our own, to be removed
	socket *socket
	ready  chan *Peer

	wg   sync.WaitGroup
	once sync.Once
	done chan struct{}
	fail error

	mu    sync.Mutex
	conns map[*os.File]bool // of grandchildren, and those that have not said hello

	copies map[string]string // of executables on another device
}

func listen(dir string) (*Listener, error) {
	addr, temp, err := socketPath(dir)
	if err != nil {
		return nil, fmt.Errorf("listen for mocks: %w", err)
	}
	socket, err := listenUnix(addr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for mocks: %w", err), removeTemp(temp))
	}
	l := &listener{addr: addr, temp: temp, socket: socket, ready: make(chan *Peer), done: make(chan struct{}),
		conns: map[*os.File]bool{}, copies: map[string]string{}}
	l.wg.Go(l.serve)
	return &Listener{l}, nil
}

// socketPath chooses a path in dir, or in a new private directory if that is too long.
func socketPath(dir string) (addr, temp string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	const name = "mock.sock"
	if addr = filepath.Join(dir, name); len(addr) <= maxAddr {
		return addr, "", nil
	}
	for _, base := range []string{os.TempDir(), "/tmp"} {
		if len(base) > maxAddr-40 {
			continue
		}
		temp, err = os.MkdirTemp(base, "wiretrial-")
		if err == nil {
			return filepath.Join(temp, name), temp, nil
		}
	}
	return "", "", fmt.Errorf("no directory for a socket's path of at most %d bytes: set TMPDIR to a short one: %w", maxAddr, err)
}

func removeTemp(temp string) error {
	if temp == "" {
		return nil
	}
	return os.RemoveAll(temp)
}

func (l *listener) serve() {
	for {
		conn, err := l.socket.accept()
		if err != nil {
			return // closed
		}
		if !l.track(conn) {
			_ = conn.Close()
			return
		}
		l.wg.Go(func() { l.greet(conn) })
	}
}

// track keeps conn so that close can end it; false after close.
func (l *listener) track(conn *os.File) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns == nil {
		return false
	}
	l.conns[conn] = true
	return true
}

// untrack says whether conn was still ours.
func (l *listener) untrack(conn *os.File) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	ours := l.conns[conn]
	delete(l.conns, conn)
	return ours
}

// greet reads the first event of a connection. A grandchild's is held until it ends; a mock's becomes a peer.
func (l *listener) greet(conn *os.File) {
	_ = conn.SetReadDeadline(time.Now().Add(helloWait)) // fails only if closed, and then so does the read
	r := bufio.NewReaderSize(conn, 64<<10)
	first, err := readEvent(r)
	switch {
	case err == nil && first.Ev == evHold:
		_ = conn.SetReadDeadline(time.Time{})
		_, _ = io.Copy(io.Discard, r)
	case err == nil && first.Ev == EvHello:
		_ = conn.SetReadDeadline(time.Time{})
		if l.untrack(conn) {
			l.offer(newPeer(conn, r, first))
		}
		return
	}
	l.untrack(conn)
	_ = conn.Close()
}

func (l *listener) offer(p *Peer) {
	select {
	case l.ready <- p:
	case <-l.done:
		_ = p.Close()
	}
}

func (l *listener) accept(ctx context.Context) (*Peer, error) {
	select {
	case p := <-l.ready:
		return p, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a mock: %w", context.Cause(ctx))
	case <-l.done:
		return nil, fmt.Errorf("wait for a mock: %w", ErrClosed)
	}
}

func (l *listener) close() error {
	l.once.Do(func() {
		close(l.done)
		l.fail = l.socket.close()
		l.mu.Lock()
		for conn := range l.conns {
			_ = conn.Close()
		}
		l.conns = nil
		l.mu.Unlock()
	})
	l.wg.Wait()
	return errors.Join(l.fail, removeTemp(l.temp))
}

// install links exe, or, where that cannot be done, a copy beside the socket, which is made once for the whole run.
func (l *listener) install(clientDir, exe, begin string) (string, error) {
	path, linked, err := linkClaude(clientDir, exe)
	if err == nil && !linked {
		var near string
		if near, err = l.nearby(exe); err == nil {
			path, err = LinkClaude(clientDir, near)
		}
	}
	if err != nil {
		return "", err
	}
	if err := writeBeside(filepath.Dir(path), FileName, l.addr+"\n"+begin); err != nil {
		return "", fmt.Errorf("install mock: %w", err)
	}
	return path, nil
}

// nearby returns a copy of exe on the run directory's own device.
func (l *listener) nearby(exe string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if near := l.copies[exe]; near != "" {
		return near, nil
	}
	near := filepath.Join(filepath.Dir(l.addr), fmt.Sprintf(".mock-%d", len(l.copies)))
	if err := copyExecutable(near, exe); err != nil {
		return "", fmt.Errorf("install mock: copy %s: %w", exe, err)
	}
	l.copies[exe] = near
	return near, nil
}

// writeBeside writes a small file into dir, whole or not at all.
func writeBeside(dir, name, text string) error {
	tmp := filepath.Join(dir, name+".new")
	if err := os.WriteFile(tmp, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(dir, name))
}

package host

import (
	"io"
	"sync"
)

const (
	tailSize  = 64 << 10
	maxStderr = 16 << 20
)

// tail keeps the end of the adapter's stderr and passes its beginning on. It is safe for concurrent use.
type tail struct {
	mu     sync.Mutex
	buf    []byte
	to     io.Writer // nil when there is none, it failed, or it has had its fill
	passed int
}

func (t *tail) add(p []byte) {
	t.mu.Lock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
	}
	t.mu.Unlock()
	t.pass(p)
}

// pass is called by one goroutine only.
func (t *tail) pass(p []byte) {
	if t.to == nil || len(p) == 0 {
		return
	}
	p = p[:min(len(p), maxStderr-t.passed)]
	t.passed += len(p)
	_, err := t.to.Write(p)
	if err == nil && t.passed == maxStderr {
		_, _ = io.WriteString(t.to, "\n[the adapter's stderr is cut here, after 16 MiB]\n")
	}
	if err != nil || t.passed == maxStderr {
		t.to = nil
	}
}

// String returns the last 64 KiB.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf[max(0, len(t.buf)-tailSize):])
}

func (t *tail) run(src *source) {
	p := make([]byte, 16<<10)
	nothing := func() {}
	for {
		n, err := src.read(p, nothing, nothing, func([]byte) {})
		t.add(p[:n])
		if err != nil {
			return
		}
	}
}

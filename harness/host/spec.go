package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// Spec says how to start an adapter.
type Spec struct {
	Name      string    // for errors
	Argv      []string  // the command, looked up in the PATH of Env; a relative path is one below Dir
	Dir       string    // its working directory; empty: the harness's
	Env       []string  // its complete environment, see EnvAllow; nil is empty
	Stderr    io.Writer // gets the first 16 MiB of its stderr; may be nil. Must not block for ever
	ReaperExe string    // the binary whose main calls ReaperMain; empty: os.Executable()
	ReaperArg string    // the first argument that makes it do so; empty: "__reaper"
	Scratch   string    // the run's private folder, which the reaper removes if the harness dies; empty: none
	MaxLine   int       // longest line of either side, in bytes; 0: contract.MaxLine
	// Boot bounds the wait for the answer to hello, without the time for which the adapter's threads waited for a CPU; zero: only Start's context does.
	Boot time.Duration
}

func (s Spec) withDefaults() (Spec, error) {
	if len(s.Argv) == 0 || s.Argv[0] == "" {
		return s, errors.New("the command is empty")
	}
	if s.Name == "" {
		s.Name = s.Argv[0]
	}
	if s.ReaperArg == "" {
		s.ReaperArg = "__reaper"
	}
	if s.MaxLine <= 0 {
		s.MaxLine = contract.MaxLine
	}
	if s.ReaperExe == "" {
		exe, err := os.Executable()
		if err != nil {
			return s, fmt.Errorf("find the harness's own binary: %w", err)
		}
		s.ReaperExe = exe
	}
	return s, nil
}

// pipes are the five pipes between the harness and a reaper. mine are kept here, theirs are inherited by the reaper (in the order of its
// descriptors 0 to 4) and closed here.
type pipes struct {
	stdin, stdout, stderr, life, report *os.File
	theirs                              []*os.File
}

func newPipes() (p *pipes, err error) {
	p = &pipes{}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	for _, end := range []struct {
		mine  **os.File
		write bool // we write, they read
	}{{&p.stdin, true}, {&p.stdout, false}, {&p.stderr, false}, {&p.life, true}, {&p.report, false}} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("make a pipe: %w", err)
		}
		mine, theirs := r, w
		if end.write {
			mine, theirs = w, r
		}
		if end.mine == &p.stdin || end.mine == &p.stdout {
			widen(mine)
		}
		*end.mine = mine
		p.theirs = append(p.theirs, theirs)
	}
	return p, nil
}

func (p *pipes) closeTheirs() {
	for _, f := range p.theirs {
		_ = f.Close()
	}
	p.theirs = nil
}

func (p *pipes) close() {
	p.closeTheirs()
	for _, f := range []*os.File{p.stdin, p.stdout, p.stderr, p.life, p.report} {
		if f != nil {
			_ = f.Close()
		}
	}
}

// command is the reaper's. Its environment is the adapter's, so that PATH is looked up in that.
func (s Spec) command(p *pipes) *exec.Cmd {
	return &exec.Cmd{
		Path:        s.ReaperExe,
		Args:        append([]string{s.ReaperExe, s.ReaperArg, s.Scratch, "--"}, s.Argv...),
		Dir:         s.Dir,
		Env:         append([]string{}, s.Env...), // never nil, which would mean the harness's own
		Stdin:       p.theirs[0],
		Stdout:      p.theirs[1],
		Stderr:      p.theirs[2],
		ExtraFiles:  p.theirs[3:],
		SysProcAttr: ownGroup(),
	}
}

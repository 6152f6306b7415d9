package player

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/queue"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Exit codes of a player besides those that its script names.
const (
	ExitUnmet    = 95 // stdin ended, and steps that need it were left
	ExitMismatch = 96 // a line that was read, or the start itself, is not what the script says
)

// seed makes ${words:N} the same text at every start.
const seed = 1

// exit ends the play: the code of the process, and what stderr is told.
type exit struct {
	code int
	text string
}

// Error is the text for stderr.
func (e *exit) Error() string { return e.text }

// Main plays the script that belongs to this executable (claude.yaml beside it, else $MOCKCLAUDE_SCRIPT) and returns the exit
// code of the process, to be handed to os.Exit at once. args are os.Args. It is meant as mockcli.Env.Alone.
func Main(args []string) int {
	code, err := mainOf(args)
	if err != nil && err.Error() != "" {
		fmt.Fprintf(os.Stderr, "mockclaude: %v\n", err)
	}
	return code
}

func mainOf(args []string) (int, error) {
	s, err := findScript(args)
	probe := len(args) > 1 && (args[1] == "-v" || args[1] == "--version")
	switch {
	case errors.Is(err, errNoScript) && probe:
		return answerProbe("", os.Stdout), nil
	case errors.Is(err, errNoScript):
		return mockcli.ExitNoHarness, fmt.Errorf("nothing to play: no %s beside the executable, and $%s is empty", scriptName, ScriptEnv)
	case err != nil:
		return mockcli.ExitNoHarness, err
	}
	c, err := s.load()
	if err != nil {
		return mockcli.ExitNoHarness, err
	}
	if probe {
		return answerProbe(c.CLI.Version, os.Stdout), nil
	}
	p, err := newPlayer(s, c, args)
	if err != nil {
		return mockcli.ExitNoHarness, err
	}
	end := p.run()
	if end.text == "" {
		return end.code, nil
	}
	return end.code, end
}

// answerProbe prints the version, exits or hangs, as cli.version says.
func answerProbe(version string, out io.Writer) int {
	if version == "" {
		version = mockcli.DefaultVersion
	}
	if version == "hang" {
		time.Sleep(time.Hour) // whoever probes kills it long before
		return 0
	}
	if code, ok := strings.CutPrefix(version, "exit "); ok {
		if n, err := strconv.Atoi(code); err == nil {
			return n
		}
	}
	fmt.Fprintln(out, version)
	return 0
}

// player plays one session. Its fields belong to the goroutine of play, but for those under mu.
type player struct {
	script  script
	c       *scenarios.Case
	session session
	self    mockcli.Event // how the process was started
	hands   *mockcli.Hands
	comp    *scenarios.Composer
	caps    map[string][]byte // what was observed, by name

	in     *queue.Queue[input]
	lines  []*line
	eof    bool
	serves map[string]bool

	quit chan *exit

	mu      sync.Mutex
	left    []turn // the present one and those after it
	signals []string
}

func newPlayer(s script, c *scenarios.Case, args []string) (*player, error) {
	all, err := sessions(c)
	if err != nil {
		return nil, err
	}
	n, err := s.nextSession(len(all))
	if err != nil {
		return nil, err
	}
	p := &player{script: s, c: c, self: mockcli.Observe(args), caps: map[string][]byte{},
		in: queue.New[input](), serves: map[string]bool{}, quit: make(chan *exit, 1)}
	if len(all) > 0 {
		p.session = all[n]
	}
	p.left = p.session.turns
	p.comp = scenarios.NewComposer(c, seed, p.session.name)
	for _, subtype := range c.CLI.Serves {
		p.serves[subtype] = true
	}
	p.hands, err = mockcli.NewHands(p.report)
	return p, err
}

// run plays, and ends where the play ends or a signal comes that nobody expects.
func (p *player) run() *exit {
	go func() { p.end(p.play()) }() // as long as the process
	return <-p.quit
}

func (p *player) end(e *exit) {
	select {
	case p.quit <- e:
	default: // the first end counts
	}
}

// play prepares the descriptors, runs the steps, and then serves until it is dismissed.
func (p *player) play() *exit {
	p.prepare()
	for len(p.left) > 0 {
		if err := p.step(p.left[0]); err != nil {
			return asExit(err)
		}
		p.mu.Lock()
		p.left = p.left[1:]
		p.mu.Unlock()
	}
	return p.rest()
}

// asExit turns an error of a step into an end: a script that cannot be played on is a mismatch.
func asExit(err error) *exit {
	var e *exit
	if errors.As(err, &e) {
		return e
	}
	return &exit{ExitMismatch, err.Error()}
}

// prepare does what the file says about the fake before its first step. Buffer sizes that the system refuses stay as they are.
func (p *player) prepare() {
	cli := p.c.CLI
	for fd, n := range []int{cli.StdinPipe, cli.StdoutPipe} {
		if n > 0 {
			p.hands.Do(mockcli.Command{Op: mockcli.OpSetbuf, FD: fd, N: n})
		}
	}
	time.Sleep(cli.Startup)
	p.readOn()
}

func (p *player) readOn() {
	p.hands.Do(mockcli.Command{Op: mockcli.OpRead, Mode: mockcli.ModeLines, Gulp: p.c.CLI.Gulp})
}

// rest is the fake after its last step: it exits 0 at the end of stdin and by the signals that it does not ignore.
func (p *player) rest() *exit {
	for _, sig := range p.seen() {
		if !p.ignores(sig) {
			return bySignal(sig)
		}
	}
	for !p.eof || p.c.CLI.IgnoresEOF {
		if err := p.absorb(nil); err != nil {
			return asExit(err)
		}
	}
	return &exit{}
}

// env is what substitutions see.
func (p *player) env(i int) scenarios.Env {
	env := scenarios.Env{I: i, HasI: true, Dir: filepath.Dir(p.script.path), Seed: seed, Capture: p.capture}
	return p.comp.Env(env)
}

// capture looks up what was observed. What happens inside the SDK is not known here.
func (p *player) capture(name, path string) ([]byte, error) {
	doc, ok := p.caps[name]
	if !ok {
		return nil, fmt.Errorf("nothing named %s was read or written yet; without a harness only the CLI's side is known", name)
	}
	found, ok := scenarios.Lookup(doc, path)
	if !ok {
		return nil, fmt.Errorf("%s has nothing at %q: %.200s", name, path, doc)
	}
	return found, nil
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// Process is what the command has of the process that it runs in.
type Process struct {
	Args    []string // without the program's name
	Stdout  io.Writer
	Stderr  io.Writer
	Environ []string        // NAME=VALUE
	Exe     string          // this binary: reaper, fake, Go adapter
	Abort   <-chan struct{} // closed: return at once, whatever is still running; nil: never
}

// exitError carries an exit code to Main.
type exitError struct {
	code   int
	err    error
	silent bool // all that there is to say was printed
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &exitError{code: verdict.Usage, err: fmt.Errorf(format, args...)}
}

func faultf(format string, args ...any) error {
	return &exitError{code: verdict.Fault, err: fmt.Errorf(format, args...)}
}

func unprovenf(format string, args ...any) error {
	return &exitError{code: verdict.Unproven, err: fmt.Errorf(format, args...)}
}

// concluded is the end of a command that has printed all that there is to say.
func concluded(code int, why string) error {
	if code == verdict.OK {
		return nil
	}
	return &exitError{code: code, err: errors.New(why), silent: true}
}

// app is one invocation of the command.
type app struct {
	Process
	now func() time.Time
}

// Main runs the command and returns its exit code. The end of ctx interrupts a run: what it has until then is recorded and printed.
func Main(ctx context.Context, p Process) int {
	a := &app{Process: p, now: time.Now}
	root := a.root()
	root.SetArgs(p.Args)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return verdict.OK
	}
	code := verdict.Usage // cobra's own errors are about flags and arguments
	var exit *exitError
	if errors.As(err, &exit) {
		if code = exit.code; exit.silent {
			return code
		}
	}
	for i, line := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		if i == 0 {
			line = "wiretrial: " + line
		}
		fmt.Fprintln(p.Stderr, report.Safe(line))
	}
	return code
}

// Signals returns a context that ends with the first interrupt, and a channel that is closed by the second. A closed pipe becomes an error of
// the write instead of the end of the process. stop gives the signals back.
func Signals() (ctx context.Context, abort <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	hard, quit, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	signals := make(chan os.Signal, 4)
	pipes := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	signal.Notify(pipes, syscall.SIGPIPE)
	go func() {
		defer close(over)
		for n := 0; ; {
			select {
			case <-signals:
				if n++; n == 1 {
					cancel()
				} else if n == 2 {
					close(hard)
				}
			case <-quit:
				return
			}
		}
	}()
	return ctx, hard, func() {
		signal.Stop(signals)
		signal.Stop(pipes)
		close(quit)
		<-over
		cancel()
	}
}

func (a *app) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "wiretrial",
		Short:         "Check a Claude Agent SDK, in any language, against the control protocol of the claude command line",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	cmd.AddCommand(a.runCommand(), a.listCommand(), a.explainCommand(), a.lintCommand(), a.renderCommand(), a.mergeCommand(), a.sdkCommand(), a.adapterCommand(),
		a.mutantsCommand(), a.deviationsCommand(), a.bisectCommand(), a.soakCommand(), a.versionCommand())
	return cmd
}

// version is the release of this binary, as its build recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// getenv looks a variable up in the process's environment.
func (a *app) getenv(name string) string {
	for _, kv := range a.Environ {
		if k, v, ok := strings.Cut(kv, "="); ok && k == name {
			return v
		}
	}
	return ""
}

// terminal tells whether w is one, and how wide.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return width, true
}

// look is how text on w is laid out: colour on terminals only and not with NO_COLOR, as wide as COLUMNS or the terminal says.
func (a *app) look(w io.Writer) report.Options {
	width, isTerminal := terminal(w)
	var columns int
	if _, err := fmt.Sscan(a.getenv("COLUMNS"), &columns); err == nil && columns > 0 {
		width = columns
	}
	return report.Options{Width: width, Color: isTerminal && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"}
}

//go:build linux || darwin

package host

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// The test binary plays the reaper, the adapters and a harness: its first argument says which.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch {
		case os.Args[1] == "__reaper":
			os.Exit(ReaperMain(os.Args[2:]))
		case strings.HasPrefix(os.Args[1], "role:"):
			role, ok := roles()[strings.TrimPrefix(os.Args[1], "role:")]
			if !ok {
				fmt.Fprintln(os.Stderr, "no such role:", os.Args[1])
				os.Exit(99)
			}
			os.Exit(role(os.Args[2:]))
		}
	}
	os.Exit(m.Run())
}

func roles() map[string]func(args []string) int {
	return map[string]func([]string) int{
		"echo":     func(args []string) int { newEcho().serve(args); return 0 },
		"mute":     func([]string) int { time.Sleep(time.Hour); return 0 },
		"stubborn": stubbornRole,
		"protocol": func(args []string) int { sayHello(args[0]); drainStdin(); return 0 },
		"raw":      rawRole,
		"fds":      func([]string) int { return printFDs() },
		"sleeper":  func([]string) int { time.Sleep(time.Hour); return 0 },
		"harness":  harnessRole,
	}
}

func drainStdin() { _, _ = io.Copy(io.Discard, os.Stdin) }

func hello(protocol string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"result":{"protocol":%s,"adapter":{"name":"role","version":"1"},`+
		`"sdk":{"name":"none","version":"0","language":"go","runtime":"go"},"features":[],"idiom":"none"}}`, protocol)
}

func sayHello(protocol string) {
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println(hello(protocol))
}

// stubbornRole says hello and stays at the end of its stdin.
func stubbornRole([]string) int {
	signal.Ignore(syscall.SIGTERM)
	sayHello("1")
	drainStdin()
	time.Sleep(time.Hour)
	return 0
}

// rawRole says hello and prints its arguments as they are, one after the other, then drains its stdin.
func rawRole(args []string) int {
	sayHello("1")
	for _, arg := range args {
		fmt.Print(arg)
	}
	drainStdin()
	return 0
}

// harnessRole starts an adapter that has started a grandchild, prints the pids, and hangs until it is killed. Its argument is its folder.
func harnessRole(args []string) int {
	s := role("echo")
	s.Scratch = args[0]
	a, err := Start(bg(), s)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	grandchild, err := call(a, "fork", forkParams{Setsid: true, Orphan: true})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println(a.ReaperPID(), a.PID(), string(grandchild))
	time.Sleep(time.Hour)
	return 0
}

// echo is an adapter with a few tricks, each a method.
type echo struct {
	in  *bufio.Reader
	out *os.File
}

type forkParams struct {
	Setsid bool // in a session of its own
	Orphan bool // the child is started by a shell that ends at once
	Hold   bool // it inherits stdout
}

func newEcho() *echo { return &echo{in: bufio.NewReader(os.Stdin), out: os.Stdout} }

func (e *echo) serve([]string) {
	for {
		line, err := e.in.ReadBytes('\n')
		if err != nil {
			return
		}
		var m contract.Message
		if json.Unmarshal(line, &m) != nil {
			fmt.Fprintln(os.Stderr, "cannot read", string(line))
			continue
		}
		if result := e.do(&m, line); result != "" && m.ID != nil {
			e.print(`{"jsonrpc":"2.0","id":` + string(m.ID) + `,"result":` + result + `}`)
		}
	}
}

func (e *echo) print(line string) { fmt.Fprintln(e.out, line) }

func (e *echo) do(m *contract.Message, line []byte) string {
	var ms int
	_ = json.Unmarshal(m.Params, &struct {
		MS *int `json:"ms"`
	}{&ms})
	wait := time.Duration(ms) * time.Millisecond
	switch m.Method {
	case contract.MethodHello:
		e.print(hello("1"))
		return ""
	case "echo", "": // "" is an answer of the harness: show it
		if m.Method == "" {
			e.print(`{"jsonrpc":"2.0","method":"answered","params":{"line":` + string(line[:len(line)-1]) + `}}`)
			return ""
		}
		if m.Params == nil {
			return "null"
		}
		return string(m.Params)
	case "raw":
		var text string
		_ = json.Unmarshal(m.Params, &struct{ Text *string }{&text})
		_, _ = io.WriteString(e.out, text)
		return ""
	case "die":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	case "exit":
		os.Exit(7)
	case "stderr":
		fmt.Fprintln(os.Stderr, "something went wrong")
		return "null"
	case "flood":
		for {
			e.print(`{"jsonrpc":"2.0","method":"message","params":{"pad":"` + strings.Repeat("x", 1000) + `"}}`)
		}
	case "long":
		_, _ = io.WriteString(e.out, strings.Repeat("y", ms))
		return "null"
	case "block": // sleeps and reads nothing
		time.Sleep(wait)
		return "null"
	case "spin":
		for end := time.Now().Add(wait); time.Now().Before(end); {
		}
		return "null"
	case "later": // answers at once and acts after a while
		time.AfterFunc(wait, func() { e.print(`{"jsonrpc":"2.0","method":"later","params":{}}`) })
		return "null"
	case "fork":
		return e.fork(m.Params)
	case "zombie":
		return startZombie()
	}
	return "null"
}

func (e *echo) fork(params json.RawMessage) string {
	var p forkParams
	_ = json.Unmarshal(params, &p)
	self, _ := os.Executable()
	cmd := exec.Command(self, "role:sleeper")
	if p.Orphan {
		cmd = exec.Command("/bin/sh", "-c", `"$0" role:sleeper >/dev/null 2>&1 & echo $!`, self)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: p.Setsid}
	if p.Hold {
		cmd.Stdout = e.out
	}
	if p.Orphan {
		out, err := cmd.Output()
		if err != nil {
			return `"` + err.Error() + `"`
		}
		return strings.TrimSpace(string(out))
	}
	if err := cmd.Start(); err != nil {
		return `"` + err.Error() + `"`
	}
	return fmt.Sprint(cmd.Process.Pid)
}

// startZombie leaves a child that has ended unreaped.
func startZombie() string {
	cmd := exec.Command("/bin/true")
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return "0"
	}
	_, _ = io.Copy(io.Discard, out)
	return fmt.Sprint(cmd.Process.Pid)
}

// printFDs answers hello with its open descriptors, and with the flags of its stdio, as features.
func printFDs() int {
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	fds, err := openFDs()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	features, _ := json.Marshal(fds)
	fmt.Printf(`{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"features":%s}}`+"\n", features)
	drainStdin()
	return 0
}

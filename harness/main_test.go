package harness

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
)

// TestMain lets the test binary be everything that a run starts: the fake, the reaper, adapters, and what these leave behind.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "__reaper":
			os.Exit(host.ReaperMain(os.Args[2:]))
		case "__adapter":
			os.Exit(adapterRole(os.Args[2]))
		case "__sleep":
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// habit is what an adapter does beside its duty: in and out give the lines to pass on instead of one, say speaks to the harness.
type habit struct {
	in  func(line string, say func(string)) []string
	out func(line string) []string
}

const honest = "honest"

func habits() map[string]habit {
	return map[string]habit{
		honest: {},
		"consents": {in: func(l string, say func(string)) []string {
			if len(method(l)) > 7 && method(l)[:7] == "canary_" {
				say(answer(l))
				return nil
			}
			return []string{l}
		}},
		"makes-messages-up": {out: func(l string) []string {
			if method(l) == "message" && gjson.Get(l, "params.message.type").String() == "assistant" {
				l, _ = sjson.Set(l, "params.message.message.content.0.text", "all went well")
			}
			return []string{l}
		}},
		"loses-one": {out: func(l string) []string { // the first assistant message of all its lives
			if method(l) != "message" || gjson.Get(l, "params.message.type").String() != "assistant" {
				return []string{l}
			}
			f, err := os.OpenFile(os.Getenv("MEMORY"), os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return []string{l}
			}
			_ = f.Close()
			return nil
		}},
		"loses-second": {out: func(l string) []string { // the second assistant message of all its lives
			if method(l) != "message" || gjson.Get(l, "params.message.type").String() != "assistant" {
				return []string{l}
			}
			for _, name := range []string{"1", "2"} {
				f, err := os.OpenFile(os.Getenv("MEMORY")+name, os.O_CREATE|os.O_EXCL, 0o600)
				if err != nil {
					continue
				}
				_ = f.Close()
				if name == "1" {
					break
				}
				return nil
			}
			return []string{l}
		}},
		"no-one-shot": {in: func(l string, say func(string)) []string {
			if method(l) == "prompt" {
				say(`{"jsonrpc":"2.0","id":` + gjson.Get(l, "id").Raw + `,"error":{"code":-32000,"message":"not in this release","data":{"kind":"other"}}}`)
				return nil
			}
			return []string{l}
		}},
		"lacks-interrupt": {out: func(l string) []string {
			if at := gjson.Get(l, "result.features"); at.IsArray() {
				var features []string
				for _, f := range at.Array() {
					if f.Str != "interrupt" {
						features = append(features, f.Str)
					}
				}
				l, _ = sjson.Set(l, "result.features", features)
			}
			return []string{l}
		}},
		"dies": {in: func(l string, _ func(string)) []string {
			if m := method(l); m == "query" || m == "prompt" {
				os.Exit(3)
			}
			return []string{l}
		}},
		"leaks-descriptors": {in: on("open", func(l string, _ func(string)) []string { leak(); return []string{l} })},
		"leaves-files": {in: on("open", func(l string, _ func(string)) []string {
			f, err := os.CreateTemp("", "forgotten")
			if err != nil {
				panic(err)
			}
			_ = f.Close()
			return []string{l}
		})},
		"leaves-processes":  {in: on("open", func(l string, _ func(string)) []string { leaveProcess(); return []string{l} })},
		"never-disconnects": {in: on("disconnect", func(l string, say func(string)) []string { say(answer(l)); return nil })},
	}
}

// leak opens a descriptor that nothing closes, not even the collector.
func leak() {
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	_ = r.Close()
	keepOpen(w)
}

// leaveProcess starts something that lives as long as the adapter.
func leaveProcess() {
	child := exec.Command(os.Args[0], "__sleep")
	hold, err := child.StdinPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		panic(err)
	}
	keepOpen(hold)
}

// keepOpen holds on to something until the process ends.
func keepOpen(c io.Closer) {
	go func() {
		defer c.Close()
		select {}
	}()
}

func method(line string) string { return gjson.Get(line, "method").String() }

func answer(line string) string {
	return `{"jsonrpc":"2.0","id":` + gjson.Get(line, "id").Raw + `,"result":{}}`
}

func on(name string, do func(string, func(string)) []string) func(string, func(string)) []string {
	return func(l string, say func(string)) []string {
		if method(l) == name {
			return do(l, say)
		}
		return []string{l}
	}
}

// adapterRole is the adapter of our own client with a habit. It notes where its private directories are, if it is asked to.
func adapterRole(name string) int {
	h, ok := habits()[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no habit of the name", name)
		return 2
	}
	if book := os.Getenv("BOOK"); book != "" {
		if err := note(book, os.Getenv("HOME")+" "+os.Getenv("TMPDIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	}
	if err := h.serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func note(book, text string) error {
	f, err := os.OpenFile(book, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text + "\n")
	return err
}

func (h habit) serve() error {
	toAdapter, hands := io.Pipe()
	mouth, fromAdapter := io.Pipe()
	var work sync.WaitGroup
	var writing sync.Mutex
	say := func(line string) {
		writing.Lock()
		defer writing.Unlock()
		_, _ = io.WriteString(os.Stdout, line+"\n")
	}
	work.Go(func() {
		defer hands.Close()
		each(os.Stdin, func(l string) {
			lines := []string{l}
			if h.in != nil {
				lines = h.in(l, say)
			}
			for _, l := range lines {
				_, _ = io.WriteString(hands, l+"\n")
			}
		})
	})
	work.Go(func() {
		each(mouth, func(l string) {
			lines := []string{l}
			if h.out != nil {
				lines = h.out(l)
			}
			for _, l := range lines {
				say(l)
			}
		})
	})
	err := goadapter.Main(context.Background(), toAdapter, fromAdapter, goadapter.Config{})
	_ = fromAdapter.Close()
	work.Wait()
	return err
}

func each(r io.Reader, do func(string)) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		do(s.Text())
	}
}

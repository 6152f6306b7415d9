package adaptercheck

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/scenarios"
)

// closeLimit is what the contract gives close and a cancelled operation.
const closeLimit = 3 * time.Second

// opens opens a client with these options; it must succeed.
func (s *stage) opens(client string, options map[string]any) error {
	params, err := s.openParams(client, options)
	if err != nil {
		return err
	}
	if err := s.does(contract.MethodOpen, params); err != nil {
		return err
	}
	s.open = append(s.open, client)
	return nil
}

// openParams installs a fake for the client.
func (s *stage) openParams(client string, options map[string]any) (map[string]any, error) {
	cli, err := s.fakes.Install(filepath.Join(s.dir, client), s.r.cfg.Exe)
	if err != nil {
		return nil, err
	}
	if options == nil {
		options = map[string]any{}
	}
	return map[string]any{"client": client, "cli_path": cli, "cwd": filepath.Join(s.dir, "work"), "options": options}, nil
}

// begins opens client c and sends a prompt through the entry point that the adapter has, and returns the operation that reads its messages
// until the result. An adapter with concurrency reads before the prompt is sent.
func (s *stage) begins(options map[string]any) (reading int, err error) {
	if err := s.opens("c", options); err != nil {
		return 0, err
	}
	if !s.r.client() {
		s.holds = true
		if reading, err = s.send("prompt", map[string]any{"client": "c", "prompt": "go"}); err != nil {
			return 0, err
		}
		return reading, s.prompted(reading, "prompt")
	}
	if err := s.does("connect", map[string]any{"client": "c"}); err != nil {
		return 0, err
	}
	if s.r.declares("concurrent.any") {
		if reading, err = s.receives("result"); err != nil {
			return 0, err
		}
	}
	if err := s.does("query", map[string]any{"client": "c", "prompt": "go"}); err != nil {
		return 0, err
	}
	if reading == 0 {
		if reading, err = s.receives("result"); err != nil {
			return 0, err
		}
	}
	return reading, s.prompted(reading, "receive")
}

// prompted waits until the CLI has read the prompt. An operation that ends before says more than the line that never comes.
func (s *stage) prompted(reading int, method string) error {
	isUser := func(l scenarios.Line) bool { return l.Type == "user" }
	err := s.await("the prompt on the CLI's stdin", patience, func() bool {
		_, over := s.answers[reading]
		return over || slices.ContainsFunc(s.lines, isUser)
	})
	e, over := s.answers[reading]
	switch {
	case err != nil || !over:
		return err
	case e.Err != nil:
		return good(e)
	case !slices.ContainsFunc(s.lines, isUser):
		return wrongf("%s was answered with %s before the prompt was on the CLI's stdin", method, clip(string(e.Result), 200))
	}
	return nil
}

func (s *stage) receives(until any) (int, error) {
	return s.send("receive", map[string]any{"client": "c", "until": until})
}

// finishes writes the result, waits for the reading operation to end, and lets the session go.
func (s *stage) finishes(reading int) error {
	if err := s.writes("result", ""); err != nil {
		return err
	}
	method := "receive"
	if !s.r.client() {
		method = "prompt"
		if err := s.await("the result", patience, func() bool { return s.got("result") }); err != nil {
			return err
		}
		s.end(0) // a one-shot session ends with its CLI
	}
	e, err := s.answer(reading, method, patience)
	if err != nil {
		return err
	}
	if err := good(e); err != nil {
		return err
	}
	return s.disconnects()
}

// disconnects ends a client's session, where the adapter can.
func (s *stage) disconnects() error {
	if !s.r.client() || !s.r.declares("disconnect") {
		return nil
	}
	return s.does("disconnect", map[string]any{"client": "c"})
}

// got tells whether a message of that type has come.
func (s *stage) got(kind string) bool {
	for _, m := range s.messages {
		if gjson.GetBytes(m.Message, "type").String() == kind {
			return true
		}
	}
	return false
}

// closeAll closes the clients that are open, in time, and buries the fake.
func (s *stage) closeAll() error {
	for _, client := range s.open {
		id, err := s.send(contract.MethodClose, map[string]any{"client": client})
		if err != nil {
			return err
		}
		e, err := s.answer(id, "close", closeLimit)
		if err != nil {
			return err
		}
		if err := good(e); err != nil {
			return err
		}
	}
	s.open = nil
	return nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

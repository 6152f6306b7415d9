package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// ask feeds a prompt to the CLI, one user line at a time.
func (s *core) ask(ctx context.Context, op string, p Prompt) error {
	if p.empty() {
		return nil
	}
	next := s.parts.Prompt(p.pull())
	for {
		line, err := pullSafely(ctx, next)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.promptFailed(ctx, op, err)
		}
		if err := s.say(ctx, op, line); err != nil {
			return err
		}
	}
}

// pullSafely gives the next item of a prompt stream; one that panics has failed.
func pullSafely(ctx context.Context, next parts.Pull) (line json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			line, err = nil, fmt.Errorf("it panicked: %v", p)
		}
	}()
	return next(ctx)
}

func (s *core) promptFailed(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return asError(op, err)
	}
	return &Error{Kind: PromptError, Op: op, Message: "the prompt stream failed: " + err.Error(), Err: err}
}

// say writes one user line.
func (s *core) say(ctx context.Context, op string, line []byte) error {
	line, err := oneLine(line)
	if err != nil {
		return &Error{Kind: PromptError, Op: op, Message: "a prompt's item is not a user message: " + err.Error(), Err: err}
	}
	s.mu.Lock()
	number := s.turns.Wrote()
	s.asked = number
	s.lines[number] = struct{}{}
	s.mu.Unlock()
	s.input.step(parts.PromptWritten, Message{})
	err = s.write(ctx, op, s.opts.composed(line))
	if err != nil && !begun(err) {
		s.unsay(number)
	}
	return err
}

// unsay takes back a user line of which the CLI will see nothing.
func (s *core) unsay(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns.Unwrote(number)
	delete(s.lines, number)
	s.unsaid[number] = true
	for s.unsaid[s.asked] {
		s.asked--
	}
}

// oneLine gives a JSON object as one line.
func oneLine(item []byte) ([]byte, error) {
	if len(item) == 0 || !json.Valid(item) {
		return nil, errors.New("it is not JSON")
	}
	if bytes.TrimLeft(item, " \t\r\n")[0] != '{' {
		return nil, errors.New("it is JSON, but no object")
	}
	if bytes.IndexByte(item, '\n') < 0 {
		return item, nil
	}
	var line bytes.Buffer
	err := json.Compact(&line, item)
	return line.Bytes(), err
}

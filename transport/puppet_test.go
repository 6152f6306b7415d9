//go:build unix

package transport

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// Puppet is a process that does what the test tells it over a socket. It is exported to the tests outside the package.
type Puppet struct {
	life    *life
	encoder *json.Encoder
	decoder *json.Decoder
}

// strings that a puppet is pulled by, and what it says of it.
type (
	pull struct {
		Do, Text string
		Code     int
	}
	reply struct{ Text, Err string }
)

// NewPuppet gives the command of a puppet. It must be started, then Attach waits for it.
func NewPuppet(t *testing.T) (*Puppet, Command) {
	l, env := newLife(t)
	return &Puppet{life: l}, helper(t, "puppet", env)
}

// Attach waits until the puppet runs.
func (p *Puppet) Attach(t *testing.T) {
	p.life.await(t)
	p.encoder, p.decoder = json.NewEncoder(p.life.conn), json.NewDecoder(p.life.conn)
}

func (p *Puppet) pull(do pull) (string, error) {
	if err := p.encoder.Encode(do); err != nil {
		return "", err
	}
	var r reply
	if err := p.decoder.Decode(&r); err != nil {
		return "", err
	}
	switch r.Err {
	case "":
		return r.Text, nil
	case io.EOF.Error():
		return "", io.EOF
	}
	return r.Text, errors.New(r.Err)
}

func (p *Puppet) Write(b []byte) (int, error) {
	_, err := p.pull(pull{Do: "write", Text: string(b)})
	return len(b), err
}

func (p *Puppet) ReadLine() (string, error) { return p.pull(pull{Do: "read"}) }

func (p *Puppet) CloseOutput() error { _, err := p.pull(pull{Do: "close"}); return err }

// End ends the puppet, which is then gone and answers no more.
func (p *Puppet) End(code int) error { _, _ = p.pull(pull{Do: "end", Code: code}); return nil }

// bePulled is the puppet's own side.
func bePulled() int {
	conn, err := net.Dial("unix", os.Getenv(lifeVar))
	if err != nil {
		return 1
	}
	in, commands, answers := bufio.NewReader(os.Stdin), json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var do pull
		if err := commands.Decode(&do); err != nil {
			return 1
		}
		var r reply
		err := error(nil)
		switch do.Do {
		case "write":
			_, err = os.Stdout.WriteString(do.Text)
		case "read":
			r.Text, err = in.ReadString('\n')
			r.Text = strings.TrimSuffix(r.Text, "\n")
		case "close":
			err = errors.Join(syscall.Close(1), syscall.Close(2))
		case "end":
			return do.Code
		}
		if err != nil {
			r.Err = err.Error()
		}
		if err := answers.Encode(r); err != nil {
			return 1
		}
	}
}

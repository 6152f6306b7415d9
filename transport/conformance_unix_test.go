//go:build unix

package transport_test

import (
	"testing"

	"github.com/wiretrial/wiretrial/transport"
	"github.com/wiretrial/wiretrial/transport/transporttest"
)

func TestProcessConforms(t *testing.T) {
	t.Parallel()
	err := transporttest.Check(func() (transport.Transport, transporttest.Peer, error) {
		puppet, cmd := transport.NewPuppet(t)
		p, err := transport.Start(t.Context(), cmd, transport.Options{})
		if err != nil {
			return nil, nil, err
		}
		puppet.Attach(t)
		return p, puppet, nil
	}, transporttest.Limits{})
	if err != nil {
		t.Error(err)
	}
}

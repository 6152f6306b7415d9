package transport_test

import (
	"testing"

	"github.com/wiretrial/wiretrial/transport"
	"github.com/wiretrial/wiretrial/transport/transporttest"
)

// memoryPeer is a Peer as transporttest wants it.
type memoryPeer struct{ *transport.Peer }

func (p memoryPeer) ReadLine() (string, error) {
	frame, err := p.ReadFrame()
	return string(frame), err
}
func (p memoryPeer) CloseOutput() error { p.Peer.CloseOutput(); return nil }
func (p memoryPeer) End(code int) error { p.Peer.End(code, ""); return nil }

func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	err := transporttest.Check(func() (transport.Transport, transporttest.Peer, error) {
		m, peer := transport.Pipe()
		return m, memoryPeer{peer}, nil
	}, transporttest.Limits{})
	if err != nil {
		t.Error(err)
	}
}

package parts

import (
	"context"

	"github.com/wiretrial/wiretrial/transport"
)

// Find gives the path of the CLI as [transport.Discover] finds it. No version is probed: a probe may hang (B086).
func Find(path string) (string, error) { return transport.Discover(path) }

// Open starts the CLI as a process.
func Open(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
	p, err := transport.Start(ctx, c, o)
	if err != nil {
		return nil, err
	}
	return p, nil
}

package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// traced is a transport that shows the kind of each line in both directions.
type traced struct{ transport.Transport }

func (t traced) WriteFrame(ctx context.Context, frame []byte) error {
	show("→", frame)
	return t.Transport.WriteFrame(ctx, frame)
}

func (t traced) ReadFrame() ([]byte, error) {
	frame, err := t.Transport.ReadFrame()
	if err == nil {
		show("←", frame)
	}
	return frame, err
}

func show(arrow string, frame []byte) {
	if m, err := protocol.Decode(frame); err == nil {
		fmt.Println(arrow, m.Kind())
	}
}

// A custom transport: Spawn is given the command that would be started here and may start it anywhere, in a container or over a
// connection. This one starts it here, and traces its wire. Options.Open is for a CLI that runs already, and for one in memory
// (transport.Pipe), as tests like it.
func ExampleOptions_spawn() {
	opts := client.Options{
		CLIPath: claude(capital),
		Spawn: func(ctx context.Context, c transport.Command) (transport.Transport, error) {
			process, err := transport.Start(ctx, c, transport.Options{})
			if err != nil {
				return nil, err
			}
			return traced{process}, nil
		},
	}
	for _, err := range client.Query(context.Background(), client.Text("What is the capital of France?"), opts) {
		if err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// → control_request/initialize
	// ← control_response/success
	// → user
	// ← system/init
	// ← assistant
	// ← result/success
}

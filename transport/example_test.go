package transport_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/transport"
)

// A client and a claude in one test, without a process.
func ExamplePipe() {
	ctx := context.Background()
	client, claude := transport.Pipe()
	go func() {
		prompt, _ := claude.ReadFrame()
		_ = claude.WriteFrame(ctx, []byte(`{"type":"result","echo":`+string(prompt)+`}`))
		claude.End(0, "")
	}()
	_ = client.WriteFrame(ctx, []byte(`{"type":"user"}`))
	frame, _ := client.ReadFrame()
	fmt.Println(string(frame))
	fmt.Println(client.Close(ctx), client.Exit().Code)
	// Output:
	// {"type":"result","echo":{"type":"user"}}
	// <nil> 0
}

// Frames out of a stream that holds more than frames.
func ExampleFramer() {
	output := "warning: old config\n{\"type\":\"system\"}\r\n\x1b]0;title\a{\"type\":\"result\"}"
	framer := transport.NewFramer(strings.NewReader(output), transport.FramerOptions{})
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(frame))
	}
	// Output:
	// {"type":"system"}
	// {"type":"result"}
	// EOF
}

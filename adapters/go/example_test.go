package goadapter_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// The adapter speaks on any pair of streams and ends with its input. What the client cannot do it refuses.
func ExampleMain() {
	in := strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"make_coffee","params":{}}` + "\n")
	if err := goadapter.Main(context.Background(), in, os.Stdout, goadapter.Config{}); err != nil {
		fmt.Println(err)
	}
	// Output: {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the client has no make_coffee"}}
}

package client_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/wiretrial/wiretrial/client"
)

// A whole program: a client whose CLI, found in PATH, must ask before it uses a tool.
func Example_readme() {
	path := os.Getenv("PATH")
	defer os.Setenv("PATH", path)
	check(os.Setenv("PATH", filepath.Dir(claude(deletes))))

	ctx := context.Background()
	c := client.New(client.Options{
		CanUseTool: func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			if r.ToolName == "Read" {
				return client.Allow(), nil
			}
			return client.Deny("deleting is not allowed here"), nil
		},
	})
	if err := c.Connect(ctx, client.Text("Clean up.")); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)
	for m, err := range c.Response(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Kind(), m.Text())
	}
	// Output: result/success I left notes.txt alone.
}

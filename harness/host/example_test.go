//go:build linux || darwin

package host_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wiretrial/wiretrial/harness/host"
)

// An adapter of three lines of shell says hello, refuses the first operation, and exits at the end of its stdin. The binary that calls Start
// must call ReaperMain when its first argument is "__reaper", as this test's TestMain does.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	a, err := host.Start(ctx, host.Spec{
		Name: "null",
		Argv: []string{"/bin/sh", "-c", `
			read hello; echo '{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"adapter":{"name":"null","version":"1"}}}'
			read ping;  echo '{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no such operation"}}'
			cat > /dev/null`},
		Env: host.EnvAllow(os.Environ(), nil, nil),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("hello from", a.Hello().Adapter.Name)
	if _, err := a.Send("ping", map[string]string{"client": "a"}); err != nil {
		fmt.Println(err)
	}
	answer := <-a.Events()
	fmt.Println(answer.Kind, answer.Method, answer.Err)
	fmt.Println("closed:", a.Close(ctx))
	exit := <-a.Events()
	fmt.Println(exit.Kind, exit.Code)
	// Output:
	// hello from null
	// answer ping no such operation
	// closed: <nil>
	// exit 0
}

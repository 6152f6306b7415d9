package adaptercheck_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
)

// TestMain lets the test binary be everything that a check starts: the fake, the reaper, and adapters good and bad.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "__reaper":
			os.Exit(host.ReaperMain(os.Args[2:]))
		case "__adapter":
			os.Exit(adapterRole(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// adapterRole is the adapter of our own client, with the fault of that name.
func adapterRole(name string) int {
	in, out, err := takeChannel(name == "channel.descriptors")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	f := faults()[name]
	if f.start != nil {
		f.start(out)
	}
	if err := serve(in, out, f); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return f.exit
}

func serve(in io.Reader, out io.Writer, f fault) error {
	if f.in == nil && f.out == nil {
		return goadapter.Main(context.Background(), in, out, goadapter.Config{})
	}
	return proxied(in, out, f)
}

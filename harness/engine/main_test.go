package engine_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
)

// TestMain lets the test binary be everything that a case starts: the fake, the reaper, and adapters honest and lying.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "__reaper":
			os.Exit(host.ReaperMain(os.Args[2:]))
		case "__adapter":
			os.Exit(adapterRole(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// adapterRole is the adapter of our own client, with the lie of that name.
func adapterRole(name string) int {
	l, ok := lies()[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no lie of the name", name)
		return 2
	}
	if err := l.serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

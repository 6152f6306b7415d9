package mockcli

import (
	"os"
	"testing"
)

// TestMain lets the test binary be the mock: tests start it by a hard link of the name claude.
func TestMain(m *testing.M) {
	if IsMock(os.Args) {
		os.Exit(Main(os.Args, Env{}))
	}
	os.Exit(m.Run())
}

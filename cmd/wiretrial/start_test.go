package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// Linked packages work before main, in each start as claude. What they allocate then is the same on each machine, unlike the
// time that it takes: a package that compiles its tables there allocates megabytes.
func TestNoPackageWorksBeforeMain(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^$") // this package's test program links what the program links
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, trace)
	}
	const each, all = 128 << 10, 512 << 10
	sum, packages := 0, 0
	for _, m := range regexp.MustCompile(`(?m)^init (\S+) .* (\d+) bytes,`).FindAllStringSubmatch(string(trace), -1) {
		bytes, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		if bytes > each {
			t.Errorf("%s allocates %d bytes before main, more than %d", m[1], bytes, each)
		}
		sum, packages = sum+bytes, packages+1
	}
	if packages < 10 || sum > all {
		t.Errorf("%d packages allocate %d bytes before main; expected at most %d in some tens of packages", packages, sum, all)
	}
	t.Logf("%d bytes in %d packages", sum, packages)
}

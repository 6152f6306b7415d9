//go:build !unix

package mutants

import "os"

// startLeaking starts a process; descriptors are inherited by other rules here.
func startLeaking(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	return os.StartProcess(path, argv, attr)
}

// startInOneGroup starts processes; there are no groups here.
func startInOneGroup() func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	return os.StartProcess
}

// startKeeping starts a process, and keeps nothing here.
func startKeeping(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	return os.StartProcess(path, argv, attr)
}

//go:build !unix

package goadapter

import "os"

// takeStdio keeps the descriptors and gives the program others to print on: children are started with handles of their own there.
func takeStdio(null *os.File) (in, out *os.File, err error) {
	in, out = os.Stdin, os.Stdout
	os.Stdin, os.Stdout = null, os.Stderr
	return in, out, nil
}

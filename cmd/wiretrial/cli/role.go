// Package cli is the wiretrial command: its flags, its exit codes and the roles that the one binary plays.
//
// It decides nothing about scenarios: it turns flags into a harness.Config, and a log into text.
package cli

import (
	"context"
	"fmt"
	"os"
	"slices"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/harness/host"
)

// The first arguments that make this binary something else than the command.
const (
	RoleReaper  = "__reaper"
	RoleAdapter = "__adapter"
	RoleMutant  = "__mutant"
)

// Role plays the role that the arguments name, and tells whether they named one.
func Role(args []string) (code int, ok bool) {
	if len(args) < 2 {
		return 0, false
	}
	switch args[1] {
	case RoleReaper:
		return host.ReaperMain(args[2:]), true
	case RoleAdapter:
		return goRole(args[2:]), true
	case RoleMutant:
		return mutantRole(args[2:]), true
	case RoleBusy:
		return busyRole(), true
	}
	return 0, false
}

// goRole is the adapter of our own client, a process of its own like any other. Its argument names the face.
func goRole(args []string) int {
	var config goadapter.Config
	if slices.Contains(args, goSession) {
		config = goadapter.Config{Name: goSession, Session: true}
	}
	in, out, err := goadapter.Stdio()
	if err == nil {
		err = goadapter.Main(context.Background(), in, out, config)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "wiretrial: go adapter:", err)
		return 1
	}
	return 0
}

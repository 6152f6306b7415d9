package matrix_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/adapters/mutants"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/harness/matrix"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// TestMain lets this binary play every role of the command, as the processes of the gate.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	switch os.Args[1] {
	case "__reaper":
		os.Exit(host.ReaperMain(os.Args[2:]))
	case "reference":
		os.Exit(exitCode(goadapter.Main(context.Background(), os.Stdin, os.Stdout, goadapter.Config{})))
	case "mutant":
		mutant, _ := mutants.Find(os.Args[2])
		os.Exit(exitCode(mutant.Main(context.Background(), os.Stdin, os.Stdout)))
	}
	os.Exit(m.Run())
}

func exitCode(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// sample gives some of the faults, the same ones for a seed.
func sample(seed uint64, n int) []matrix.Subject {
	var subjects []matrix.Subject
	for _, m := range mutants.All() {
		if !m.IsControl() {
			subjects = append(subjects, matrix.Subject{Name: m.Name, Group: m.Group, Fault: m.Fault, Kills: m.Kills})
		}
	}
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(subjects), func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
	return subjects[:n]
}

func TestASampleOfTheFaultsIsCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("plays scenarios with processes")
	}
	t.Parallel()
	cat, err := scenarios.LoadFS(os.DirFS("../../scenarios"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := cat.Select(nil)
	if err != nil {
		t.Fatal(err)
	}
	const seed = 7
	subjects := sample(seed, 8)
	cases := slices.DeleteFunc(all, func(c scenarios.Case) bool {
		named := slices.ContainsFunc(subjects, func(s matrix.Subject) bool { return slices.Contains(s.Kills, c.File.ID) })
		return c.Slow > 0 || !named
	})
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m, err := matrix.Run(t.Context(), matrix.Config{
		Exe: exe, Reference: []string{exe, "reference"}, Adapter: func(name string) []string { return []string{exe, "mutant", name} },
		Subjects: subjects, Cases: cases, Jobs: 2, Seed: seed, Dir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !m.OK() || len(m.Kills) < len(subjects)/2 {
		t.Errorf("want every fault of the sample caught, got:\n%s", matrix.Text(m, time.Second))
	}
}

// Package mutation tests the tests of the mock and of the harness: each of its patches is one fault in a source file, and a package's
// own tests must fail when they are built with it.
//
// It has no code but tests. It patches nothing on disk: the compiler reads the changed file in the other's place (go test -overlay), so no
// product code knows of a fault. Faults of an SDK are no matter of this package; adapters/mutants has them.
package mutation

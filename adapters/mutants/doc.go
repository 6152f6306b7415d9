// Package mutants holds clients with one named fault each: the reference client, driven by its own adapter, with one other piece
// in it. They test the tests: a scenario that no mutant fails has shown nothing, and a mutant that passes everything names a
// promise that nobody checks.
//
// It is not a model of any SDK, though each fault was seen in one. A mutant is as small as its fault allows; what else it breaks is
// recorded by the kill matrix and is no concern of its own. Nothing here is part of the product: client, transport and protocol do
// not know it.
package mutants

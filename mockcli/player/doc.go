// Package player is the fake claude without a harness: it plays the CLI's side of a scenario file on the real standard
// streams, so that an app on an SDK can be tested with no network, no key and no cost.
//
// It judges nothing but what its script reads: steps of the SDK are skipped, reads are the only synchronisation, and the laws that hold
// unsaid in a harness (delivery, schemas, hygiene) are not checked. That is the harness's business.
package player

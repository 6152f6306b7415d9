// Package mockcli is the fake claude: hands on real standard streams that a harness moves by the mock protocol, the
// harness's side of that protocol, and the stand-alone player that replays a scenario file without a harness.
//
// It knows nothing of verdicts, and the puppet knows nothing of scenarios: it reads, writes and reports, byte for byte.
package mockcli

// Package mockcli is the fake claude: hands on real standard streams that a harness moves by the mock protocol
// ([Main], the puppet), and the harness's side of that protocol ([Listen], [Listener.Install], [Peer]).
//
// It knows nothing of verdicts and nothing of scenarios: it reads, writes and reports, byte for byte. The stand-alone
// player, which replays a scenario file without a harness, is package mockcli/player; a program that wants both passes
// the player to [Main] as [Env].Alone.
package mockcli

package engine_test

import "github.com/wiretrial/wiretrial/harness/engine"

// storeRules are those of the session store, and of what an SDK leaves for its CLI.
func storeRules() []rule {
	const frame = `'{"type":"transcript_mirror","filePath":"${starts.env.HOME}/.claude/projects/-w/5b0d2a4e-6a3d-4a55-9c1e-2f7d8f0c1a11.jsonl","entries":[{"type":"user","uuid":"e1"}]}'`
	const session = "5b0d2a4e-6a3d-4a55-9c1e-2f7d8f0c1a11"
	const begin = `
- sdk.start: {prompt: go on, options: {session_store: [append, load]}}
- cli.starts:
- cli.reads: user
`
	const resume = `
- sdk.start: {prompt: go on, options: {session_store: [append, load], resume: ` + session + `}}
- store.keeps: ` + session + `
  with: '[{"type":"user","uuid":"e1"}]'
- store.serves: [load]
- cli.starts:
- cli.reads: user
`
	return []rule{
		{name: "a call of the store is taken and answered", text: begin + `
- cli.writes: ` + frame + `
- cli.writes: result
- store.appends:
  match: {key.session_id: ` + session + `, entries.0.uuid: e1}
- store.answers: append
  with: {}
  as: saved
- sdk.yields: result
  since: saved
- store.holds: ` + session + `
  match: {count: 1}
`},
		{name: "a call of the store that nobody takes is a failure", check: engine.CheckDeadline, text: begin + `
- cli.writes: ` + frame + `
- cli.writes: result
- sdk.yields: result
`, step: 6},
		{name: "the store serves by itself, and a step may take the call all the same", text: begin + `
- store.serves: [append]
- cli.writes: ` + frame + `
- cli.writes: result
- sdk.yields: result
- store.appends:
  match: {entries.0.uuid: e1}
`},
		{name: "what the store does not hold is a failure at once", check: engine.CheckStore, step: 6, got: "0", text: begin + `
- cli.writes: result
- sdk.yields: result
- store.holds: ` + session + `
  match: {count: 1}
`},
		{name: "a store that fails is told, and law 2 does not mind", text: begin + `
- store.fails: [append]
- cli.writes: ` + frame + `
- cli.writes: init
- cli.writes: result
- sdk.yields: system/mirror_error
- sdk.yields: result
- store.holds: ` + session + `
  match: {count: 0}
`},
		{name: "what the CLI would find is looked at, and its removal waited for", text: resume + `
- cli.finds: projects/*/` + session + `.jsonl
  match: {count: 1, files.0.mode: "0600", files.0.entries.0.uuid: e1}
- cli.finds: projects/*/other.jsonl
  match: {count: 0}
- cli.writes: result
- sdk.yields: result
- sdk.disconnect:
- cli.reads: eof
- cli.exits: 0
- sdk.returns: disconnect
- sdk.removes: projects/*/*
`},
		{name: "what the CLI would not find is a failure", check: engine.CheckFileMatch, step: 6, text: resume + `
- cli.finds: projects/*/other.jsonl
- cli.writes: result
- sdk.yields: result
`},
		{name: "a CLI without a directory of its own finds nothing", check: engine.CheckFileMatch, step: 4, got: "CLAUDE_CONFIG_DIR", text: begin + `
- cli.finds: projects/*/other.jsonl
  match: {count: 0}
- cli.writes: result
- sdk.yields: result
`},
		{name: "what is not removed is a failure", check: engine.CheckFileKept, step: 6, text: resume + `
- sdk.removes: projects/*/*
  within: 500ms
- cli.writes: result
- sdk.yields: result
`},
	}
}

package adaptercheck

import (
	"context"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

const docs = "docs/adapters.md#"

// table is every check in the order in which they run: from what needs nothing to what needs a working session, and last what was
// seen on the channel all the while.
func (r *runner) table() []probe {
	table := append(strangers(), sessions()...)
	for _, f := range contract.Features() {
		table = append(table, featureProbe(f))
	}
	return append(table, lawProbes()...)
}

// strangers are the checks that need no session.
func strangers() []probe {
	return []probe{
		{id: "hello.answer", ref: docs + "hello", run: helloAnswer,
			promise: "hello names the adapter, the SDK and the idiom",
			advice:  `answer hello with {"protocol":1, "adapter":{name, version}, "sdk":{name, version, language, runtime}, "features":[...], "idiom":"..."}`},
		{id: "hello.features", ref: docs + "features", run: helloFeatures,
			promise: "features are of the contract's closed set and fit each other",
			advice:  "declare what the SDK can do, by the names of the contract, and nothing else"},
		{id: "refuse.method", ref: docs + "refusing", run: refuseMethod,
			promise: "an unknown method is refused with -32601",
			advice:  "look the method up in a table of what the SDK can do, and answer -32601 for everything else"},
		{id: "refuse.operation", ref: docs + "refusing", run: refuseOperation,
			promise: "operations that hello does not declare are refused with -32601",
			advice:  "declare the operation if the SDK has it, else refuse it: never answer for an SDK that cannot do it"},
		{id: "refuse.option", ref: docs + "refusing", run: refuseOption,
			promise: "an unknown option is refused with -32602 and named in data.unsupported",
			advice:  "compare the keys of options with those that you hand to the SDK, before building anything"},
		{id: "refuse.client", ref: docs + "refusing", run: refuseClient,
			promise: "an operation on a client that is not open is an adapter fault, -32002",
			advice:  "look the client up among those that open made and close did not yet forget"},
		{id: "open.options", ref: docs + "open", run: openOptions,
			promise: "each option of the contract is either taken or refused by its name",
			advice:  "a value that the SDK cannot take is -32602 with data.unsupported, too; callbacks that hello declares must be taken"},
		{id: "open.again", ref: docs + "open", run: openAgain,
			promise: "a client that was closed may be opened again",
			advice:  "close drops every reference to the client"},
		{id: "open.spawns-nothing", ref: docs + "open", run: openSpawns,
			promise: "open builds the SDK's objects and starts no process",
			advice:  "start the CLI in connect or prompt, not in open"},
		{id: "channel.descriptors", ref: docs + "channel", run: channelDescriptors,
			promise: "descriptors 0 and 1 of the adapter are not the channel",
			advice:  "at the start duplicate descriptors 0 and 1 for the channel, then point 0 at /dev/null and 1 at 2: printing and children then cannot touch it"},
		{id: "cancel.stray", ref: docs + "cancel", run: cancelStray, needs: []string{"concurrent.any|concurrent.interrupt"},
			promise: "a cancel that comes too late is ignored",
			advice:  "ignore $/cancelRequest for an id that is not in flight"},
		{id: "exit.idle", ref: docs + "end", run: exitIdle,
			promise: "at the end of its stdin the adapter exits with 0 within 5 s",
			advice:  "return from main when reading stdin gives the end, so that the SDK's exit hooks run; do not wait for threads that never end"},
	}
}

// sessions are the checks that need a turn.
func sessions() []probe {
	turn := []string{turnID}
	callbacks := []string{"callback.can_use_tool"}
	return []probe{
		{id: turnID, ref: docs + "turn", run: plainTurn, needs: []string{"prompt|connect"},
			promise: "a text that only the fake knows comes back through the SDK",
			advice:  "forward every message at once as a message notification whose op is the id of the receive or prompt, and reply to it afterwards"},
		{id: "failure.answered", ref: docs + "errors", run: failureAnswered, rests: turn, needs: []string{"prompt|connect"},
			promise: "when the CLI exits in the middle of a turn, the operation is answered and the adapter lives on",
			advice:  `catch what the SDK raises and answer with -32000 and data {"kind", "type", "exit_code", ...}`},
		{id: "open.reaches", ref: docs + "open", run: openReaches, rests: turn, needs: []string{"prompt|connect"},
			promise: "an option that open takes reaches the CLI",
			advice:  "hand the option to the SDK, or refuse it; where the SDK itself drops it, leave the option out of what you take"},
		{id: "channel.children", ref: docs + "channel", run: channelChildren, rests: turn, needs: []string{"prompt|connect"},
			promise: "the SDK's CLI does not inherit the channel",
			advice:  "mark your duplicates of descriptors 0 and 1 close-on-exec, and close the originals"},
		{id: "alive.answered", ref: docs + "concurrency", run: aliveAnswered, rests: turn, needs: []string{"concurrent.any|concurrent.interrupt"},
			promise: "alive is answered while an operation is in flight",
			advice:  "read the channel in a task or thread of its own; an adapter that cannot must not declare concurrent.any or concurrent.interrupt"},
		{id: "order.tasks", ref: docs + "order", run: orderTasks, rests: turn, needs: []string{"context.task", "connect", "set_model|set_permission_mode|mcp_status|get_context_usage"},
			promise: "operations of one task run one after the other, in the order read",
			advice:  "keep a queue for each name of on, and start the next operation when the one before has its reply"},
		{id: "callback.own-answer", ref: docs + "callbacks", run: callbackOwnAnswer, rests: turn, needs: callbacks,
			promise: "of several callbacks each gets its own answer, whatever the order of the answers",
			advice:  "keep the pending callbacks by the id of your request; never answer the latest one"},
		{id: "callback.pending", ref: docs + "callbacks", run: callbackPending, rests: turn, needs: append([]string{"concurrent.any"}, callbacks...),
			promise: "a callback may stay open while other requests are answered",
			advice:  "wait for a callback's answer in its own task, not in the loop that reads the channel"},
		{id: "callback.late-answer", ref: docs + "callbacks", run: callbackLate, rests: turn, needs: append([]string{"callback.withdrawn"}, callbacks...),
			promise: "an answer that comes after the SDK withdrew the callback is ignored",
			advice:  "forget a request when you send $/cancelRequest for it, and ignore answers to ids that you do not know"},
		{id: "callback.absent", ref: docs + "callbacks", run: callbackAbsent, rests: turn, needs: []string{"callback.can_use_tool|callback.hook|callback.mcp_tool"},
			promise: "what a callback's answer leaves out does not reach the CLI as null",
			advice:  "absent is not null: hand the SDK only the keys that the answer has. If it is the SDK that writes null for what its user left out, that is a finding, not yours"},
		{id: "cancel.settles", ref: docs + "cancel", run: cancelSettles, rests: turn, needs: []string{"concurrent.any|concurrent.interrupt"},
			promise: "a cancelled operation is answered within 3 s, as cancelled or with its real outcome",
			advice:  `cancel it as a user of the SDK would, and reply with -32000 and data {"kind":"cancelled"}`},
		{id: "cancel.keeps", ref: docs + "cancel", run: cancelKeeps, rests: []string{turnID, "cancel.settles"}, needs: []string{"concurrent.any|concurrent.interrupt", "connect", "query", "receive"},
			promise: "a cancelled receive loses no message",
			advice:  "keep a read that was begun and hand what it gives to the next receive: all receives of a client share one iterator"},
		{id: "close.settles", ref: docs + "end", run: closeSettles, rests: turn, needs: []string{"concurrent.any|concurrent.interrupt"},
			promise: "close answers what is in flight first, and itself within 3 s",
			advice:  "cancel what is in flight, wait for its replies, then reply to close; do not disconnect"},
		{id: "exit.busy", ref: docs + "end", run: exitBusy, rests: turn, needs: []string{"concurrent.any|concurrent.interrupt"},
			promise: "the adapter exits within 5 s of the end of its stdin while an operation is in flight, too",
			advice:  "at the end of stdin cancel what is in flight and return from main"},
	}
}

const turnID = "turn.plain"

// lawProbes report what was seen on the channel during all other checks.
func lawProbes() []probe {
	law := func(id, ref, promise, advice string) probe {
		return probe{id: id, ref: docs + ref, promise: promise, advice: advice, run: func(_ context.Context, r *runner) error { return r.laws.found(id) }}
	}
	return []probe{
		law(lawNoise, "channel", "nothing but messages is on the channel",
			"print to stderr; duplicate descriptors 0 and 1 before anything is imported, then point 1 at 2, so that no library can print on the channel"),
		law(lawMessages, "channel", "every line is a message of the contract",
			"write JSON-RPC 2.0, one object a line; your own ids are strings; answer each request once, with its own id"),
		law(lawOrder, "order", "all messages of an operation come before its reply, and are counted in it",
			"forward in the task that reads, and send the reply after the last message"),
		law(lawYields, "turn", "every message is forwarded with its type, under the names of the wire",
			"map the SDK's types back to the wire; where the SDK gives its user the frame itself, forward that"),
		law(lawResults, "operations", "results have the shape of the contract",
			`answer with an object: {} where there is nothing to say, {"value": ...} where the SDK returns something, {"count", "end"} for receive and prompt`),
		law(lawErrors, "errors", "errors have a code and a kind of the contract",
			`use -32601, -32602 with {"unsupported":[...]}, -32000 with {"kind":...}, -32002 for your own faults`),
	}
}

// Catalogue is every check that Run makes, in order, with its promise, advice and reference; their status is empty.
func Catalogue() []Check {
	table := (&runner{}).table()
	checks := make([]Check, len(table))
	for i, p := range table {
		checks[i] = Check{ID: p.id, Promise: p.promise, Advice: p.advice, Ref: p.ref}
	}
	return checks
}

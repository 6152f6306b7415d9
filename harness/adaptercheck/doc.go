// Package adaptercheck checks a new adapter against the adapter contract: that it speaks the channel, refuses what it must refuse, keeps
// the order of messages, cancels and ends in time, and that every feature which it declares can be shown once against the fake claude.
//
// It is no catalogue: whether an SDK keeps its promises to its users is what scenarios are for. A check fails only for what the contract
// asks of an adapter; where an SDK might be the cause the advice says so. It prints nothing: Text, Header and Summary give the words.
package adaptercheck

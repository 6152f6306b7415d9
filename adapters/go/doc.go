// Package goadapter is the adapter of this module's own client: it speaks the adapter contract on a channel and drives
// package client with it, in the way the client's documentation tells users to.
//
// It knows no scenario, emulates nothing that the client cannot do, and adds no retry, timeout or order of its own. It is a
// process of its own like any other SDK's adapter; the mutants are this adapter with other [parts] in its clients.
package goadapter

// Package filelock takes the lock of an open file, by which processes keep out of each other's way. It is no mutex: it does not wait, and says
// nothing about goroutines of one process.
package filelock

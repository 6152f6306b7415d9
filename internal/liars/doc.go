// Package liars holds adapters that lie, against the catalogue and the command: no scenario may pass in which a lie was told, and the exit
// code must say that something is wrong. It has no code but tests.
//
// What is wrong is decided by the liar itself: it notes each lie that it tells, so a pass is wrong exactly when something was noted during
// the case. A case that gives a liar no occasion may pass, for it is the honest adapter then. Single checks are shown by package engine's own
// tests, and breaches of the adapter contract by package adaptercheck's.
package liars

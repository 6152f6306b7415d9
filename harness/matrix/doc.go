// Package matrix tests the tests: it holds clients with known faults against the scenarios and decides whether each fault is caught,
// by which scenario and which of its checks.
//
// It knows no fault and no scenario by name: what is held against what is its input. Judge is pure; Run plays the cases by
// package harness. It judges no SDK.
package matrix

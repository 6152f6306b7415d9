// Package bench compares the Go client with the official SDKs, in one run on one machine: the same messages from the same CLI, read by
// a program of each language through its SDK. It holds
//
//   - claude: a CLI that does nothing but write as fast as the pipe takes it;
//   - gosdk, python.py and node.mjs: the same program three times, with typed messages delivered to the user;
//   - the test that builds, installs, runs and compares them: go test ./internal/bench -run TestRatios -ratios -v
//
// It is no part of the product and judges no conformance. Without -ratios its test checks only that the programs agree.
package bench

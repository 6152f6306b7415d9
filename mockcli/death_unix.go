//go:build linux || darwin

package mockcli

import "time"

// waitEnd takes the end of the connection for the death: a mock keeps it until it ends.
func waitEnd(ended, done <-chan struct{}) (Death, bool) {
	select {
	case <-ended:
	case <-done:
	}
	select {
	case <-done:
		return Death{}, false
	default:
		return Death{At: time.Now(), T: monotonic()}, true
	}
}

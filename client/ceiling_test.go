package client

import (
	"testing"
	"time"
)

func TestCeilingOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 600 * time.Second, "1500": 1500 * time.Millisecond, "0": 0, "-1": 600 * time.Second, "10s": 600 * time.Second,
		"1e3": 600 * time.Second, "99999999999": (1<<31 - 1) * time.Millisecond, "99999999999999999999": 600 * time.Second,
	} {
		if got := ceilingOf(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

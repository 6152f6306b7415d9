package scenarios

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Bounds of the units: what is above was meant otherwise.
const (
	maxDuration = time.Hour
	maxSize     = 1 << 30
)

// ParseDuration reads a duration of the language, a whole number of milliseconds or seconds: 300ms, 2s. It is at most an hour.
func ParseDuration(s string) (time.Duration, error) {
	unit, digits := time.Millisecond, strings.TrimSuffix(s, "ms")
	if digits == s {
		unit, digits = time.Second, strings.TrimSuffix(s, "s")
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || digits == s || digits[0] == '+' {
		return 0, fmt.Errorf("want a duration like 300ms or 2s, got %q", clip(s))
	}
	if n > uint64(maxDuration/unit) {
		return 0, fmt.Errorf("want a duration of at most %ds, got %q", maxDuration/time.Second, clip(s))
	}
	return time.Duration(n) * unit, nil
}

// ParseSize reads a size of the language in bytes: 700, 64KiB, 1MiB. It is at most 1 GiB.
func ParseSize(s string) (int, error) {
	unit, digits := 1, s
	for suffix, bytes := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			unit, digits = bytes, rest
		}
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || digits[0] == '+' {
		return 0, fmt.Errorf("want a size like 700, 64KiB or 1MiB, got %q", clip(s))
	}
	if n > math.MaxInt32 || int(n) > maxSize/unit {
		return 0, fmt.Errorf("want a size of at most 1GiB, got %q", clip(s))
	}
	return int(n) * unit, nil
}

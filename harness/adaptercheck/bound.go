package adaptercheck

import "time"

// bound is a bound of time for the adapter, without the time for which its threads waited for a CPU: an adapter that is kept from running can do
// nothing meanwhile. It is put off by three times itself at most.
type bound struct {
	s             *stage
	timer         *time.Timer
	began         time.Time
	within, waits time.Duration // waits: of its threads when it began
}

// bounded begins a bound.
func (s *stage) bounded(within time.Duration) *bound {
	waits, _ := s.a.RunQueueWait()
	return &bound{s: s, timer: time.NewTimer(within), began: time.Now(), within: within, waits: waits}
}

// putOff is asked when the timer has fired, and sets it again if there is time left.
func (b *bound) putOff() bool {
	waits, ok := b.s.a.RunQueueWait()
	if !ok {
		return false
	}
	left := b.within + min(max(waits-b.waits, 0), 3*b.within) - time.Since(b.began)
	if left <= 0 {
		return false
	}
	b.timer.Reset(left)
	return true
}

package host

import "time"

// Bound is a bound of time for an adapter, without the time for which its threads waited for a CPU: an adapter that is kept from running can do
// nothing meanwhile. Threads wait side by side, so it is put off by three times itself at most. One goroutine uses it, and stops it at the end.
type Bound struct {
	*time.Timer // whose C says that the time is over, unless PutOff says otherwise
	a           *Adapter
	began       time.Time
	within      time.Duration
	waited      time.Duration // by the adapter's threads when it began
}

// Bound begins a bound.
func (a *Adapter) Bound(within time.Duration) *Bound {
	waited, _ := a.RunQueueWait()
	return &Bound{Timer: time.NewTimer(within), a: a, began: time.Now(), within: within, waited: waited}
}

// PutOff is asked when C has fired. It sets the timer again, and reports true, if the adapter still has time. Where waiting for a CPU cannot be
// told it never does.
func (b *Bound) PutOff() bool {
	waited, ok := b.a.RunQueueWait()
	if !ok {
		return false
	}
	left := b.within + min(max(waited-b.waited, 0), 3*b.within) - time.Since(b.began)
	if left <= 0 {
		return false
	}
	b.Reset(left)
	return true
}

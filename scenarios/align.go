package scenarios

// Due is one frame that the fake put on stdout as law 2 sees it.
type Due struct {
	Frame    []byte
	Type     string
	Subtype  string
	UUID     string
	Delivery Delivery
	Index    int // of the Written it came from
}

// Dues turns everything that was written to a session's stdout, in order, into what is due: frames that share a line
// with raw bytes may be missing, cut ones are not due.
func Dues(ws []Written) []Due { return nil }

// AlignOptions are the allowances of law 2.
type AlignOptions struct {
	Prefix        bool // a prefix is enough
	SetOnly       bool // two readers: the set counts, not the order
	Raw           bool // compare whole frames, not the portable keys only
	YieldsControl bool // the SDK hands control frames to its user
}

// DeliveryProblem is one breach of law 2.
type DeliveryProblem struct {
	Kind  string // missing, duplicate, order, value, unexpected
	Due   int    // index in dues, -1 if none
	Yield int    // index in yielded, -1 if none
	Path  string // value: where
	Want  string
	Got   string
}

// Align compares what was yielded with what was due.
func Align(dues []Due, yielded [][]byte, o AlignOptions) []DeliveryProblem { return nil }

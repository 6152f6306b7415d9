package mockcli

// Hands are a fake's hands without a harness: they run commands on the standard descriptors, signals and children of this
// process. The stand-alone player moves them. A process has at most one pair, and keeps it until it ends.
type Hands struct{ hands *hands }

// NewHands takes over the signals of the process, SIGPIPE included, and returns its hands. Nothing is read before the first
// OpRead. report gets the events EvLine, EvBytes, EvEOF, EvReadError, EvSignal and EvBlocked, without Seq and T, from
// several goroutines; it must return at once, and Data is only valid until then. The error is ErrNotSupported.
func NewHands(report func(...Event)) (*Hands, error) {
	h, err := openHands(report)
	if err != nil {
		return nil, err
	}
	return &Hands{h}, nil
}

// Do runs c and returns its done event. OpDie does not return where it succeeds; OpExit and OpProbe are no ops of hands. It may be called
// from several goroutines.
func (h *Hands) Do(c Command) Event {
	var done Event
	h.hands.do(c, func(e Event) { done = e })
	return done
}

// Observe describes this process as it was started: the fields of a hello event.
func Observe(args []string) Event { return observe(args) }

// SignalNumber is the number of a signal by its name, SIGTERM; zero for an unknown one.
func SignalNumber(name string) int { return signalNumber(name) }

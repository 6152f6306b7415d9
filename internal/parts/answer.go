package parts

import (
	"errors"
	"fmt"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// ErrForAnother says that a request must be left to another client: it is neither answered nor refused.
var ErrForAnother = errors.New("the request is for another client")

// Unsupported says that nobody here knows a request.
type Unsupported struct{ Subtype string }

// Error names the subtype.
func (u *Unsupported) Error() string {
	return fmt.Sprintf("unsupported control request subtype: %q", u.Subtype)
}

// Answer makes the line for what became of a request. One that was withdrawn, or whose session is over, is not answered: the
// CLI has settled it by itself, and a failure is never turned into a consent.
func Answer(r Request, o Outcome) []byte {
	if o.Withdrawn || o.Ended || errors.Is(o.Err, ErrForAnother) {
		return nil
	}
	err := o.Err
	if err == nil {
		line, encodeErr := protocol.EncodeSuccess(r.ID, o.Value)
		if encodeErr == nil {
			return line
		}
		err = encodeErr
	}
	text := err.Error()
	if text == "" {
		text = "callback failed without a message"
	}
	code := ""
	var unsupported *Unsupported
	if errors.As(err, &unsupported) {
		code = protocol.UnsupportedRequest
	}
	line, err := protocol.EncodeError(r.ID, text, code)
	if err != nil { // cannot happen: an id that came from the wire and a string have an encoding
		return nil
	}
	return line
}

// Faulty skips what is no message, and lets only a line above the limit end the session: everything else may be a stray
// print of some library, but a frame that is too long is a message that would be lost.
func Faulty(err error) error {
	if errors.Is(err, transport.ErrTooLong) {
		return err
	}
	return nil
}

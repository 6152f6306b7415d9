package mockcli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Bounds of one message on the socket. A header holds a whole environment in base64; the kernel bounds that at 6 MiB.
const (
	maxHeader = 16 << 20
	maxRaw    = MaxQueue
)

type eventFrame struct {
	Event
	Raw int `json:"raw,omitempty"`
}

type commandFrame struct {
	Command
	Raw int `json:"raw,omitempty"`
}

// appendEvent appends e as one message.
func appendEvent(dst []byte, e *Event) ([]byte, error) {
	dst, err := appendEventHeader(dst, e)
	return append(dst, e.Data...), err
}

// appendEventHeader appends e without its data. Frequent events are spelled by hand: a mock reports tens of thousands of them.
func appendEventHeader(dst []byte, e *Event) ([]byte, error) {
	if e.Ev == EvHello {
		f := eventFrame{Event: *e, Raw: len(e.Data)}
		f.Data = nil
		return appendHeader(dst, f)
	}
	dst = appendString(append(dst, `{"ev":`...), e.Ev)
	dst = strconv.AppendUint(append(dst, `,"seq":`...), e.Seq, 10)
	dst = strconv.AppendInt(append(dst, `,"t":`...), e.T, 10)
	dst = appendInt(dst, `,"id":`, e.ID)
	dst = appendInt(dst, `,"n":`, e.N)
	dst = appendInt(dst, `,"pid":`, e.PID)
	dst = appendInt(dst, `,"pieces":`, e.Pieces)
	dst = appendInt(dst, `,"left":`, e.Left)
	dst = appendInt(dst, `,"child":`, e.Child)
	dst = appendKey(dst, `,"sig":`, e.Signal)
	dst = appendKey(dst, `,"action":`, e.Action)
	dst = appendKey(dst, `,"errno":`, e.Errno)
	dst = appendKey(dst, `,"err":`, e.Err)
	dst = appendKey(dst, `,"kind":`, e.Kind)
	if e.OK {
		dst = append(dst, `,"ok":true`...)
	}
	dst = appendInt(dst, `,"raw":`, len(e.Data))
	return append(dst, '}', '\n'), nil
}

func appendInt(dst []byte, key string, n int) []byte {
	if n == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, key...), int64(n), 10)
}

func appendKey(dst []byte, key, s string) []byte {
	if s == "" {
		return dst
	}
	return appendString(append(dst, key...), s)
}

func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			b, _ := json.Marshal(s) // a string always marshals
			return append(dst, b...)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}

// appendCommand appends the header of c; its Data follows separately, so that it need not be copied.
func appendCommand(dst []byte, c Command) ([]byte, error) {
	raw := len(c.Data)
	c.Data = nil
	return appendHeader(dst, commandFrame{Command: c, Raw: raw})
}

func appendHeader(dst []byte, header any) ([]byte, error) {
	b, err := json.Marshal(header)
	if err != nil {
		return dst, fmt.Errorf("encode mock message: %w", err)
	}
	return append(append(dst, b...), '\n'), nil
}

// readEvent reads the next event. io.EOF is an end between two messages; everything else that is not the reader's own error
// wraps ErrProtocol.
func readEvent(r *bufio.Reader) (Event, error) {
	var f eventFrame
	data, err := readFrame(r, &f, &f.Raw)
	if err != nil {
		return Event{}, err
	}
	if f.Ev == "" {
		return Event{}, fmt.Errorf("%w: an event without ev", ErrProtocol)
	}
	if f.Raw > 0 {
		f.Data = data
	}
	return f.Event, nil
}

// readCommand reads the next command, with the errors of readEvent.
func readCommand(r *bufio.Reader) (Command, error) {
	var f commandFrame
	data, err := readFrame(r, &f, &f.Raw)
	if err != nil {
		return Command{}, err
	}
	if f.Op == "" {
		return Command{}, fmt.Errorf("%w: a command without op", ErrProtocol)
	}
	if f.Raw > 0 {
		f.Data = data
	}
	return f.Command, nil
}

// readFrame decodes one header line into header, of which raw is a field, and reads the raw bytes that it announces.
func readFrame(r *bufio.Reader, header any, raw *int) ([]byte, error) {
	line, err := readLine(r)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, header); err != nil {
		return nil, fmt.Errorf("%w: header %.80q: %v", ErrProtocol, line, err)
	}
	if *raw < 0 || *raw > maxRaw {
		return nil, fmt.Errorf("%w: raw is %d, want 0 to %d", ErrProtocol, *raw, maxRaw)
	}
	return readRaw(r, *raw)
}

// readLine returns the next line without its line feed; it is valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	whole := append([]byte(nil), line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(whole) > maxHeader {
			return nil, fmt.Errorf("%w: a header above %d bytes", ErrProtocol, maxHeader)
		}
		line, err = r.ReadSlice('\n')
		whole = append(whole, line...)
	}
	if err == nil {
		return whole[:len(whole)-1], nil
	}
	if errors.Is(err, io.EOF) && len(whole) > 0 {
		return nil, fmt.Errorf("%w: the connection ended within a header: %w", ErrProtocol, io.ErrUnexpectedEOF)
	}
	return nil, err
}

// readRaw reads n bytes. It trusts n only so far as bytes arrive: a false length must not cost memory.
func readRaw(r *bufio.Reader, n int) ([]byte, error) {
	const step = 1 << 20
	data := make([]byte, 0, min(n, step))
	for len(data) < n {
		more := min(n-len(data), max(len(data), step))
		at := len(data)
		data = append(data, make([]byte, more)...)
		if got, err := io.ReadFull(r, data[at:]); err != nil {
			return nil, fmt.Errorf("%w: %d of %d raw bytes: %w", ErrProtocol, at+got, n, err)
		}
	}
	return data, nil
}

package host

import (
	"bufio"
	"encoding/json"
	"io"
)

// ownReport is one line from the reaper to the harness.
type ownReport struct {
	PID    int    `json:"pid,omitempty"`    // the adapter has started
	Err    string `json:"err,omitempty"`    // it could not be
	Exited bool   `json:"exited,omitempty"` // the adapter has ended, and how
	Code   int    `json:"code,omitempty"`
	Signal string `json:"signal,omitempty"`
}

func (r ownReport) write(w io.Writer) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// readReports calls got for each report until the reaper is gone.
func readReports(r io.Reader, got func(ownReport)) {
	in := bufio.NewScanner(r)
	for in.Scan() {
		var rep ownReport
		if json.Unmarshal(in.Bytes(), &rep) == nil {
			got(rep)
		}
	}
}

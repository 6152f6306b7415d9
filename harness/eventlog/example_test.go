package eventlog_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// A log that was cut in the middle of a line still says all that it said before.
func ExampleRead() {
	recs, err := eventlog.Read(strings.NewReader(`{"t":"note","note":{"kind":"canary","text":"held"}}` + "\n" + `{"t":"case","ca`))
	fmt.Println(len(recs), recs[0].Note.Text)
	fmt.Println(err)
	// Output:
	// 1 held
	// line 2: the log ends in the middle of this line
}

// Secrets do not reach the disk.
func ExampleWriter() {
	w := eventlog.NewWriter(eventlog.NewCleaner(os.Environ()), []eventlog.Output{{Name: "stdout", To: os.Stdout}})
	err := w.Write(eventlog.Record{T: "note", Note: &eventlog.Note{Kind: "said", Text: "my key is sk-ant-api03-0123456789"}})
	fmt.Println(err)
	// Output:
	// {"t":"note","note":{"kind":"said","text":"my key is [redacted]"}}
	// <nil>
}

package report_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
)

// A log becomes text, whole or not.
func ExampleText() {
	log := `{"t":"run","run":{"schema":1,"version":"1.0","sdk":"claude-agent-sdk","release":"0.2.187","language":"python","proven":true}}
{"t":"case","case":{"id":"turns/hello","title":"A turn ends","level":"must","verdict":"pass","ms":12}}
{"t":"case","case":{"id":"turns/he`
	m := report.NewModel()
	if err := eventlog.Scan(strings.NewReader(log), m.Add); err != nil {
		m.Cut = err.Error()
	}
	if err := report.Text(os.Stdout, m, report.Options{Width: 80}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ✓ turns/hello   (0.01s)
	//
	// wiretrial 1.0   python claude-agent-sdk 0.2.187
	//
	//
	//           pass  fail
	// must         1     -
	// total        1     -
	//
	// the log is not whole: line 3: the log ends in the middle of this line
}

// A command line to copy is quoted for a shell.
func ExampleQuoteAll() {
	fmt.Println(report.QuoteAll([]string{"wiretrial", "run", "permissions/deny[plain]"}))
	// Output: wiretrial run 'permissions/deny[plain]'
}

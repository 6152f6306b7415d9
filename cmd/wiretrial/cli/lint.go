package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

func (a *app) lintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lint [FILE|DIR...]",
		Short: "Check scenario files; nothing is started",
		Long: `Check scenario files, or all AREA/NAME.yaml below a folder; without arguments, the built-in catalogue.

Exit: 0 no errors (warnings do not count), 2 errors.`,
		RunE: func(_ *cobra.Command, args []string) error { return a.lint(args) },
	}
}

func (a *app) lint(paths []string) error {
	files, found, err := lintFiles(paths)
	if err != nil {
		return err
	}
	for _, f := range files {
		found = append(found, scenarios.Lint(f)...)
	}
	for _, p := range found {
		fmt.Fprintln(a.Stdout, report.Safe(p.String()))
	}
	errs := len(found.Errors())
	fmt.Fprintf(a.Stdout, "%s checked: %s, %s\n", report.Plural(len(files)+refused(found, files), "file"), report.Plural(errs, "error"),
		report.Plural(len(found)-errs, "warning"))
	if errs > 0 {
		return concluded(verdict.Usage, "errors")
	}
	return nil
}

// refused counts the files that could not be loaded.
func refused(found scenarios.Problems, loaded []*scenarios.File) int {
	seen := map[string]bool{}
	for _, p := range found {
		seen[p.Pos.File] = true
	}
	for _, f := range loaded {
		delete(seen, f.Pos.File)
	}
	return len(seen)
}

// lintFiles loads what is to be checked; the problems are those of the files that cannot be loaded.
func lintFiles(paths []string) ([]*scenarios.File, scenarios.Problems, error) {
	if len(paths) == 0 {
		cat, err := openCatalogue("")
		if err != nil {
			return nil, nil, err
		}
		return cat.Files, nil, nil
	}
	var names []string
	for _, p := range paths {
		below, err := scenarioFiles(p)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, below...)
	}
	var files []*scenarios.File
	var found scenarios.Problems
	for _, name := range names {
		f, problems, err := loadOne(name)
		if err != nil {
			return nil, nil, err
		}
		if found = append(found, problems...); f != nil {
			files = append(files, f)
		}
	}
	return files, found, nil
}

// scenarioFiles is a file itself, or all AREA/NAME.yaml below a folder.
func scenarioFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usagef("%w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	names, err := fs.Glob(os.DirFS(path), "*/*.yaml")
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s: no scenario file AREA/NAME.yaml below it", path)
	}
	if err != nil {
		return nil, usagef("%w", err)
	}
	for i := range names {
		names[i] = filepath.Join(path, filepath.FromSlash(names[i]))
	}
	return names, nil
}

func loadOne(name string) (*scenarios.File, scenarios.Problems, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, usagef("%w", err)
	}
	if info.Size() > scenarios.MaxSource {
		return nil, nil, usagef("%s: %d bytes; a scenario may have %d", name, info.Size(), scenarios.MaxSource)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, usagef("%w", err)
	}
	abs, err := filepath.Abs(name) // AREA is a folder's name, also for a file in the current one
	if err != nil {
		return nil, nil, usagef("%w", err)
	}
	shown := filepath.ToSlash(name)
	if strings.Count(shown, "/") == 0 {
		shown = filepath.Base(filepath.Dir(abs)) + "/" + shown
	}
	f, err := scenarios.Load(shown, src)
	var problems scenarios.Problems
	if err != nil && !errors.As(err, &problems) {
		return nil, nil, usagef("%w", err)
	}
	return f, problems, nil
}

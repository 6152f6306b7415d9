package wiretrial_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/wiretrial/wiretrial"

// arrows says which rooms a room may import; a room is a folder with all that is below it, and the longest one that fits counts. Rooms that
// are not named here may import nothing of ours.
func arrows() map[string][]string {
	return map[string][]string{
		"protocol":          {"protocol"},
		"transport":         {"internal/queue"},
		"internal/parts":    {"protocol", "transport"},
		"client":            {"protocol", "transport", "internal/parts"},
		"fixtures":          {"protocol"},
		"scenarios":         {"protocol", "fixtures"},
		"mockcli":           {"mockcli", "internal/queue"},
		"mockcli/player":    {"mockcli", "internal/queue", "scenarios", "fixtures", "protocol"},
		"internal/filelock": {},
		"internal/queue":    {},
		"internal/release":  {},
		"adapters":          {"adapters/contract", "internal/filelock", "internal/release"},
		"adapters/contract": {},
		"adapters/go":       {"adapters/contract", "client", "protocol", "internal/parts"},
		"adapters/mutants":  {"adapters/go", "adapters/contract", "client", "protocol", "transport", "internal/parts"},
		"harness":           {"harness", "scenarios", "fixtures", "mockcli", "protocol", "adapters/contract", "internal/release"},
		"harness/matrix":    {"harness", "scenarios", "adapters/mutants"},
		"harness/host":      {"adapters/contract"},
		"harness/eventlog":  {},
		"harness/verdict":   {"harness/eventlog"},
		"harness/soak":      {"harness", "internal/filelock"},
		"cmd/mockclaude":    {"mockcli", "mockcli/player"},
		"cmd/wiretrial":     {""},
		"":                  {""},
	}
}

// source is one Go file of the module.
type source struct {
	name string // slash-separated, from the module's root
	test bool
	file *ast.File
	set  *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err == nil {
			out = append(out, source{filepath.ToSlash(name), strings.HasSuffix(name, "_test.go"), f, set})
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("cannot read the module's sources: %v", err)
	}
	return out
}

// room is the longest room that a folder lies in.
func room(dir string) string {
	for d := dir; d != "." && d != ""; d = path.Dir(d) {
		if _, ok := arrows()[d]; ok {
			return d
		}
	}
	return ""
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		out = append(out, name)
	}
	return out
}

func TestRoomsKeepTheirArrows(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		from := room(path.Dir(s.name))
		for _, imported := range s.imports() {
			rest, ours := strings.CutPrefix(imported, module)
			to := strings.TrimPrefix(rest, "/")
			if !ours || room(to) == from || slices.ContainsFunc(arrows()[from], func(ok string) bool { return ok == "" || ok == room(to) || within(to, ok) }) {
				continue
			}
			t.Errorf("%s: room %q imports %s; it may import %v", s.name, from, to, arrows()[from])
		}
	}
}

func within(dir, room string) bool { return dir == room || strings.HasPrefix(dir, room+"/") }

func TestTestFrameworksStayInTests(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, imported := range s.imports() {
			if !s.test && strings.HasPrefix(imported, "github.com/onsi/") {
				t.Errorf("%s imports %s: only _test.go files may", s.name, imported)
			}
		}
	}
}

// maxLines is the longest a function may be.
const maxLines = 60

func TestStyleOfFunctions(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			place := s.set.Position(f.Pos())
			if n := s.set.Position(f.End()).Line - place.Line + 1; n > maxLines {
				t.Errorf("%s: %s has %d lines; %d are allowed", place, f.Name.Name, n, maxLines)
			}
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: init functions are not used here", place)
			}
			if f.Name.IsExported() && f.Doc == nil && exportedReceiver(f) {
				t.Errorf("%s: exported %s has no comment", place, f.Name.Name)
			}
		}
	}
}

// exportedReceiver tells whether a method can be reached by users: those of unexported types cannot.
func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	doc := map[string]string{}
	for _, s := range sources(t) {
		dir := path.Dir(s.name)
		if _, ok := doc[dir]; !ok && !s.test {
			doc[dir] = ""
		}
		if !s.test && s.file.Doc != nil {
			doc[dir] += s.file.Doc.Text()
		}
	}
	for dir, text := range doc {
		if text == "" {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

func TestOnlyMainExits(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || s.file.Name.Name == "main" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if x, is := qualifier(sel, ok); is && x == "os" && sel.Sel.Name == "Exit" {
				t.Errorf("%s: os.Exit outside main", s.set.Position(n.Pos()))
			}
			return true
		})
	}
}

func qualifier(sel *ast.SelectorExpr, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	x, is := sel.X.(*ast.Ident)
	if !is {
		return "", false
	}
	return x.Name, true
}

func TestPublicPackagesHaveAnExample(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, s := range sources(t) {
		dir := path.Dir(s.name)
		if dir == "." || strings.HasPrefix(dir, "cmd/") || strings.Contains("/"+dir+"/", "/internal/") {
			continue // commands and what only we can import
		}
		shown[dir] = shown[dir] || s.test && slices.ContainsFunc(s.file.Decls, func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Example")
		})
	}
	for dir, ok := range shown {
		if !ok {
			t.Errorf("%s: no example", dir)
		}
	}
}

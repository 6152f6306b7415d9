package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// names gives what package client exports, and of its types the methods and fields, as TYPE.NAME.
func names(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			declared(d, known)
		}
	}
	for name := range known { // both faces have the control requests
		if method, ok := strings.CutPrefix(name, "requests."); ok {
			known["Client."+method], known["Session."+method] = true, true
		}
	}
	return known
}

func declared(d ast.Decl, known map[string]bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			typ := d.Recv.List[0].Type
			if star, ok := typ.(*ast.StarExpr); ok {
				typ = star.X
			}
			name = typ.(*ast.Ident).Name + "." + name
		}
		known[name] = true
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, n := range s.Names {
					known[n.Name] = true
				}
			case *ast.TypeSpec:
				known[s.Name.Name] = true
				if fields, ok := s.Type.(*ast.StructType); ok {
					for _, field := range fields.Fields.List {
						for _, n := range field.Names {
							known[s.Name.Name+"."+n.Name] = true
						}
					}
				}
			}
		}
	}
}

// TestTheTourNamesWhatThereIs holds the package comment against the code: its links, what its snippets use, its options, its files.
func TestTheTourNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	tour, known := f.Doc.Text(), names(t)
	for _, link := range regexp.MustCompile(`\[\*?([A-Z]\w*(?:\.\w+)?)\]|client\.([A-Z]\w*)`).FindAllStringSubmatch(tour, -1) {
		if name := link[1] + link[2]; !known[name] {
			t.Errorf("the package comment names %q, which is not there", name)
		}
	}
	for _, group := range regexp.MustCompile(`\(([A-Z]\w+(?:,\s[A-Z]\w+)*)\)`).FindAllStringSubmatch(tour, -1) {
		for name := range strings.FieldsFuncSeq(group[1], func(r rune) bool { return strings.ContainsRune(", \n", r) }) {
			if !known["Options."+name] {
				t.Errorf("the package comment names the option %q, which is not there", name)
			}
		}
	}
	for _, file := range regexp.MustCompile(`docs/\w+\.md`).FindAllString(tour, -1) {
		if _, err := os.Stat(filepath.Join("..", file)); err != nil {
			t.Errorf("the package comment names %s: %v", file, err)
		}
	}
	for _, snippet := range regexp.MustCompile(`(?m)(?:^\t.*\n?)+`).FindAllString(tour, -1) {
		if _, err := parser.ParseFile(token.NewFileSet(), "snippet.go", "package p\nfunc _() error {\n"+snippet+"\n}", 0); err != nil {
			t.Errorf("a snippet of the package comment is no Go: %v\n%s", err, snippet)
		}
	}
}

// TestTheProgramOfTheReadmeRuns compiles the Go program of the README and runs it on a fake claude in PATH.
func TestTheProgramOfTheReadmeRuns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it compiles a program")
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindSubmatch(readme)
	if program == nil {
		t.Fatal("the README shows no program")
	}
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(source, program[1], 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(claude(deletes)))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "I left notes.txt alone.") {
		t.Errorf("got %s, %v", out, err)
	}
}

package client_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
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

// TestTheProgramOfTheReadmeRuns holds that the Go program of the README is an example, which is compiled and run with the tests.
func TestTheProgramOfTheReadmeRuns(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindSubmatch(readme)
	if program == nil {
		t.Fatal("the README shows no program")
	}
	example, err := os.ReadFile("example_readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := body(t, program[1], "main"), body(t, example, "Example_readme"); got != want {
		t.Errorf("the README shows:\n%s\nthe example is:\n%s", got, want)
	}
}

// body is what a function does, from where it makes its context to where its expected output is told.
func body(t *testing.T, source []byte, function string) string {
	t.Helper()
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, function, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Name.Name == function {
			text := string(source[files.Position(d.Body.Lbrace).Offset+1 : files.Position(d.Body.Rbrace).Offset])
			text = text[max(0, strings.Index(text, "\tctx := ")):]
			text, _, _ = strings.Cut(text, "\t// Output:")
			return text
		}
	}
	t.Fatalf("there is no function %s", function)
	return ""
}

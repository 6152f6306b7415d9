package mutants

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"hash"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sources is this package's own code: what a mutant does is said nowhere else.
//
//go:embed *.go
var sources embed.FS

// Digests gives for each mutant 16 hexadecimal digits that stand for its definition: its own lines and all that they use of this
// package. They change with the code, and not with a comment, the layout, the wording of the fault, or the scenarios and the opposite that it
// names. What the product itself does is not in them. An error means that this package was not built from what it embeds.
func Digests() (map[string]string, error) {
	c, err := readCode(sources)
	if err != nil {
		return nil, fmt.Errorf("digests of mutants: %w", err)
	}
	out := map[string]string{}
	for _, m := range All() {
		if c.mutants[m.Name] == nil {
			return nil, fmt.Errorf("digests of mutants: no literal has the name %q; write it as Name: %[1]q", m.Name)
		}
		out[m.Name] = c.digest(m.Name)
	}
	return out, nil
}

// code is the package as it was written.
type code struct {
	set     *token.FileSet
	text    map[string][]byte            // by file
	decls   map[string][]ast.Node        // by the name that they declare; a type has its methods
	mutants map[string]*ast.CompositeLit // by the mutant's name
}

func readCode(files fs.FS) (*code, error) {
	c := &code{set: token.NewFileSet(), text: map[string][]byte{}, decls: map[string][]ast.Node{}, mutants: map[string]*ast.CompositeLit{}}
	names, err := fs.Glob(files, "*.go")
	if err != nil {
		return nil, err
	}
	var trees []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(c.set, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.text[name] = text
		trees = append(trees, tree)
		c.declare(tree)
	}
	for _, tree := range trees { // when all constants are known
		ast.Inspect(tree, c.find)
	}
	return c, nil
}

// declare notes what a file declares.
func (c *code) declare(tree *ast.File) {
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if listsMutants(d) {
				continue
			}
			if d.Recv != nil {
				name = receiver(d.Recv.List[0].Type)
			}
			c.decls[name] = append(c.decls[name], d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					c.decls[spec.Name.Name] = append(c.decls[spec.Name.Name], spec)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						c.decls[name.Name] = append(c.decls[name.Name], spec)
					}
				}
			}
		}
	}
}

// listsMutants tells whether a function is a list of mutants. None uses it; a word of the same spelling is not it.
func listsMutants(d *ast.FuncDecl) bool {
	if d.Type.Results == nil || len(d.Type.Results.List) != 1 {
		return false
	}
	list, ok := d.Type.Results.List[0].Type.(*ast.ArrayType)
	return ok && isName(list.Elt, "Mutant")
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// find notes the literal of a mutant: the one with the field Name.
func (c *code) find(n ast.Node) bool {
	lit, ok := n.(*ast.CompositeLit)
	if !ok {
		return true
	}
	for _, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && isName(pair.Key, "Name") {
			if name := c.word(pair.Value); name != "" {
				c.mutants[name] = lit
			}
		}
	}
	return true
}

func isName(e ast.Expr, names ...string) bool {
	name, ok := e.(*ast.Ident)
	return ok && slices.Contains(names, name.Name)
}

// word is the value of a literal text or of a constant of this package.
func (c *code) word(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.Ident:
		for _, d := range c.decls[e.Name] {
			spec, ok := d.(*ast.ValueSpec)
			if i := specIndex(spec, e.Name); ok && i >= 0 && i < len(spec.Values) {
				return c.word(spec.Values[i])
			}
		}
	}
	return ""
}

func specIndex(spec *ast.ValueSpec, name string) int {
	if spec == nil {
		return -1
	}
	return slices.IndexFunc(spec.Names, func(n *ast.Ident) bool { return n.Name == name })
}

// digest sums up a mutant and all that it uses.
func (c *code) digest(name string) string {
	h := sha256.New()
	used := map[string]bool{}
	for _, e := range c.mutants[name].Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && isName(pair.Key, "Fault", "Kills", "Opposite", "Group") {
			continue
		}
		c.add(h, e)
		c.uses(e, used)
	}
	for _, decl := range slices.Sorted(maps.Keys(used)) {
		for _, n := range c.decls[decl] {
			c.add(h, n)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// uses follows the names of this package, through those that they use. A name of something else that is written alike may be among them:
// the digest is then more careful than it needs to be.
func (c *code) uses(n ast.Node, used map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		name, ok := n.(*ast.Ident)
		if !ok || used[name.Name] || c.decls[name.Name] == nil {
			return true
		}
		used[name.Name] = true
		for _, d := range c.decls[name.Name] {
			c.uses(d, used)
		}
		return true
	})
}

// add writes the tokens of a piece of code, without its comments and its layout.
func (c *code) add(h hash.Hash, n ast.Node) {
	from, to := c.set.Position(n.Pos()), c.set.Position(n.End())
	text := c.text[from.Filename][from.Offset:to.Offset]
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, nil, 0)
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			fmt.Fprint(h, "\x00\n")
			return
		case tok == token.COMMA || tok == token.SEMICOLON: // line ends and trailing commas are layout
		default:
			fmt.Fprintf(h, "%s\x00%s\x00", tok, lit)
		}
	}
}

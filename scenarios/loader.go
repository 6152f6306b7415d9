package scenarios

import (
	"path"
	"slices"
	"strings"
	"time"
)

// document is the parsed and checked file behind a File: its text as nodes, and its cases, made once.
type document struct {
	top   *node
	cases []Case
}

// Load reads one scenario file. name is its path, AREA/NAME.yaml with whatever stands before; it appears in positions as given. Load is
// strict: it expands all variants, decodes all steps and reports everything that is wrong at once, each with its place. The error is of
// type Problems. Load never panics and is bounded by MaxSource and MaxCases. What the steps mean is Lint's business.
func Load(name string, src []byte) (*File, error) {
	rep := newReport()
	top := parse(name, src, rep)
	if top == nil {
		return nil, rep.found.asError()
	}
	l := &loader{rep: rep, top: top, file: &File{Pos: Pos{name, 1, 1}, Source: src}}
	l.header(name)
	l.file.tree = l.expand()
	if err := rep.found.asError(); err != nil {
		return nil, err
	}
	return l.file, nil
}

// loader reads the keys of one file.
type loader struct {
	rep  *report
	top  *node
	file *File
}

func fileKeys() []string {
	return []string{
		"title", "level", "rules", "seen", "entry", "needs", "slow", "repeat", "host", "cli", "files", "variants", "formerly", "frames", "raw",
		"steps",
	}
}

// header reads what no variant changes.
func (l *loader) header(name string) {
	d := &decoder{rep: l.rep}
	d.fileKeys(l.top, "the file", fileKeys()...)
	for _, key := range []string{"title", "level", "steps"} {
		if l.top.get(key) == nil {
			l.rep.add(l.file.Pos, RuleFileMissing, "the file has no %s", key)
		}
	}
	f := l.file
	f.ID = l.id(name)
	f.Title, _ = d.fileText(l.top.get("title"), "title")
	f.Level = d.level(l.top.get("level"))
	f.Rules = d.fileTexts(l.top.get("rules"), "rules", ruleForm, "a list of rules like CTL-21")
	f.Seen = d.fileTexts(l.top.get("seen"), "seen", seenForm, "a list of sources like py#98, B094, py:124 or ts:CTL-02")
	f.Formerly = d.fileTexts(l.top.get("formerly"), "formerly", formerForm, "a list of ids like area/name")
	f.Needs = d.features(l.top.get("needs"))
	f.Entry = d.entries(l.top.get("entry"))
	f.Slow = time.Duration(d.above(l.top.get("slow"), 5, "slow")) * time.Second
	f.Repeat = d.above(l.top.get("repeat"), 1, "repeat")
	f.Variants = l.rows()
}

var (
	areaForm   = newForm(`^[a-z0-9][a-z0-9-]*$`)
	idForm     = newForm(`^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$`)
	formerForm = newForm(`^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*(\[[A-Za-z0-9,._-]+\])?$`)
	ruleForm   = newForm(`^[A-Z]{2,5}-\d+$`)
	seenForm   = newForm(`^([a-z][a-z-]*#\d+|B\d+|[a-z]+:[A-Za-z0-9][A-Za-z0-9.-]*)$`)
	rowForm    = newForm(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	orderForm  = newForm(`^[o-z]\d{2,4}$`)
)

// localArea is the area of a file whose folder is none: a user's own, wherever it lies.
const localArea = "local"

// id derives the id from the last two parts of the path.
func (l *loader) id(name string) string {
	clean := path.Clean(strings.ReplaceAll(name, "\\", "/"))
	area, base := path.Base(path.Dir(clean)), strings.TrimSuffix(path.Base(clean), ".yaml")
	if !areaForm.matches(area) {
		area = localArea
	}
	id := area + "/" + base
	if !strings.HasSuffix(clean, ".yaml") || !idForm.matches(id) {
		l.rep.add(l.file.Pos, RuleFileID, "the path %q gives no id; want a name like AREA/NAME.yaml of lower-case letters, digits and -", clip(name))
	}
	return id
}

// rows reads the names of the variants and checks their form.
func (l *loader) rows() []string {
	n := l.top.get("variants")
	if n == nil {
		return nil
	}
	if n.shape != object || len(n.keys) == 0 {
		l.rep.add(n.pos, RuleFileValue, "variants: want a map from the row's name to its columns, got %s", n.what())
		return nil
	}
	var names []string
	for _, e := range n.keys {
		switch {
		case !rowForm.matches(e.key) || orderForm.matches(e.key):
			l.rep.add(e.pos, RuleVariant, "row %q; a row is named by letters, digits, - and ., and not like the order o21", clip(e.key))
		case e.val.shape != object:
			l.rep.add(e.val.pos, RuleFileValue, "row %s: want a map from column to value, got %s", e.key, e.val.what())
		case e.val.holds:
			l.rep.add(e.val.pos, RuleVariant, "row %s: a column cannot use another one", e.key)
		}
		names = append(names, e.key)
	}
	return names
}

// fileKeys refuses unknown keys of a map of the file.
func (d *decoder) fileKeys(n *node, where string, known ...string) {
	for _, e := range n.keys {
		if !slices.Contains(known, e.key) {
			d.rep.add(e.pos, RuleFileKey, "unknown key %q in %s%s", clip(e.key), where, near(e.key, known))
		}
	}
}

// odd reports a value of the wrong form.
func (d *decoder) odd(n *node, key, want string) {
	if n.odd {
		return
	}
	d.rep.add(n.pos, RuleFileValue, "%s: want %s, got %s", key, want, n.what())
}

func (d *decoder) fileText(n *node, key string) (string, bool) {
	if n == nil {
		return "", false
	}
	s, ok := n.text()
	if !ok || strings.TrimSpace(s) == "" {
		d.odd(n, key, "a text")
		return "", false
	}
	return s, true
}

// fileTexts reads a list of texts of one form.
func (d *decoder) fileTexts(n *node, key string, form form, want string) []string {
	if n == nil {
		return nil
	}
	if n.shape != list {
		d.odd(n, key, want)
		return nil
	}
	var out []string
	for _, item := range n.items {
		s, ok := item.text()
		if !ok || !form.matches(s) {
			d.odd(item, key, want)
			continue
		}
		if slices.Contains(out, s) {
			d.rep.add(item.pos, RuleFileValue, "%s: %s twice", key, s)
		}
		out = append(out, s)
	}
	return out
}

func (d *decoder) level(n *node) Level {
	s, ok := n.text()
	if n != nil && (!ok || !slices.Contains([]string{"must", "should", "may"}, s)) {
		d.odd(n, "level", "must, should or may")
	}
	return Level(s)
}

var anyText = newForm(`.`)

// features reads needs.
func (d *decoder) features(n *node) []string {
	names := d.fileTexts(n, "needs", anyText, "a list of features like receive.turn")
	for i, name := range names {
		if !slices.Contains(FeatureNames(), name) {
			d.rep.add(n.items[i].pos, RuleFileValue, "needs: unknown feature %q%s", clip(name), near(name, FeatureNames()))
		}
	}
	return names
}

func (d *decoder) entries(n *node) []Entry {
	var out []Entry
	for i, name := range d.fileTexts(n, "entry", anyText, "a list of oneshot and client") {
		if e := Entry(name); e == OneShot || e == Client {
			out = append(out, e)
			continue
		}
		d.rep.add(n.items[i].pos, RuleFileValue, "entry: want oneshot or client, got %q", clip(name))
	}
	if n != nil && n.shape == list && len(n.items) == 0 {
		d.odd(n, "entry", "at least one of oneshot and client")
	}
	return out
}

// above reads a number of more than least, or 0 if the key is absent.
func (d *decoder) above(n *node, least int, key string) int {
	if n == nil {
		return 0
	}
	v, ok := whole(n)
	if !ok || v <= least || v > maxTimes {
		d.rep.add(n.pos, RuleFileValue, "%s: want a whole number above %d, got %s", key, least, n.what())
	}
	return v
}

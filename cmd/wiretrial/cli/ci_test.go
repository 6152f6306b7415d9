//go:build linux

package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"
)

// block is one fenced block of docs/ci.md.
type block struct{ section, kind, text string }

func ciBlocks(t *testing.T) []block {
	t.Helper()
	var out []block
	section := ""
	var open *block
	for line := range strings.Lines(read(t, "../../../docs/ci.md")) {
		switch {
		case open != nil && line == "```\n":
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += line
		case strings.HasPrefix(line, "## "):
			section = strings.TrimSpace(line[3:])
		case strings.HasPrefix(line, "```"):
			open = &block{section: section, kind: strings.TrimSpace(line[3:])}
		}
	}
	return out
}

// in returns the blocks of a section and kind.
func in(t *testing.T, section, kind string, want int) []string {
	t.Helper()
	var out []string
	for _, b := range ciBlocks(t) {
		if b.section == section && b.kind == kind {
			out = append(out, b.text)
		}
	}
	if len(out) != want {
		t.Fatalf("%s has %d blocks of %s; the test knows %d", section, len(out), kind, want)
	}
	return out
}

// machine is a folder in which the commands of the page run, on a small catalogue and with the Go client as the adapter.
type machine struct {
	t   *testing.T
	dir string
	env []string
}

// newMachine puts a wiretrial that plays few scenarios, and a python3 that is the Go client's adapter, before everything else on PATH.
func newMachine(t *testing.T, env ...string) *machine {
	t.Helper()
	bin, dir := t.TempDir(), t.TempDir()
	cat := filepath.Join(bin, "catalogue")
	if err := os.MkdirAll(filepath.Join(cat, "turns"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 4 { // with two entry points each: two for each shard
		put(t, filepath.Join(cat, "turns", fmt.Sprintf("hello-%d.yaml", i)), read(t, own+"/turns/hello.yaml"), 0o644)
	}
	exe := os.Getenv(exeVariable)
	put(t, filepath.Join(bin, "wiretrial"), fmt.Sprintf("#!/bin/sh\nwhat=$1; shift\ncase $what in\nrun|deviations) ;;\n*) exec %s $what \"$@\";;\nesac\n"+
		"[ $what = deviations ] && { sub=$1; shift; exec %s deviations $sub --catalogue %s \"$@\"; }\nexec %s run --catalogue %s \"$@\"\n", exe, exe, cat, exe, cat), 0o755)
	put(t, filepath.Join(bin, "python3"), fmt.Sprintf("#!/bin/sh\ntest \"$1\" = adapter.py || exit 9\nexec %s __adapter go\n", exe), 0o755)
	short := newCommand(t, "version").tmp // a socket's path has little room
	return &machine{t, dir, append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + short, "TMPDIR=" + short, "WIRETRIAL_CACHE=" + filepath.Join(short, "cache")}, env...)}
}

// put writes a file. No process may be started meanwhile: a child that had a program open for writing would keep everybody from executing it.
func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// sh runs a script as a CI system does, ending at the first command that fails, and returns its exit code.
func (m *machine) sh(script string, env ...string) (int, string) {
	m.t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = m.dir, append(m.env, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String()
}

func (m *machine) ok(script string, env ...string) {
	m.t.Helper()
	if code, out := m.sh(script, env...); code != 0 {
		m.t.Fatalf("exit %d of\n%s\n%s", code, script, out)
	}
}

func (m *machine) file(name string) string { return read(m.t, filepath.Join(m.dir, name)) }

// parsed reads YAML, each document.
func parsed(t *testing.T, text string) []map[string]any {
	t.Helper()
	dec := yaml.NewDecoder(strings.NewReader(text))
	var out []map[string]any
	for {
		var doc map[string]any
		if err := dec.Decode(&doc); err != nil {
			if len(out) == 0 || err.Error() != "EOF" {
				t.Fatal(err)
			}
			return out
		}
		out = append(out, doc)
	}
}

// at follows keys and indices into a document; nil: there is nothing.
func at(doc any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := doc.(map[string]any)
			doc = m[step]
		case int:
			l, _ := doc.([]any)
			if step >= len(l) {
				return nil
			}
			doc = l[step]
		}
	}
	return doc
}

// want compares what stands in a document.
func want(t *testing.T, doc, value any, path ...any) {
	t.Helper()
	if got := at(doc, path...); fmt.Sprint(got) != fmt.Sprint(value) {
		t.Errorf("%v is %v, want %v", path, got, value)
	}
}

const install = "go install github.com/wiretrial/wiretrial/cmd/...@latest"

func TestCICommands(t *testing.T) {
	t.Parallel()
	for _, section := range []string{"What is written", "Shards", "What failed last"} {
		t.Run(section, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			code, out := m.sh(in(t, section, "sh", 1)[0])
			if section == "What failed last" { // nothing did
				if code != 4 || !strings.Contains(out, "nothing of what is selected failed") {
					t.Errorf("exit %d\n%s", code, out)
				}
			} else if code != 0 {
				t.Errorf("exit %d\n%s", code, out)
			}
		})
	}
	t.Run("Known deviations", func(t *testing.T) {
		t.Parallel()
		m := newMachine(t)
		scripts := in(t, "Known deviations", "sh", 2)
		m.ok(scripts[0])
		m.ok(scripts[1])
		if !strings.Contains(m.file("deviations.yaml"), "- callback.can_use_tool\n") {
			t.Error("the new record has no features")
		}
	})
}

func TestCIGitHub(t *testing.T) {
	t.Parallel()
	texts := in(t, "GitHub Actions", "yaml", 2)
	one, four := parsed(t, texts[0])[0], parsed(t, texts[1])[0]
	for _, doc := range []map[string]any{one, four} {
		want(t, doc, "read", "permissions", "contents")
		jobs, _ := doc["jobs"].(map[string]any)
		for name, job := range jobs {
			want(t, job, "ubuntu-latest", "runs-on")
			steps, _ := at(job, "steps").([]any)
			for i, step := range steps {
				if (at(step, "run") == nil) == (at(step, "uses") == nil) {
					t.Errorf("%s: step %d is neither run nor uses, or both", name, i+1)
				}
			}
			if need, ok := at(job, "needs").(string); ok && jobs[need] == nil {
				t.Errorf("%s needs %s, which is no job", name, need)
			}
		}
	}
	m := newMachine(t, "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=summary")
	m.steps(at(one, "jobs", "conformance"), nil)
	if !strings.HasPrefix(m.file("summary"), "## ✓ ") || m.file("log/log.ndjson") == "" {
		t.Errorf("the summary is %s", m.file("summary"))
	}
	want(t, four, "[1 2 3 4]", "jobs", "shard", "strategy", "matrix", "shard")
	want(t, four, false, "jobs", "shard", "strategy", "fail-fast")
	want(t, four, "always()", "jobs", "merge", "if")
	merged := newMachine(t, "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=summary")
	for _, i := range []string{"1", "2", "3", "4"} {
		shard := newMachine(t, "GITHUB_ACTIONS=true")
		words := map[string]string{"matrix.shard": i, "github.run_id": "12345678901"}
		shard.steps(at(four, "jobs", "shard"), words)
		name := replaced(fmt.Sprint(at(four, "jobs", "shard", "steps", 4, "with", "name")), words)
		path := fmt.Sprint(at(four, "jobs", "shard", "steps", 4, "with", "path"))
		if ok, _ := filepath.Match(fmt.Sprint(at(four, "jobs", "merge", "steps", 2, "with", "pattern")), name); !ok {
			t.Errorf("the artifact %s is not downloaded", name)
		}
		to := filepath.Join(merged.dir, fmt.Sprint(at(four, "jobs", "merge", "steps", 2, "with", "path")), name)
		if err := os.CopyFS(to, os.DirFS(filepath.Join(shard.dir, path))); err != nil {
			t.Fatal(err)
		}
	}
	merged.steps(at(four, "jobs", "merge"), nil)
	if !strings.Contains(merged.file("summary"), "shard all 4, merged") || !strings.Contains(merged.file("junit.xml"), "turns/hello-3@client") {
		t.Errorf("the summary is %s", merged.file("summary"))
	}
}

// steps runs the commands of a job with its expressions replaced.
func (m *machine) steps(job any, words map[string]string) {
	m.t.Helper()
	steps, _ := at(job, "steps").([]any)
	ran := 0
	for _, step := range steps {
		script, ok := at(step, "run").(string)
		if !ok || script == install {
			continue
		}
		m.ok(replaced(script, words))
		ran++
	}
	if ran == 0 {
		m.t.Error("no step runs anything")
	}
}

// replaced puts values in the place of ${{ NAME }}.
func replaced(text string, words map[string]string) string {
	return regexp.MustCompile(`\$\{\{ *([\w.]+) *\}\}`).ReplaceAllStringFunc(text, func(expr string) string {
		return words[strings.Trim(expr, "${} ")]
	})
}

func TestCIGitLab(t *testing.T) {
	t.Parallel()
	doc := parsed(t, in(t, "GitLab", "yaml", 1)[0])[0]
	want(t, doc, install, "default", "before_script", 0)
	want(t, doc, 4, "wiretrial", "parallel")
	want(t, doc, "test", "wiretrial", "stage")
	want(t, doc, "report", "merge", "stage")
	want(t, doc, "[test report]", "stages")
	want(t, doc, "always", "wiretrial", "artifacts", "when")
	want(t, doc, "always", "merge", "when")
	m := newMachine(t, "CI_PIPELINE_ID=1234567890", "CI_NODE_TOTAL=4")
	for i := range 4 {
		m.ok(at(doc, "wiretrial", "script", 0).(string), fmt.Sprintf("CI_NODE_INDEX=%d", i+1))
	}
	m.ok(at(doc, "merge", "script", 0).(string))
	if report, _ := at(doc, "merge", "artifacts", "reports", "junit").(string); m.file(report) == "" {
		t.Error("the report that GitLab reads is not written")
	}
}

func TestCIJenkins(t *testing.T) {
	t.Parallel()
	text := in(t, "Jenkins", "groovy", 1)[0]
	if strings.Count(text, "{") != strings.Count(text, "}") {
		t.Error("braces are not balanced")
	}
	m := newMachine(t)
	scripts := regexp.MustCompile(`(?m)^ *sh '(.*)'$`).FindAllStringSubmatch(text, -1)
	for _, script := range scripts {
		m.ok(script[1])
	}
	for _, files := range regexp.MustCompile(`(?m)^ *(?:junit|archiveArtifacts artifacts:) '(.*)'$`).FindAllStringSubmatch(text, -1) {
		if found, _ := filepath.Glob(filepath.Join(m.dir, strings.TrimSuffix(files[1], "*"))); len(found) == 0 {
			t.Errorf("%s: the run wrote no such file", files[1])
		}
	}
	if len(scripts) != 1 {
		t.Errorf("%d scripts", len(scripts))
	}
}

func TestCIKubernetes(t *testing.T) {
	t.Parallel()
	docs := parsed(t, in(t, "Kubernetes", "yaml", 1)[0])
	if len(docs) != 2 {
		t.Fatalf("%d documents", len(docs))
	}
	for _, doc := range docs {
		want(t, doc, "batch/v1", "apiVersion")
		want(t, doc, "Job", "kind")
		want(t, doc, "Never", "spec", "template", "spec", "restartPolicy")
		want(t, doc, "[sh -c]", "spec", "template", "spec", "containers", 0, "command")
		want(t, doc, at(doc, "spec", "template", "spec", "volumes", 0, "name"), "spec", "template", "spec", "containers", 0, "volumeMounts", 0, "name")
		want(t, doc, "/results", "spec", "template", "spec", "containers", 0, "volumeMounts", 0, "mountPath")
	}
	container := []any{"spec", "template", "spec", "containers", 0}
	want(t, docs[0], "Indexed", "spec", "completionMode")
	want(t, docs[0], 4, "spec", "completions")
	want(t, docs[0], "WIRETRIAL_SHARDS", append(container, "env", 0, "name")...)
	total, ok := at(docs[0], append(container, "env", 0, "value")...).(string)
	if !ok || total != "4" {
		t.Errorf("WIRETRIAL_SHARDS is %q; a variable is a text, and the number of completions", total)
	}
	m := newMachine(t, "WIRETRIAL_SHARDS="+total)
	script := func(i int) string {
		text, _ := at(docs[i], append(container, "args", 0)...).(string)
		return strings.ReplaceAll(text, "/results", m.dir)
	}
	for i := range 3 {
		m.ok(script(0), fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i))
	}
	if code, out := m.sh(script(1)); code != 4 || !strings.Contains(out, "1 of 4 shards are missing: 4/4") {
		t.Errorf("a pod is missing: exit %d\n%s", code, out)
	}
	m.ok(script(0), "JOB_COMPLETION_INDEX=3")
	m.ok(script(1))
}

func TestCIBazel(t *testing.T) {
	t.Parallel()
	build := in(t, "Bazel", "python", 1)[0]
	for _, say := range []string{"sh_test(\n", `srcs = ["wiretrial_test.sh"],`, `data = ["adapter.py"],`, "shard_count = 4,\n", "\n)\n"} {
		if !strings.Contains(build, say) {
			t.Errorf("no %q in\n%s", say, build)
		}
	}
	scripts := in(t, "Bazel", "sh", 2)
	if !strings.HasPrefix(scripts[0], "#!/bin/sh\n# wiretrial_test.sh") {
		t.Errorf("the script is %s", scripts[0])
	}
	m := newMachine(t, "TEST_TOTAL_SHARDS=4")
	for i := range 4 {
		dir := fmt.Sprintf("bazel-testlogs/wiretrial/shard_%d_of_4", i+1)
		outputs := filepath.Join(m.dir, dir, "test.outputs")
		if err := os.MkdirAll(outputs, 0o755); err != nil {
			t.Fatal(err)
		}
		m.ok(scripts[0], fmt.Sprintf("TEST_SHARD_INDEX=%d", i), "TEST_SHARD_STATUS_FILE="+filepath.Join(m.dir, dir, "status"),
			"XML_OUTPUT_FILE="+filepath.Join(m.dir, dir, "test.xml"), "TEST_UNDECLARED_OUTPUTS_DIR="+outputs)
		_ = m.file(dir + "/status")
		_ = m.file(dir + "/test.xml")
	}
	m.ok(scripts[1])
}

// Every block of the page is one that a test above knows.
func TestCIBlocksAreAllTested(t *testing.T) {
	t.Parallel()
	known := map[string]int{
		"What is written sh": 1, "Shards sh": 1, "What failed last sh": 1, "Known deviations sh": 2, "GitHub Actions yaml": 2, "GitLab yaml": 1, "Jenkins groovy": 1,
		"Kubernetes yaml": 1, "Bazel python": 1, "Bazel sh": 2,
	}
	for _, b := range ciBlocks(t) {
		known[b.section+" "+b.kind]--
	}
	for what, n := range known {
		if n != 0 {
			t.Errorf("%s: %d blocks more than the page has", what, n)
		}
	}
}

package adapters

import (
	"slices"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text  string
		rest  string
		wrong string // what the error says
	}{
		"three numbers":    {text: "0.2.187"},
		"one number":       {text: "3"},
		"pre-release":      {text: "1.2.0-beta.3", rest: "-beta.3"},
		"pip's candidate":  {text: "1.2rc1", rest: "rc1"},
		"post-release":     {text: "1.2.post1", rest: ".post1"},
		"empty":            {text: "", wrong: "expected a number"},
		"word":             {text: "newest", wrong: "expected a number"},
		"option":           {text: "--pre", wrong: "expected a number"},
		"range":            {text: "1.2 || 1.3", wrong: "unexpected"},
		"path":             {text: "1/../../etc", wrong: "unexpected"},
		"too long":         {text: strings.Repeat("1", 65), wrong: "longer than 64"},
		"number too large": {text: "99999999999999999999", wrong: "expected a number"},
		"dot at the end":   {text: "1.", rest: "."},
		"tag":              {text: "1.2.3@evil", wrong: "unexpected"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := parseVersion(c.text)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Fatalf("error %v, want one with %q", err, c.wrong)
				}
				return
			}
			if err != nil || v.rest != c.rest {
				t.Fatalf("got %q, %v; want %q", v.rest, err, c.rest)
			}
		})
	}
}

func TestVersionsAreOrderedByNumberAndPreReleasesComeFirst(t *testing.T) {
	t.Parallel()
	var got []string
	for _, v := range parseVersions([]string{"0.10.0", "0.9.1", "1.0.0", "1.0.0.post1", "1.0.0-rc10", "1.0.0-rc2", "nonsense", "0.9"}) {
		got = append(got, v.text)
	}
	want := []string{"0.9", "0.9.1", "0.10.0", "1.0.0-rc2", "1.0.0-rc10", "1.0.0", "1.0.0.post1"}
	if !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestNearestAndNewest(t *testing.T) {
	t.Parallel()
	releases := parseVersions([]string{"0.1.0", "0.1.7", "0.2.0", "0.3.0rc1"})
	cases := map[string]struct{ wanted, want string }{
		"between two":      {"0.1.9", "0.1.7"},
		"after all":        {"9.0.0", "0.3.0rc1"},
		"before all":       {"0.0.1", "0.1.0"},
		"exactly that one": {"0.2.0", "0.2.0"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wanted, err := parseVersion(c.wanted)
			if err != nil {
				t.Fatal(err)
			}
			if got := nearest(wanted, releases); got != c.want {
				t.Errorf("nearest to %s is %s, want %s", c.wanted, got, c.want)
			}
		})
	}
	if got := newest(releases); got != "0.2.0" {
		t.Errorf("newest is %s, want 0.2.0, which is no pre-release", got)
	}
	if got := newest(nil) + nearest(version{}, nil); got != "" {
		t.Errorf("of no releases one was chosen: %s", got)
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, seed := range []string{"1.2.3", "1.2rc1", "", "--pre", "1..2", "1.2.3-β", "007"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseVersion(text)
		if err != nil {
			return
		}
		if strings.ContainsAny(text, " /\\@=<>|&;\x00") || strings.HasPrefix(text, "-") {
			t.Errorf("%q was taken for a version", text)
		}
		if v.compare(v) != 0 {
			t.Errorf("%q is not equal to itself", text)
		}
	})
}

func FuzzRegistryAnswers(f *testing.F) {
	f.Add("claude-agent-sdk (0.2.1)\nAvailable versions: 0.2.1, 0.2.0\n")
	f.Add(`["0.1.0", "0.1.1"]`)
	f.Add("claude-codes #x\nversion: 2.1.0 (latest 2.2.0)\n")
	f.Fuzz(func(_ *testing.T, out string) {
		list, _ := npmVersions(out)
		parseVersions(slices.Concat(pipVersions(out), list, cargoVersion(out)))
	})
}

func TestRegistryAnswers(t *testing.T) {
	t.Parallel()
	fromNPM := func(out string) []string { list, _ := npmVersions(out); return list }
	cases := map[string]struct {
		read func(string) []string
		out  string
		want []string
	}{
		"pip":                {pipVersions, "pack (1.1.0)\nAvailable versions: 1.1.0, 1.0.0\r\n  INSTALLED: 1.0.0\n", []string{"1.1.0", "1.0.0"}},
		"pip, nothing":       {pipVersions, "", nil},
		"npm":                {fromNPM, `["1.0.0","1.1.0"]`, []string{"1.0.0", "1.1.0"}},
		"npm, one release":   {fromNPM, `"1.0.0"`, []string{"1.0.0"}},
		"npm, an error page": {fromNPM, `<html>`, nil},
		"cargo":              {cargoVersion, "pack #a #b\nversion: 2.1.0\nlicense: x\n", []string{"2.1.0"}},
		"cargo, a later one": {cargoVersion, "version: 2.1.0 (latest 2.2.0)\n", []string{"2.1.0"}},
		"cargo, nothing":     {cargoVersion, "version:\n", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.read(c.out); !slices.Equal(got, c.want) {
				t.Errorf("read %v, want %v", got, c.want)
			}
		})
	}
}

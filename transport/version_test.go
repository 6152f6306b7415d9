package transport

import (
	"errors"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]CLIVersion{
		"2.1.329 (Claude Code)\n": {Major: 2, Minor: 1, Patch: 329, Text: "2.1.329 (Claude Code)"},
		"2.1.329":                 {Major: 2, Minor: 1, Patch: 329, Text: "2.1.329"},
		"a warning\r\n\r\n\x1b[0m 1.0.0-beta.1 x":  {Major: 1, Pre: "beta.1", Text: "1.0.0-beta.1 x"},
		"3.0.1+linux-x64\n2.0.0":                   {Major: 3, Patch: 1, Text: "3.0.1+linux-x64"},
		"node 22.1.0\n1.2\n1.2.3.4\n1.2.x\n+1.2.3": {},
		"99999999999999999999.0.0":                 {},
		"-1.2.3":                                   {},
		"":                                         {},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := ParseVersion(text)
			if got != want || (err == nil) != (want != CLIVersion{}) || err != nil && !errors.Is(err, ErrNoVersion) {
				t.Errorf("want %+v, got %+v, %v", want, got, err)
			}
		})
	}
}

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	ordered := strings.Fields("0.9.9 1.0.0-a 1.0.0-b 1.0.0 1.0.1 1.1.0 2.0.0 2.0.10")
	for i, older := range ordered {
		for j, newer := range ordered {
			a, _ := ParseVersion(older)
			b, _ := ParseVersion(newer)
			if c := a.Compare(b); c < 0 != (i < j) || c > 0 != (i > j) || a.String() != older {
				t.Errorf("%s and %s: %d", a, b, c)
			}
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"2.1.329 (Claude Code)\n", "x\n\x1b]0;t\a1.0.0-rc.1+b c", "1.2", "00.01.002"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseVersion(text)
		if err != nil {
			if v != (CLIVersion{}) || !errors.Is(err, ErrNoVersion) {
				t.Errorf("%+v with %v", v, err)
			}
			return
		}
		if v.Major < 0 || v.Minor < 0 || v.Patch < 0 || strings.Contains(v.Text, "\n") || !strings.Contains(text, v.Text) {
			t.Errorf("%+v", v)
		}
		if again, err := ParseVersion(v.String()); err != nil || again.Compare(v) != 0 {
			t.Errorf("%s read again is %s, %v", v, again, err)
		}
	})
}

package adapters

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/internal/release"
)

// Latest is the version that asks the registry for the newest release.
const Latest = "latest"

// version is a release number as the three registries write it: numbers, and a rest such as "rc1" or "-beta.2" that marks a
// pre-release.
type version struct {
	text string
	rest string
}

// parseVersion reads a release number. It accepts what pip, npm and cargo print, and nothing that could be taken for an option, a path or
// a range.
func parseVersion(text string) (version, error) {
	v := version{text: text}
	if len(text) > 64 {
		return v, fmt.Errorf("version %.16q...: longer than 64 characters", text)
	}
	rest := text
	for {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(rest)
		}
		if _, err := strconv.Atoi(rest[:digits]); err != nil {
			return v, fmt.Errorf("version %q: expected a number such as 1.2.3 at offset %d", text, len(text)-len(rest))
		}
		rest = rest[digits:]
		after, dotted := strings.CutPrefix(rest, ".")
		if !dotted || after == "" || after[0] < '0' || after[0] > '9' {
			break
		}
		rest = after
	}
	if strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+") != "" {
		return v, fmt.Errorf("version %q: unexpected %q", text, rest)
	}
	v.rest = rest
	return v, nil
}

func (v version) compare(w version) int { return release.Compare(v.text, w.text) }

// pre tells whether it is a pre-release; a post-release and a build of a release are none.
func (v version) pre() bool {
	rest := strings.ToLower(strings.TrimLeft(v.rest, ".-"))
	return rest != "" && v.rest[0] != '+' && !strings.HasPrefix(rest, "post")
}

// parseVersions reads those of the texts that are release numbers, oldest first.
func parseVersions(texts []string) []version {
	var found []version
	for _, text := range texts {
		if v, err := parseVersion(text); err == nil {
			found = append(found, v)
		}
	}
	slices.SortStableFunc(found, version.compare)
	return found
}

// nearest is the newest release that is not newer than the wanted one, else the oldest of all, else "".
func nearest(wanted version, releases []version) string {
	best := ""
	for i, r := range releases {
		if i == 0 || r.compare(wanted) <= 0 {
			best = r.text
		}
	}
	return best
}

// newest is the newest release that is no pre-release, else "".
func newest(releases []version) string {
	for _, r := range slices.Backward(releases) {
		if !r.pre() {
			return r.text
		}
	}
	return ""
}

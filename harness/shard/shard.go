// Package shard divides a plan among several runs, and joins their logs again.
//
// It is pure: which cases a run plays is decided by their ids alone, so that machines which know nothing of each other agree, and what a set of
// logs proves together is decided by the logs alone. It plays nothing, and it forgives nothing: a part that is missing, foreign or cut
// makes the whole worthless, and is refused.
package shard

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/scenarios"
)

// MaxTotal is how many shards a plan may have.
const MaxTotal = 1000

// Spec names one shard of a plan.
type Spec struct {
	Index  int    // counts from 1
	Total  int    // at least 1
	Source string // what said so, for reports
}

// String is the shard as --shard takes it.
func (s Spec) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Total) }

// Parse reads "i/n", counted from 1.
func Parse(text string) (Spec, error) {
	index, total, ok := strings.Cut(text, "/")
	i, errI := strconv.Atoi(index)
	n, errN := strconv.Atoi(total)
	if !ok || errI != nil || errN != nil {
		return Spec{}, fmt.Errorf("%q: want i/n, such as 1/4, or env", text)
	}
	s := Spec{Index: i, Total: n, Source: "--shard"}
	return s, s.check(text)
}

// check refuses what names no shard.
func (s Spec) check(text string) error {
	switch {
	case s.Total < 1 || s.Total > MaxTotal:
		return fmt.Errorf("%s: a plan has between 1 and %d shards", text, MaxTotal)
	case s.Index < 1 || s.Index > s.Total:
		return fmt.Errorf("%s: the shards of %d count from 1 to %d", text, s.Total, s.Total)
	}
	return nil
}

// Pick returns the cases of the shard in the order given. Together the shards of one total have each case once. Their sizes differ by one at
// most, and so, but for remainders, do their numbers of cases of each level, slow or not. Which shard has a case depends on the ids of the selection,
// never on their order; a case more or less moves few of the others.
func (s Spec) Pick(cases []scenarios.Case) []scenarios.Case {
	home := divide(cases, s.Total)
	var mine []scenarios.Case
	for _, c := range cases {
		if home[c.ID] == s.Index-1 {
			mine = append(mine, c)
		}
	}
	return mine
}

// stratum is a kind of case of which every shard gets its part.
type stratum struct {
	level scenarios.Level
	slow  bool
}

// divide gives each case the shard, counted from 0, that likes it best and has room.
func divide(cases []scenarios.Case, total int) map[string]int {
	home := make(map[string]int, len(cases))
	loads := make([]int, total)
	strata := map[stratum][]string{}
	for _, c := range cases {
		kind := stratum{c.Level, c.Slow > 0}
		strata[kind] = append(strata[kind], c.ID)
	}
	var rest []string
	for _, ids := range strata { // they do not depend on each other here
		room := make([]int, total)
		for i := range room {
			room[i] = len(ids) / total
		}
		rest = append(rest, place(ids, room, home)...)
		for i := range loads {
			loads[i] += len(ids) / total
		}
	}
	room := make([]int, total)
	for i := range room {
		room[i] = len(cases)/total - loads[i]
	}
	rest = place(rest, room, home) // fills all shards alike
	for i := range room {
		room[i] = 1
	}
	place(rest, room, home)
	return home
}

// place gives each id the shard with room that likes it best, and returns those for which no shard had room.
func place(ids []string, room []int, home map[string]int) (left []string) {
	words := make(map[string]uint64, len(ids))
	for _, id := range ids {
		sum := sha256.Sum256([]byte(id))
		words[id] = binary.LittleEndian.Uint64(sum[:])
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(words[a], words[b]), cmp.Compare(a, b)) })
	for _, id := range ids {
		best, most := -1, uint64(0)
		for i := range room {
			if w := mix(words[id], i); room[i] > 0 && (best < 0 || w > most) {
				best, most = i, w
			}
		}
		if best < 0 {
			left = append(left, id)
			continue
		}
		room[best]--
		home[id] = best
	}
	return left
}

// mix is how much a shard likes a case: a number that looks random and never changes.
func mix(word uint64, shard int) uint64 {
	x := word ^ (uint64(shard)+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Digest tells one plan from another by the ids of its cases, in any order.
func Digest(ids []string) string { return digest(slices.Sorted(slices.Values(ids))) }

// CatalogueDigest tells the texts of one set of scenario files from another.
func CatalogueDigest(files []*scenarios.File) string {
	var parts []string
	for _, f := range files {
		parts = append(parts, f.ID, string(f.Source))
	}
	return digest(parts)
}

// digest is short: it protects from mistakes, not from anybody.
func digest(parts []string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d:%s\n", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// Seed is what shards of one plan use that were given none: the same for all of them.
func Seed(digest string) uint64 {
	sum := sha256.Sum256([]byte("seed " + digest))
	return uint64(binary.LittleEndian.Uint32(sum[:]))
}

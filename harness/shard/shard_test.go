package shard

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/scenarios"
)

// plan is a selection like the catalogue's: most at must, some slow.
func plan(n int) []scenarios.Case {
	levels := []scenarios.Level{scenarios.Must, scenarios.Must, scenarios.Should, scenarios.Must, scenarios.May}
	var out []scenarios.Case
	for i := range n {
		c := scenarios.Case{ID: fmt.Sprintf("area%d/name-%d@client", i%17, i), Level: levels[i%len(levels)]}
		if i%40 == 7 {
			c.Slow = time.Minute
		}
		out = append(out, c)
	}
	return out
}

func idsOf(cases []scenarios.Case) []string {
	var out []string
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

func TestPickDivides(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 3, 10, 100, 988} {
		for _, total := range []int{1, 2, 3, 4, 7, 16, 50} {
			cases := plan(size)
			seen, must := map[string]int{}, 0
			for _, c := range cases {
				if c.Level == scenarios.Must && c.Slow == 0 {
					must++
				}
			}
			for i := range total {
				mine := Spec{Index: i + 1, Total: total}.Pick(cases)
				if n := len(mine); n < size/total || n > (size+total-1)/total {
					t.Errorf("%d of %d cases: shard %d has %d", size, total, i+1, n)
				}
				has := 0
				for _, c := range mine {
					seen[c.ID]++
					if c.Level == scenarios.Must && c.Slow == 0 {
						has++
					}
				}
				if has < must/total {
					t.Errorf("%d cases, shard %d/%d has %d of %d must scenarios", size, i+1, total, has, must)
				}
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%s is in %d shards", id, n)
				}
			}
			if len(seen) != size {
				t.Errorf("%d of %d cases are in the %d shards", len(seen), size, total)
			}
		}
	}
}

// Machines agree: neither the order nor anything else but the ids decides, and what was decided once stays.
func TestPickIsStable(t *testing.T) {
	t.Parallel()
	cases := plan(200)
	turned := slices.Clone(cases)
	slices.Reverse(turned)
	want := idsOf(Spec{Index: 2, Total: 4}.Pick(cases))
	got := idsOf(Spec{Index: 2, Total: 4}.Pick(turned))
	slices.Reverse(got)
	if !slices.Equal(want, got) {
		t.Errorf("another order, another shard: %v, %v", want, got)
	}
	if strings.Join(want[:3], " ") != golden {
		t.Errorf("the partition changed, so shards of two versions do not fit each other: %s", strings.Join(want[:3], " "))
	}
	moved := 0
	before, after := divide(cases, 4), divide(plan(201), 4)
	for id, shard := range before {
		if after[id] != shard {
			moved++
		}
	}
	if moved > len(cases)/10 {
		t.Errorf("one case more moves %d of %d", moved, len(cases))
	}
}

// golden are the first three of a shard: they change only with the partition.
const golden = "area1/name-1@client area9/name-9@client area10/name-10@client"

func TestParse(t *testing.T) {
	t.Parallel()
	if s, err := Parse("2/4"); err != nil || s.Index != 2 || s.Total != 4 || s.String() != "2/4" {
		t.Errorf("got %+v, %v", s, err)
	}
	for text, say := range map[string]string{
		"": "want i/n", "2": "want i/n", "a/b": "want i/n", "1/4/2": "want i/n", "0/4": "count from 1 to 4", "5/4": "count from 1 to 4", "-1/4": "count from 1",
		"1/0": "between 1 and 1000", "1/1001": "between 1 and 1000", "1/99999999999999999999": "want i/n",
	} {
		if s, err := Parse(text); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("Parse(%q) = %v, %v; want %q", text, s, err, say)
		}
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ env, want string }{
		"Bazel":                    {"TEST_SHARD_INDEX=0 TEST_TOTAL_SHARDS=3", "1/3 Bazel"},
		"GitLab":                   {"CI_NODE_INDEX=3 CI_NODE_TOTAL=3", "3/3 GitLab"},
		"GitLab, not parallel":     {"CI_NODE_TOTAL=1", "1/1 GitLab"},
		"Buildkite":                {"BUILDKITE_PARALLEL_JOB=1 BUILDKITE_PARALLEL_JOB_COUNT=2", "2/2 Buildkite"},
		"CircleCI":                 {"CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=2", "1/2 CircleCI"},
		"Kubernetes":               {"JOB_COMPLETION_INDEX=4 WIRETRIAL_SHARDS=5", "5/5 Kubernetes"},
		"Bazel on CircleCI":        {"TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=3 CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1", "2/3 Bazel"},
		"two that agree":           {"TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=3 CI_NODE_INDEX=2 CI_NODE_TOTAL=3", "2/3 Bazel"},
		"two that do not":          {"TEST_SHARD_INDEX=1 TEST_TOTAL_SHARDS=3 CI_NODE_INDEX=1 CI_NODE_TOTAL=3", "names two shards, 2/3 by Bazel, TEST_SHARD_INDEX and TEST_TOTAL_SHARDS and 1/3 by GitLab"},
		"nothing":                  {"PATH=/bin", "no shard in the environment; known are TEST_SHARD_INDEX"},
		"a total alone":            {"WIRETRIAL_SHARDS=5", "no shard in the environment"},
		"Kubernetes has no total":  {"JOB_COMPLETION_INDEX=4", `JOB_COMPLETION_INDEX="4" and WIRETRIAL_SHARDS="": both are needed`},
		"GitLab counts from 1":     {"CI_NODE_INDEX=0 CI_NODE_TOTAL=3", "want a number from 1 to 3"},
		"beyond the last":          {"TEST_SHARD_INDEX=3 TEST_TOTAL_SHARDS=3", "want a number from 0 to 2"},
		"no number":                {"TEST_SHARD_INDEX=x TEST_TOTAL_SHARDS=3", "want numbers"},
		"a number beyond all ints": {"TEST_SHARD_INDEX=99999999999999999999 TEST_TOTAL_SHARDS=3", "want numbers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := FromEnv(func(name string) string {
				for pair := range strings.FieldsSeq(test.env) {
					if k, v, _ := strings.Cut(pair, "="); k == name {
						return v
					}
				}
				return ""
			})
			got := s.String() + " " + s.Source
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	one := Digest([]string{"a", "b"})
	for name, other := range map[string]string{
		"another id": Digest([]string{"a", "c"}), "an id more": Digest([]string{"a", "b", "c"}), "cut elsewhere": Digest([]string{"ab"}), "an id twice": Digest([]string{"a", "b", "b"}),
	} {
		if other == one {
			t.Errorf("%s: the same digest", name)
		}
	}
	if again := Digest([]string{"b", "a"}); again != one {
		t.Error("the order of ids changes the digest")
	}
	if Seed(one) == Seed("") || Seed(one) > 1<<32 {
		t.Error("the seed is not short, or not the plan's")
	}
	a, b := &scenarios.File{ID: "a", Source: []byte("x")}, &scenarios.File{ID: "a", Source: []byte("y")}
	if CatalogueDigest([]*scenarios.File{a}) == CatalogueDigest([]*scenarios.File{b}) {
		t.Error("another text, the same digest")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1/4", "0/0", "x", "/", "1/", "+1/+2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err == nil && (s.Index < 1 || s.Index > s.Total || s.Total > MaxTotal) {
			t.Errorf("Parse(%q) = %+v", text, s)
		}
	})
}

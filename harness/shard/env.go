package shard

import (
	"fmt"
	"strconv"
	"strings"
)

// TotalVariable is where the number of shards stands for systems that give each run its number and not how many there are.
const TotalVariable = "WIRETRIAL_SHARDS"

// StatusVariable names the file by whose existence Bazel sees that a test takes part.
const StatusVariable = "TEST_SHARD_STATUS_FILE"

// system is a CI system that tells each run its part.
type system struct {
	name, index, total string
	first              int // the number of the first shard
}

// systems are those that FromEnv knows. Kubernetes does not tell a Job's pods how many they are.
func systems() []system {
	return []system{
		{"Bazel", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0},
		{"GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
		{"Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
		{"CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},
		{"Kubernetes", "JOB_COMPLETION_INDEX", TotalVariable, 0},
	}
}

// FromEnv finds the shard in the variables that CI systems set. Of several systems that disagree it takes none: a guess would
// leave cases out. A system that says "one of one" says nothing beside another.
func FromEnv(getenv func(string) string) (Spec, error) {
	var found []Spec
	var single *Spec
	for _, sys := range systems() {
		s, ok, err := sys.read(getenv)
		if err != nil {
			return Spec{}, err
		}
		switch {
		case !ok:
		case s.Total == 1 && single == nil:
			single = &s
		case s.Total > 1:
			found = append(found, s)
		}
	}
	if len(found) == 0 && single != nil {
		return *single, nil
	}
	if len(found) == 0 {
		return Spec{}, fmt.Errorf("no shard in the environment; known are %s; or say i/n", known())
	}
	for _, s := range found[1:] {
		if s.Index != found[0].Index || s.Total != found[0].Total {
			return Spec{}, fmt.Errorf("the environment names two shards, %s by %s and %s by %s; say which with i/n", found[0], found[0].Source, s, s.Source)
		}
	}
	return found[0], nil
}

// read finds a system's shard; ok is false where the system does not speak.
func (sys system) read(getenv func(string) string) (s Spec, ok bool, err error) {
	index, total := getenv(sys.index), getenv(sys.total)
	switch {
	case index == "" && (total == "" || sys.total == TotalVariable):
		return Spec{}, false, nil
	case index == "" && total == "1": // GitLab's job that is not parallel
		index = strconv.Itoa(sys.first)
	}
	if index == "" || total == "" {
		return Spec{}, false, fmt.Errorf("%s: %s=%q and %s=%q: both are needed", sys.name, sys.index, index, sys.total, total)
	}
	i, errI := strconv.Atoi(index)
	n, errN := strconv.Atoi(total)
	said := fmt.Sprintf("%s: %s=%q and %s=%q", sys.name, sys.index, index, sys.total, total)
	if errI != nil || errN != nil {
		return Spec{}, false, fmt.Errorf("%s: want numbers", said)
	}
	if i < sys.first || n < 1 || n > MaxTotal || i-sys.first >= n {
		return Spec{}, false, fmt.Errorf("%s: want a number from %d to %d, of at most %d shards", said, sys.first, sys.first+max(n, 1)-1, MaxTotal)
	}
	return Spec{Index: i - sys.first + 1, Total: n, Source: fmt.Sprintf("%s, %s and %s", sys.name, sys.index, sys.total)}, true, nil
}

// known lists the variables.
func known() string {
	var names []string
	for _, sys := range systems() {
		names = append(names, fmt.Sprintf("%s with %s (%s)", sys.index, sys.total, sys.name))
	}
	return strings.Join(names, ", ")
}

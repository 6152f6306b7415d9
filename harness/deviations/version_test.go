package deviations

import "testing"

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	ascending := []string{
		"0", "0.0.20", "0.1.0.dev3", "0.1.0a1", "0.1.0b1", "0.1.0b2", "0.1.0b11", "0.1.0-rc.1", "0.1.0", "0.1.0.post1", "0.1.9", "0.1.10",
		"0.2.187", "0.10.0", "1.0.0-alpha", "1.0.0-beta.2", "1.0.0-beta.11", "1.0", "2.1.316", "20240101.1", "123456789012345678901234567890",
	}
	for i, a := range ascending {
		for k, b := range ascending {
			want := 0
			if i < k {
				want = -1
			} else if i > k {
				want = 1
			}
			if got := CompareVersions(a, b); got != want {
				t.Errorf("CompareVersions(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "1.0.0"}, {"v1.2", "1.2"}, {"1.2+build5", "1.2"}, {"1.02", "1.2"}, {"1.0.0-RC1", "1.0.0rc1"}} {
		if CompareVersions(same[0], same[1]) != 0 {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		in      string
		holds   []string
		refuses []string
	}{
		"any":      {"*", []string{"0", "1.2.3", "weird"}, nil},
		"exact":    {"0.2.187", []string{"0.2.187", "v0.2.187"}, []string{"0.2.188", "0.2.18", ""}},
		"bounds":   {">=0.2.180 <0.3", []string{"0.2.180", "0.2.999"}, []string{"0.2.179", "0.3.0", "0.3"}},
		"spaced":   {">= 0.2.180, < 0.3", []string{"0.2.180"}, []string{"0.3"}},
		"open":     {">1", []string{"1.0.1"}, []string{"1.0", "1.0rc1"}},
		"at most":  {"<=1", []string{"1", "1.0rc1"}, []string{"1.0.1"}},
		"not that": {">=1 !=1.5", []string{"1.4", "1.5.1"}, []string{"1.5"}},
		"equals":   {"=1.5", []string{"1.5.0"}, []string{"1.5.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := ParseRange(test.in)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range test.holds {
				if !r.Holds(v) {
					t.Errorf("%q does not hold %q", test.in, v)
				}
			}
			for _, v := range test.refuses {
				if r.Holds(v) {
					t.Errorf("%q holds %q", test.in, v)
				}
			}
		})
	}
	for _, bad := range []string{"", " ", ">=", "latest", ">=0.2 or 3", "* *", "1..x y", "~1.2"} {
		if r, err := ParseRange(bad); err == nil {
			t.Errorf("ParseRange(%q) = %v, want an error", bad, r)
		}
	}
	if (Range{}).Holds("1") {
		t.Error("the zero Range holds a version")
	}
}

func FuzzRange(f *testing.F) {
	f.Add(">=0.2.180 <0.3", "0.2.187")
	f.Add("1.0rc1", "1.0-rc.1")
	f.Fuzz(func(t *testing.T, text, version string) {
		r, err := ParseRange(text)
		if err == nil {
			r.Holds(version)
		}
		if a, b := CompareVersions(text, version), CompareVersions(version, text); a != -b {
			t.Errorf("%q and %q: %d and %d", text, version, a, b)
		}
	})
}

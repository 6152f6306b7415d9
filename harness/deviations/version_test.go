package deviations

import "testing"

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
	})
}

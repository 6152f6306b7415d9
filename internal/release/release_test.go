package release

import "testing"

func TestCompare(t *testing.T) {
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
			if got := Compare(a, b); got != want {
				t.Errorf("Compare(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "1.0.0"}, {"v1.2", "1.2"}, {"1.2+build5", "1.2"}, {"1.02", "1.2"}, {"1.0.0-RC1", "1.0.0rc1"}} {
		if Compare(same[0], same[1]) != 0 {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("0.2.187", "v0.2.187")
	f.Add("1.0rc1", "1.0-rc.1")
	f.Fuzz(func(t *testing.T, x, y string) {
		if a, b := Compare(x, y), Compare(y, x); a != -b {
			t.Errorf("%q and %q: %d and %d", x, y, a, b)
		}
		if Compare(x, x) != 0 {
			t.Errorf("%q is not equal to itself", x)
		}
	})
}

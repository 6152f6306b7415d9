//go:build linux || darwin

package host

import (
	"testing"
)

func TestSendAndAnswer(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	got := mustCall(t, a, "echo", map[string]string{"text": "aé😀\u2028"})
	if want := `{"text":"a\u00e9\ud83d\ude00\u2028"}`; string(got) != want {
		t.Errorf("got %s, want %s: the line to the adapter is not ASCII-only", got, want)
	}
	if err := a.Close(bg()); err != nil {
		t.Errorf("close: %v", err)
	}
	mustNext(t, a, Exit)
	if st := a.Status(); st.Code != 0 || st.Signal != "" {
		t.Errorf("got %v, want exit 0", st)
	}
}

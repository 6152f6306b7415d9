package client

import (
	"io"
	"strings"
	"testing"
)

// TestAStderrThatNobodyReadsKeepsItsEnd holds that what makes room is whole lines, the oldest, and never a part of one that is being read.
func TestAStderrThatNobodyReadsKeepsItsEnd(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", 1023) + "\n"
	over := strings.Repeat(line, stderrUnread/len(line)+7)
	for name, tt := range map[string]struct {
		first string // written before anything is read
		read  int    // bytes of it that are read
		then  string // written after that
		want  string // what is read at last
	}{
		"all of it":      {first: "a\nb", want: "a\nb"},
		"unread":         {first: "old\n" + over + "end", want: over[:stderrUnread-len(line)] + "end"},
		"half read":      {first: "first line\n", read: 5, then: "old\n" + over, want: " line\n" + over[:stderrUnread]},
		"a line read":    {first: "first\nsecond\n", read: 6, then: over, want: over[:stderrUnread]},
		"one line alone": {first: "a" + strings.Repeat("b", stderrUnread), want: strings.Repeat("b", stderrUnread)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end := make(chan struct{})
			p := &stderrPipe{end: end}
			write(t, p, tt.first)
			if _, err := io.ReadFull(p, make([]byte, tt.read)); err != nil {
				t.Fatal(err)
			}
			write(t, p, tt.then)
			close(end)
			if got, err := io.ReadAll(p); err != nil || string(got) != tt.want {
				t.Errorf("got %d bytes, %.20q ... %.20q, %v; want %d, %.20q", len(got), got, got[max(0, len(got)-20):], err, len(tt.want), tt.want)
			}
		})
	}
}

// write writes a text in pieces.
func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	for len(text) > 0 {
		n, err := io.WriteString(w, text[:min(len(text), 4000)])
		if err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
}

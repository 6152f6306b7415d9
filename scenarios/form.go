package scenarios

import (
	"regexp"
	"sync"
)

// form is a regular expression that is compiled at its first use: a program that reads no scenario pays nothing for it when it
// starts, and the one that SDKs start as claude reads none.
type form func() *regexp.Regexp

func newForm(expr string) form {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func (f form) matches(s string) bool { return f().MatchString(s) }

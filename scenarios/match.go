package scenarios

// Mismatch is one failed check.
type Mismatch struct {
	Pos  Pos
	Path string
	Op   string // "equal" or the operator
	Want string // JSON text, or words for an operator
	Got  string // JSON text or "absent"
}

// Match checks a wire document: null and absent are two things.
func Match(doc []byte, checks []PathValue, env Env) []Mismatch { return nil }

// MatchReported checks what an adapter reported (a message, the arguments of a callback, a value): there null is absent.
func MatchReported(doc []byte, checks []PathValue, env Env) []Mismatch { return nil }

// CheckValue says whether v may stand in match or where: a scalar or an operator.
func CheckValue(v Value) error { return errUnbuilt }

// Lookup returns the JSON at a path of doc; the path text is a message's text.
func Lookup(doc []byte, path string) (json []byte, ok bool) { return nil, false }

// EqualJSON reports deep equality: numbers by exact value, strings by code point, objects without order.
func EqualJSON(a, b []byte) bool { return false }

// ContradictsJSON finds the first place where a yielded value contradicts the written one (law 2).
func ContradictsJSON(written, yielded []byte) (path, want, got string, bad bool) { return "", "", "", false }

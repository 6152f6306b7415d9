package scenarios

// Env is what a substitution may look at.
type Env struct {
	I    int  // ${i}
	HasI bool // false: ${i} is an error
	Dir  string
	Seed uint64
	// Capture returns the JSON at a gjson path of what is known under name; path is empty for the whole.
	Capture func(name, path string) (json []byte, err error)
	Variant map[string]Value
}

// Resolve substitutes deeply. A scalar that is nothing but one ${...} takes the value's type.
func Resolve(v Value, env Env) (Value, error) { return nil, errUnbuilt }

// ResolveText substitutes in a text; JSON strings are inserted unquoted, other values as JSON.
func ResolveText(s string, env Env) (string, error) { return "", errUnbuilt }

// ResolveBytes substitutes in a raw text, where ${hex:..} is allowed.
func ResolveBytes(s string, env Env) ([]byte, error) { return nil, errUnbuilt }

// ResolveJSON substitutes in JSON text: inside a JSON string what is inserted is escaped, outside it is JSON.
func ResolveJSON(s string, env Env) ([]byte, error) { return nil, errUnbuilt }

// Names lists the captures that s uses, each once, in order.
func Names(s string) []string { return nil }

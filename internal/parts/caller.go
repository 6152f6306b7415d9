package parts

import "context"

type callerKey struct{}

// WithCaller notes in a context which task a call is made for. The product looks at it nowhere: its calls may come from any task. It
// is there for pieces that are bound to one.
func WithCaller(ctx context.Context, task string) context.Context {
	return context.WithValue(ctx, callerKey{}, task)
}

// Caller gives the task that a call is made for, and whether that is known: what a session does of its own accord is nobody's call.
func Caller(ctx context.Context) (task string, known bool) {
	task, known = ctx.Value(callerKey{}).(string)
	return task, known
}

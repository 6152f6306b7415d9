package host

import "golang.org/x/sys/unix"

func addOldCalls(calls map[int]timedCall) {
	calls[unix.SYS_SEMTIMEDOP] = timedCall{name: "semtimedop", arg: 3, form: formSpec}
}

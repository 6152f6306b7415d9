package host

import "golang.org/x/sys/unix"

func addOldCalls(calls map[int]timedCall) {
	calls[unix.SYS_EPOLL_WAIT] = timedCall{name: "epoll_wait", arg: 3, form: formMillis}
	calls[unix.SYS_POLL] = timedCall{name: "poll", arg: 2, form: formMillis}
	calls[unix.SYS_SELECT] = timedCall{name: "select", arg: 4, form: formVal}
	calls[unix.SYS_SEMTIMEDOP] = timedCall{name: "semtimedop", arg: 3, form: formSpec}
}

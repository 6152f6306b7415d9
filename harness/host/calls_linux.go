package host

import "golang.org/x/sys/unix"

// timedCalls are the system calls, by number, that can end by a timeout. poll, select and epoll_wait are only on older architectures: see
// oldCalls.
func timedCalls() map[int]timedCall {
	calls := map[int]timedCall{
		unix.SYS_EPOLL_PWAIT:     {name: "epoll_pwait", arg: 3, form: formMillis},
		unix.SYS_EPOLL_PWAIT2:    {name: "epoll_pwait2", arg: 3, form: formSpec},
		unix.SYS_PPOLL:           {name: "ppoll", arg: 2, form: formSpec},
		unix.SYS_PSELECT6:        {name: "pselect6", arg: 4, form: formSpec},
		unix.SYS_FUTEX:           {name: "futex", arg: 3, form: formSpec, clock: futexClock},
		unix.SYS_FUTEX_WAITV:     {name: "futex_waitv", arg: 3, form: formSpec, clock: waitvClock},
		unix.SYS_NANOSLEEP:       {name: "nanosleep", arg: 0, form: formSpec},
		unix.SYS_CLOCK_NANOSLEEP: {name: "clock_nanosleep", arg: 2, form: formSpec, clock: nanosleepClock},
		unix.SYS_RT_SIGTIMEDWAIT: {name: "rt_sigtimedwait", arg: 2, form: formSpec},
		unix.SYS_IO_GETEVENTS:    {name: "io_getevents", arg: 4, form: formSpec},
		unix.SYS_RECVMMSG:        {name: "recvmmsg", arg: 4, form: formSpec},
		unix.SYS_MQ_TIMEDRECEIVE: {name: "mq_timedreceive", form: formUnknown},
		unix.SYS_MQ_TIMEDSEND:    {name: "mq_timedsend", form: formUnknown},
		unix.SYS_IO_URING_ENTER:  {name: "io_uring_enter", form: formUnknown},
		unix.SYS_RESTART_SYSCALL: {name: "restart_syscall", form: formUnknown},
	}
	addOldCalls(calls)
	return calls
}

package mockcli

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// selfPath leads to the running executable, even if its folder is gone.
func selfPath() string { return "/proc/self/exe" }

// restoreDefault undoes the runtime's own handler. The runtime keeps one for every signal, which would swallow some of them
// (SIGUSR1) and print a trace for others (SIGSEGV).
func restoreDefault(sig syscall.Signal) {
	var act [4]uint64 // struct sigaction: all zero is SIG_DFL
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&act)), 0, 8, 0, 0)
}

package host

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const stateZombie = 5 // SZOMB of <sys/proc.h>

// subtree lists the processes below root and, because orphans go to launchd, those of the process group pgid.
func subtree(root, pgid int, exclude func(pid int) bool) ([]Proc, error) {
	all, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, fmt.Errorf("read the process table: %w", err)
	}
	children := map[int][]Proc{}
	var group []Proc
	for i := range all {
		p := fromKinfo(&all[i])
		children[p.PPID] = append(children[p.PPID], p)
		if p.PGID == pgid && pgid > 1 {
			group = append(group, p)
		}
	}
	var found []Proc
	seen := map[int]bool{root: true}
	for queue := append(children[root], group...); len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if seen[p.PID] || exclude != nil && exclude(p.PID) {
			continue
		}
		seen[p.PID] = true
		found = append(found, p)
		queue = append(queue, children[p.PID]...)
	}
	return found, nil
}

func fromKinfo(k *unix.KinfoProc) Proc {
	p := Proc{PID: int(k.Proc.P_pid), PPID: int(k.Eproc.Ppid), PGID: int(k.Eproc.Pgid), State: 'S', Zombie: k.Proc.P_stat == stateZombie}
	if p.Zombie {
		p.State = 'Z'
	}
	p.Cmdline = []string{unix.ByteSliceToString(k.Proc.P_comm[:])}
	p.Start = time.Unix(k.Proc.P_starttime.Sec, int64(k.Proc.P_starttime.Usec)*1000)
	p.start = uint64(p.Start.UnixMicro())
	return p
}

func describe([]Proc) {}

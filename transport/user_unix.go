//go:build unix

package transport

import (
	"fmt"
	"os/user"
	"strconv"
	"syscall"
)

// asUser has a process run as another user, with that one's groups; empty leaves it this process's.
func asUser(sys *syscall.SysProcAttr, name string) error {
	if name == "" {
		return nil
	}
	u, err := user.Lookup(name)
	if _, isNumber := strconv.ParseUint(name, 10, 32); err != nil && isNumber == nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return err
	}
	groups, err := u.GroupIds()
	if err != nil {
		return err
	}
	var ids []uint32
	for _, text := range append([]string{u.Uid, u.Gid}, groups...) {
		id, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return fmt.Errorf("user %s has the id %q, which is no number", name, text)
		}
		ids = append(ids, uint32(id))
	}
	sys.Credential = &syscall.Credential{Uid: ids[0], Gid: ids[1], Groups: ids[2:]}
	return nil
}

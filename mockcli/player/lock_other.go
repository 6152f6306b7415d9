//go:build !linux && !darwin

package player

import (
	"os"

	"github.com/wiretrial/wiretrial/mockcli"
)

func lockFile(*os.File) error { return mockcli.ErrNotSupported }

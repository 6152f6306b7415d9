//go:build darwin

package host

func openFDs() ([]string, error) { return nil, ErrUnsupported }

package host

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// EnvAllow makes the complete environment of an adapter: of base (the harness's, as os.Environ) only what a program needs to be found and to
// print text, then private, then extra; later ones win. Nothing else of base passes, so no key, token, proxy or setting of a real CLI
// (CLAUDE*, ANTHROPIC*) does. The result is sorted.
func EnvAllow(base []string, private, extra map[string]string) []string {
	vars := map[string]string{}
	for _, pair := range base {
		name, value, ok := strings.Cut(pair, "=")
		if ok && name != "" && allowed(name) {
			vars[name] = value
		}
	}
	for _, more := range []map[string]string{private, extra} {
		for name, value := range more {
			vars[name] = value
		}
	}
	env := make([]string, 0, len(vars))
	for name, value := range vars {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

// allowed names what is neither secret nor a setting of the SDKs: where programs and their libraries are, language and time zone.
func allowed(name string) bool {
	upper := strings.ToUpper(name) // Windows does not tell case
	if strings.HasPrefix(upper, "LC_") {
		return true
	}
	switch upper {
	case "PATH", "LANG", "LANGUAGE", "TZ", "TZDIR",
		"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
		"LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"VIRTUAL_ENV", "PYENV_ROOT", "NVM_DIR", "VOLTA_HOME", "RUSTUP_HOME", "CARGO_HOME", "GOROOT", "JAVA_HOME", "DOTNET_ROOT":
		return true
	}
	return false
}

// PrivateHome makes the folders of a home of an adapter's own below dir and returns the variables that name them, for EnvAllow.
func PrivateHome(dir string) (map[string]string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	vars := map[string]string{
		"HOME": "home", "TMPDIR": "tmp", "TMP": "tmp", "TEMP": "tmp",
		"XDG_CONFIG_HOME": "home/.config", "XDG_CACHE_HOME": "home/.cache", "XDG_DATA_HOME": "home/.local/share",
		"XDG_STATE_HOME": "home/.local/state", "XDG_RUNTIME_DIR": "run",
	}
	var errs []error
	for name, below := range vars {
		vars[name] = filepath.Join(abs, filepath.FromSlash(below))
		errs = append(errs, os.MkdirAll(vars[name], 0o700))
	}
	return vars, errors.Join(errs...)
}

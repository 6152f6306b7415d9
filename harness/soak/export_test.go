package soak

// OpenWithSlack is Open with another bound of growth.
func OpenWithSlack(dir string, slack int64) (*File, error) {
	f, err := Open(dir)
	if err == nil {
		f.slack, f.limit = slack, f.size+slack
	}
	return f, err
}

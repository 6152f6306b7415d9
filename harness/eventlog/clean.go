package eventlog

// Record returns a copy of rec whose texts are clean. What rec points to is not changed: the harness still decides on it.
func (c *Cleaner) Record(rec Record) Record {
	rec.T = c.short(rec.T)
	if rec.Run != nil {
		rec.Run = c.run(*rec.Run)
	}
	if rec.Plan != nil {
		p := *rec.Plan
		p.Levels = keys(c, p.Levels)
		p.Digest, p.Settings, p.Catalogue, p.Record = c.short(p.Digest), c.short(p.Settings), c.short(p.Catalogue), c.short(p.Record)
		if p.Shard != nil {
			part := *p.Shard
			part.Source = c.short(part.Source)
			p.Shard = &part
		}
		rec.Plan = &p
	}
	if rec.Start != nil {
		s := *rec.Start
		s.ID = c.short(s.ID)
		rec.Start = &s
	}
	if rec.Trace != nil {
		t := *rec.Trace
		t.ID, t.Channel, t.Session, t.Text = c.short(t.ID), c.short(t.Channel), c.short(t.Session), c.Text(t.Text, MaxTrace)
		rec.Trace = &t
	}
	if rec.Case != nil {
		rec.Case = c.closing(*rec.Case)
	}
	if rec.Note != nil {
		rec.Note = &Note{Kind: c.short(rec.Note.Kind), Text: c.Text(rec.Note.Text, MaxValue)}
	}
	if rec.End != nil {
		e := *rec.End
		e.Why = c.short(e.Why)
		e.Counts, e.Levels, e.Classes = keys(c, e.Counts), keys(c, e.Levels), keys(c, e.Classes)
		for level, counts := range e.Levels {
			e.Levels[level] = keys(c, counts)
		}
		rec.End = &e
	}
	return rec
}

func (c *Cleaner) short(s string) string { return c.Text(s, MaxText) }

func (c *Cleaner) list(in []string) []string {
	if in == nil {
		return nil
	}
	out := make([]string, 0, min(len(in), MaxItems))
	for _, s := range in[:min(len(in), MaxItems)] {
		out = append(out, c.short(s))
	}
	return out
}

// keys returns a copy of counts with clean names.
func keys[K ~string, V any](c *Cleaner, in map[K]V) map[K]V {
	if in == nil {
		return nil
	}
	out := make(map[K]V, len(in))
	for k, v := range in {
		out[K(c.short(string(k)))] = v
	}
	return out
}

func (c *Cleaner) run(r Run) *Run {
	for _, s := range []*string{
		&r.Version, &r.Date, &r.Seed, &r.Platform, &r.Adapter, &r.SDK, &r.Release, &r.Language, &r.Runtime, &r.Idiom, &r.Rerun,
	} {
		*s = c.short(*s)
	}
	r.Features = c.list(r.Features)
	return &r
}

func (c *Cleaner) closing(k Case) *Case {
	for _, s := range []*string{&k.ID, &k.Title, &k.Level, &k.Where, &k.Deviation} {
		*s = c.short(*s)
	}
	k.Verdict = Verdict(c.short(string(k.Verdict)))
	for _, l := range []*[]string{&k.Rules, &k.Seen, &k.Attempts, &k.Missing, &k.Notes} {
		*l = c.list(*l)
	}
	if k.Failure != nil {
		f := *k.Failure
		for _, s := range []*string{&f.Check, &f.Kind, &f.Class, &f.Text, &f.Path, &f.Where, &f.Fault} {
			*s = c.short(*s)
		}
		f.Want, f.Got = c.Text(f.Want, MaxValue), c.Text(f.Got, MaxValue)
		k.Failure = &f
	}
	rows := k.Steps[:min(len(k.Steps), MaxItems)]
	k.Steps = nil
	for _, row := range rows {
		row.Side, row.Text, row.Status, row.Detail = c.short(row.Side), c.short(row.Text), c.short(row.Status), c.short(row.Detail)
		k.Steps = append(k.Steps, row)
	}
	return &k
}

package mutants

// OfNoPiece tells whether the fault is in none of the client's pieces, but in what it is opened with, or in operations that it is never asked for.
func (m Mutant) OfNoPiece() bool { return m.opening != nil || m.instead != nil }

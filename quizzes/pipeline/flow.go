package pipeline

// Flow is a market as a table of past opportunities shows it.
type Flow struct{}

func (f *Flow) check() error { return nil }

package demo

import "context"

// stopReading leaves everybody who has begun a course in the middle of the lesson that is next, at its third section.
func (f *filler) stopReading(ctx context.Context) error {
	for _, a := range f.company.Everybody() {
		who := f.people[a.Login].Actor()
		state, err := f.Progress.Of(ctx, who, who.ID)
		if err != nil {
			return err
		}
		for _, k := range f.Catalog.Current().Courses {
			l, _ := state.Next(k)
			if l == nil || state.Course(k).Done == 0 {
				continue
			}
			if toc := l.Page(who.Lang).TOC; len(toc) > 2 {
				if err := f.Progress.Mark(who, l.Key(), toc[2].ID, 350); err != nil {
					return err
				}
			}
		}
	}
	return f.Progress.Flush(ctx)
}

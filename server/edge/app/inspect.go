package app

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"tongguan/courses/certification"
	"tongguan/courses/inspection"
	"tongguan/courses/violation"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// inspect makes the rooms of supervision, after certification. A plan that cannot be read is left out, and said.
func (a *App) inspect(files fs.FS, ledger *evidence.Ledger) {
	a.Inspections = inspection.New(inspection.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Teams: a.Teams,
		Reports: a.Reports, Population: func(ctx context.Context, w inspection.Want) ([]inspection.Subject, error) {
			return a.population(ctx, ledger, w)
		}},
		a.plans(files))
	a.Violations = violation.New(violation.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People})
}

// plans reads the plans of inspection.
func (a *App) plans(files fs.FS) *inspection.Book {
	book, problems := inspection.Read(files, func(id string) bool { return a.Catalog.Current().Clause(id) != nil })
	for _, p := range problems {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	return book
}

// population gives what a sample is drawn from.
func (a *App) population(ctx context.Context, ledger *evidence.Ledger, w inspection.Want) ([]inspection.Subject, error) {
	switch w.Kind {
	case inspection.People:
		return a.staff(ctx, w.Roles)
	case inspection.Certificates:
		return a.inForce(ctx)
	case inspection.Evidence:
		return a.shown(ctx, ledger, w)
	default:
		return nil, nil
	}
}

// staff gives everybody who can sign in and has one of the roles, or any where none is named.
func (a *App) staff(ctx context.Context, roles []string) (out []inspection.Subject, err error) {
	for f := (people.Filter{}); ; f.From += 1000 {
		some, total, err := a.People.List(ctx, access.Operator(), f)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			fits := len(roles) == 0 || slices.ContainsFunc(p.Roles, func(r access.Role) bool { return slices.Contains(roles, string(r)) })
			if p.State != people.Suspended && fits {
				out = append(out, inspection.Subject{ID: p.ID, Person: p.ID, Address: "/team/" + p.ID})
			}
		}
		if len(some) == 0 || f.From+len(some) >= total {
			return out, nil
		}
	}
}

// inForce gives the certificates that hold today.
func (a *App) inForce(ctx context.Context) (out []inspection.Subject, err error) {
	lines, _, err := a.Reports.People(ctx, access.Operator(), certification.Question{})
	for _, l := range lines {
		for id, x := range l.Standings {
			if x.State.Valid() && x.Certificate != "" {
				out = append(out, inspection.Subject{ID: x.Certificate, Person: l.Person, Title: x.Certificate, Address: "/team/" + l.Person + "/certificates/" + id})
			}
		}
	}
	return out, err
}

// shown gives the quizzes and role-plays that were closed in a stretch of time. What was corrected later has a line of its
// own, whose source is the attempt and the correction: it is the same attempt.
func (a *App) shown(ctx context.Context, ledger *evidence.Ledger, w inspection.Want) (out []inspection.Subject, err error) {
	staff, err := a.staff(ctx, nil)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(staff))
	for i, s := range staff {
		ids[i] = s.ID
	}
	all, err := ledger.OfMany(ctx, a.DB.Read(), ids)
	seen := map[string]bool{}
	for _, lines := range all {
		for _, l := range lines {
			id, _, _ := strings.Cut(l.Source, ":")
			room := map[string]string{evidence.Quiz: "/attempts/" + id + "/review", evidence.Roleplay: "/plays/" + id + "/debrief"}[l.Kind]
			if room == "" || seen[id] || l.At < w.From || l.At >= w.To {
				continue
			}
			seen[id] = true
			out = append(out, inspection.Subject{ID: l.Kind + "/" + id, Person: l.Person, Title: l.Subject, Address: room})
		}
	}
	return out, err
}

package certification

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tongguan/courses/programme"
	"tongguan/server/base/db"
)

// foldBatch is how many people's sums are made in one transaction.
const foldBatch = 500

// Fold makes the sums of everybody whose standings have changed, and says of how many people. It may run on several
// nodes at once: who is claimed by one waits for the other, and is marked again by whoever changes them meanwhile.
func (r *Reports) Fold(ctx context.Context) (int, error) {
	for all := 0; ; {
		stale, err := countStale(ctx, r.db.Read())
		if err != nil || stale == 0 {
			return all, err
		}
		n, err := r.fold(ctx)
		if all += n; err != nil || n == 0 {
			return all, err
		}
	}
}

func (r *Reports) fold(ctx context.Context) (n int, err error) {
	err = r.db.Write(ctx, func(q db.Q) error {
		persons, err := claimStale(ctx, q, foldBatch)
		if n = len(persons); err != nil || n == 0 {
			return err
		}
		slices.Sort(persons)
		standings, err := standingsOf(ctx, q, persons)
		if err != nil {
			return err
		}
		versions, err := versionsOf(ctx, q, persons)
		if err != nil {
			return err
		}
		passed, err := passedBy(ctx, q, persons)
		if err != nil {
			return err
		}
		return putSums(ctx, q, summed(persons, standings, versions, r.programmes()), spans(passed))
	})
	return n, err
}

// sum is what the tables of a report are sorted, filtered and summed by, for one person.
type sum struct {
	person, due, states, holds string
	worst, trouble, next, ends int64
}

// noProgramme is the rank of somebody who is in no programme.
const noProgramme = 99

// troubles rank what puts somebody at risk whatever the date, the most urgent first; the gap is for what depends on the day.
var troubles = map[State]int64{Expired: 1, Grace: 2, Suspended: 3, Eligible: 6}

// shaken ranks a certificate that rests on less than it asks, before all others.
const shaken = -1

// summed makes the sums of people; their standings are in order of the persons.
func summed(persons []string, standings []Standing, versions map[string]string, book *programme.Book) []sum {
	out, at := make([]sum, len(persons)), make(map[string]*sum, len(persons))
	held := map[string][]string{}
	for i, p := range persons {
		out[i] = sum{person: p, states: " ", worst: noProgramme}
		at[p] = &out[i]
	}
	for _, s := range standings {
		if !s.counts() {
			continue
		}
		at[s.Person].add(s, book.Get(s.Programme))
		if v := versions[s.Certificate]; s.State.Valid() && v != "" {
			held[s.Person] = append(held[s.Person], shortVersion(v))
		}
	}
	for p, all := range held {
		slices.Sort(all)
		at[p].holds = strings.Join(all, " ")
	}
	return out
}

func (m *sum) add(s Standing, p *programme.Programme) {
	state := s.reported(p)
	m.states += s.Programme + "=" + string(state) + " "
	m.worst = min(m.worst, int64(slices.Index(ReportStates(), state)+1))
	t := troubles[state]
	if s.Shaken > 0 {
		t = shaken
	}
	if t != 0 && (m.trouble == 0 || t < m.trouble) {
		m.trouble = t
	}
	if end := s.runsOut(); end > 0 {
		m.next = earlier(m.next, end)
		if s.State.Valid() && s.Done == 0 {
			m.ends = earlier(m.ends, end)
		}
	}
	if s.Enrolled && s.NextDue != "" && (m.due == "" || s.NextDue < m.due) {
		m.due = s.NextDue
	}
}

func earlier(a, b int64) int64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// shortVersion is as much of a version's hash as tells it from all others of the company.
func shortVersion(hash string) string { return hash[:min(16, len(hash))] }

// span is a time in which a certificate of a programme held, or of any where programme is "".
type span struct {
	person, programme string
	from, until       int64 // until 0: it still holds
}

// spans gives the times in which certificates held, from transitions in order of person, programme and number.
func spans(all []passedTo) (out []span) {
	var open *span
	last := passedTo{}
	end := func(at int64) {
		if open != nil {
			if open.until = at; at != open.from { // one that never held has no time
				out = append(out, *open)
			}
			open = nil
		}
	}
	for _, t := range all {
		if t.Person != last.Person || t.Programme != last.Programme {
			end(0)
		}
		switch {
		case t.After.Valid() && open == nil:
			open = &span{person: t.Person, programme: t.Programme, from: t.At}
		case !t.After.Valid():
			end(t.At)
		}
		last = t
	}
	end(0)
	return append(out, anySpans(out)...)
}

// anySpans joins the times of each person's certificates to those in which any held.
func anySpans(all []span) (out []span) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.from, b.from)) })
	for _, s := range all {
		s.programme = ""
		if n := len(out) - 1; n >= 0 && out[n].person == s.person && (out[n].until == 0 || out[n].until >= s.from) {
			if out[n].until != 0 && (s.until == 0 || s.until > out[n].until) {
				out[n].until = s.until
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

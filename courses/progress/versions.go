package progress

import (
	"context"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// KeepVersions keeps the text of every lesson in force, once each time that the content has changed; called every few seconds, it
// does nothing most times. It keeps them as they come into force and not as they are opened, so that looking writes nothing, a
// version that nobody has opened can be compared as well, and the order in which they came is the one in which they were in force.
func (p *Progress) KeepVersions(ctx context.Context) error {
	c := p.lib.Current()
	p.mu.Lock()
	known := p.kept == c.Hash
	p.mu.Unlock()
	if known {
		return nil
	}
	now := p.clock.Now()
	err := p.db.Write(ctx, func(q db.Q) error {
		for _, course := range c.Courses {
			for _, m := range course.Modules {
				for _, l := range m.Lessons {
					for _, lang := range []string{"zh", "en"} {
						page := l.Page(lang)
						if err := keepVersion(ctx, q, page.Hash, l.Key(), lang, page.Source, now); err != nil {
							return err
						}
					}
				}
			}
		}
		return nil
	})
	if err == nil {
		p.mu.Lock()
		p.kept = c.Hash
		p.mu.Unlock()
	}
	return err
}

// Over gives the same room over other content: a history is made of what was read then.
func (p *Progress) Over(lib *catalog.Library) *Progress {
	return New(p.db, p.clock, p.people, lib, p.ledger)
}

// Edition is a version of a lesson with how many have finished it.
type Edition struct {
	Version
	Readers int `db:"readers"` // without those who have left
	Current bool
}

// Editions gives the versions of a lesson, the latest first, without their texts.
func (p *Progress) Editions(ctx context.Context, actor access.Actor, lesson string) ([]Edition, error) {
	if err := actor.Check(access.CompareVersions, access.Other); err != nil {
		return nil, err
	}
	all, err := editions(ctx, p.db.Read(), lesson)
	if err != nil {
		return nil, err
	}
	l := p.lib.Current().Lesson(lesson)
	if l == nil && len(all) == 0 {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	for i := range all {
		all[i].Current = l != nil && l.Page(all[i].Lang).Hash == all[i].Hash
	}
	return all, nil
}

// Edition gives one version of a lesson with its text.
func (p *Progress) Edition(ctx context.Context, actor access.Actor, lesson, hash string) (Version, error) {
	if err := actor.Check(access.CompareVersions, access.Other); err != nil {
		return Version{}, err
	}
	return edition(ctx, p.db.Read(), lesson, hash)
}

// Behind are those who finished one version and none that is as new as another.
type Behind struct {
	Count   int      // of everybody
	Persons []string // ids of those whose progress the actor may see, at most MostBehind
	Visible int      // how many those are in all
	Names   bool     // the actor may see somebody's progress
}

// MostBehind bounds the list of people.
const MostBehind = 200

// BehindOf says who finished the older version of a lesson and neither the newer one nor one that came after it, in either
// language; a text that is in force is as new as any, however long it has been.
func (p *Progress) BehindOf(ctx context.Context, actor access.Actor, lesson, older, newer string) (out Behind, err error) {
	if err := actor.Check(access.CompareVersions, access.Other); err != nil {
		return out, err
	}
	v, err := edition(ctx, p.db.Read(), lesson, newer)
	if err != nil {
		return out, err
	}
	asNew := []string{newer}
	if l := p.lib.Current().Lesson(lesson); l != nil {
		asNew = append(asNew, l.Page("zh").Hash, l.Page("en").Hash)
	}
	if out.Count, _, err = behind(ctx, p.db.Read(), since{lesson, older, v.FirstSeen, asNew, nil}); err != nil {
		return out, err
	}
	reach, err := p.people.Reach(ctx, actor, access.SeeProgress, "")
	if fault.KindOf(err) == fault.Missing {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	teams := reach.Teams
	if reach.All {
		teams = nil
	}
	out.Names = true
	out.Visible, out.Persons, err = behind(ctx, p.db.Read(), since{lesson, older, v.FirstSeen, asNew, teams})
	return out, err
}

// Version is the text of a lesson as somebody learnt it.
type Version struct {
	Hash      string `db:"hash"`
	Lesson    string `db:"lesson"`
	Lang      string `db:"lang"`
	Source    string `db:"source"`
	FirstSeen int64  `db:"first_seen"`
}

// LearntVersion gives the text that a person finished under this hash.
func (p *Progress) LearntVersion(ctx context.Context, actor access.Actor, person, hash string) (Version, error) {
	if err := p.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return Version{}, err
	}
	return version(ctx, p.db.Read(), person, hash)
}

// FirstLearnt says since when texts of lessons are in use: when somebody first finished a lesson under each hash, in milliseconds
// since 1970 UTC. Texts that nobody has finished yet are not in it.
func (p *Progress) FirstLearnt(ctx context.Context, hashes []string) (map[string]int64, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	return firstSeen(ctx, p.db.Read(), hashes)
}

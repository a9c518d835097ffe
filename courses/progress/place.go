package progress

import (
	"context"
	"slices"
	"time"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Place is where somebody is in a lesson. It is their own: nobody else is shown it.
type Place struct {
	Anchor  string `db:"anchor"`  // of the heading that was passed last, in the language that was read; "" above the first
	Heading int    `db:"heading"` // its number in the table of contents from 1, the same in every language; 0 above the first
	Part    int    `db:"part"`    // of the way to the next heading, in thousandths: 0 to 1000
	At      int64  `db:"at"`      // milliseconds since 1970 UTC, by the server's clock
}

// In gives the heading of a page that the place is under: the one of that anchor, else, in the other language or after an
// edit, the one of that number; nil above the first.
func (x Place) In(page *catalog.Page) *catalog.Heading {
	if x.Heading <= 0 {
		return nil
	}
	i := slices.IndexFunc(page.TOC, func(h catalog.Heading) bool { return h.ID == x.Anchor })
	if i < 0 {
		i = x.Heading - 1
	}
	if i >= len(page.TOC) {
		return nil
	}
	return &page.TOC[i]
}

type placeKey struct{ person, lesson string }

// Mark notes where the actor is in a lesson. Like a visit it is written within a second, together with others'. The
// anchor must be one of the lesson's headings, in either language, or "".
func (p *Progress) Mark(actor access.Actor, lesson, anchor string, part int) error {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return err
	}
	l := p.lib.Current().Lesson(lesson)
	if l == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	if part < 0 || part > 1000 {
		return fault.New(fault.Invalid, "reading.place_unknown")
	}
	number := 0
	for _, lang := range []string{"zh", "en"} {
		if i := slices.IndexFunc(l.Page(lang).TOC, func(h catalog.Heading) bool { return h.ID == anchor }); i >= 0 && number == 0 {
			number = i + 1
		}
	}
	if number == 0 && anchor != "" {
		return fault.New(fault.Invalid, "reading.place_unknown")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places[placeKey{actor.ID, lesson}] = Place{anchor, number, part, p.clock.Now()}
	return nil
}

// forgetPlace takes back what waits to be written about a lesson that is being finished.
func (p *Progress) forgetPlace(person, lesson string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.places, placeKey{person, lesson})
}

// Copy notes that the actor takes copies of a module's lessons along, to be read without a network. Their text is kept,
// so that whoever finishes the copy after the text was changed has still finished something that can be shown. Written
// like a visit.
func (p *Progress) Copy(actor access.Actor, m *catalog.Module, lang string) error {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range m.Lessons {
		page := l.Page(lang)
		if !p.copied[page.Hash] {
			p.copies[page.Hash] = Version{Hash: page.Hash, Lesson: l.Key(), Lang: lang, Source: page.Source, FirstSeen: p.clock.Now()}
		}
	}
	return nil
}

// Offline is a lesson that was finished without a network.
type Offline struct {
	Lesson  string
	Hash    string // of the copy that was read
	Request string // made by the browser: the same one sent twice finishes once
}

// FinishOffline records what the actor finished without a network. It counts from when it arrives. Of a text that has been
// changed since, the version that was read counts, if it was ever given out; a later one that is finished already stays.
func (p *Progress) FinishOffline(ctx context.Context, actor access.Actor, o Offline) error {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return err
	}
	l := p.lib.Current().Lesson(o.Lesson)
	if l == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	if o.Request == "" || len(o.Request) > 64 {
		return fault.New(fault.Invalid, "error.request")
	}
	for _, lang := range []string{"zh", "en"} {
		if page := l.Page(lang); page.Hash == o.Hash {
			return p.record(ctx, actor, reading{l.Key(), lang, page.Hash, page.Source, o.Request})
		}
	}
	old, err := givenOut(ctx, p.db.Read(), o.Lesson, o.Hash)
	if err != nil {
		return err
	}
	return p.record(ctx, actor, reading{l.Key(), old.Lang, old.Hash, "", o.Request})
}

// writeWaiting writes what waits, each kind in one order of keys.
func writeWaiting(ctx context.Context, q db.Q, w waiting) error {
	if err := writeVisits(ctx, q, w.visits); err != nil {
		return err
	}
	if err := writePlaces(ctx, q, w.places); err != nil {
		return err
	}
	for _, v := range sortedBy(w.copies, func(hash string) string { return hash }) {
		if err := keepVersion(ctx, q, v, w.copies[v].Lesson, w.copies[v].Lang, w.copies[v].Source, w.copies[v].FirstSeen); err != nil {
			return err
		}
	}
	return nil
}

// requestsKept is how long a browser may wait before it sends again what was finished without a network.
const requestsKept = 90 * 24 * time.Hour

// Forget lets go of requests that no browser will send again.
func (p *Progress) Forget(ctx context.Context) error {
	before := p.clock.Now() - requestsKept.Milliseconds()
	return p.db.Write(ctx, func(q db.Q) error { return dropRequests(ctx, q, before) })
}

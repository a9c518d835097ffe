package progress

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/catalog"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// sections writes a lesson with three headings in each language, as the test's content has none.
func (h *house) sections() {
	h.Helper()
	for lang, words := range map[string][]string{"zh": {"情境", "要求", "做法"}, "en": {"Situation", "Demand", "Way"}} {
		f := h.files["courses/process/02-second."+lang+".md"]
		f.Data = append(slices.Clone(f.Data), "\n## "+words[0]+"\n\nText.\n\n## "+words[1]+"\n\nText.\n\n## "+words[2]+"\n\nText.\n"...)
		f.ModTime = f.ModTime.Add(time.Second)
	}
	if changed, _, err := h.lib.Refresh(); !changed || err != nil {
		h.Fatal(changed, err)
	}
}

func (h *house) places() map[string]Place {
	h.Helper()
	return h.state().Places
}

const lessonC = "process/second/c"

// Two devices: the newer place wins, whatever the order in which nodes write; the other language finds it by its number.
func TestThePlaceIsKeptAcrossDevices(t *testing.T) {
	each(t, func(h *house) {
		h.sections()
		mark := func(anchor string, part int) {
			h.Helper()
			if err := h.Mark(h.who["learner"], lessonC, anchor, part); err != nil {
				h.Fatal(err)
			}
		}
		mark("要求", 400)
		if got := h.places()[lessonC]; got.Anchor != "要求" || got.Heading != 2 || got.Part != 400 {
			h.Errorf("before it is written: %+v", got)
		}
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		old := h.clock.Now() - 1
		h.advance(time.Second)
		mark("way", 10)
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		late := map[placeKey]Place{{h.who["learner"].ID, lessonC}: {"情境", 1, 1, old}} // another node's, that comes late
		if err := h.d.Write(ctx, func(q db.Q) error { return writePlaces(ctx, q, late) }); err != nil {
			h.Fatal(err)
		}
		got, l := h.places()[lessonC], h.lib.Current().Lesson(lessonC)
		if got.Anchor != "way" || got.Heading != 3 || got.Part != 10 {
			h.Errorf("an older place took the place of a newer one: %+v", got)
		}
		if zh, en := got.In(l.Page("zh")), got.In(l.Page("en")); zh == nil || en == nil || zh.Text != "做法" || en.Text != "Way" {
			h.Errorf("in Chinese %+v, in English %+v", zh, en)
		}
	})
}

func TestPlaceIn(t *testing.T) {
	page := &catalog.Page{TOC: []catalog.Heading{{Level: 2, ID: "a", Text: "A"}, {Level: 2, ID: "b", Text: "B"}}}
	for _, tt := range []struct {
		place Place
		want  string
	}{
		{Place{}, ""}, {Place{Anchor: "b", Heading: 1}, "B"}, {Place{Anchor: "gone", Heading: 1}, "A"}, {Place{Anchor: "gone", Heading: 3}, ""}, {Place{Anchor: "", Heading: 0, Part: 50}, ""},
	} {
		got := ""
		if h := tt.place.In(page); h != nil {
			got = h.Text
		}
		if got != tt.want {
			t.Errorf("%+v is under %q, want %q", tt.place, got, tt.want)
		}
	}
}

// Finishing forgets the place, also one that another node has still to write; reading on afterwards is a new place.
func TestAFinishedLessonHasNoPlace(t *testing.T) {
	each(t, func(h *house) {
		h.sections()
		if err := h.Mark(h.who["learner"], lessonC, "要求", 5); err != nil {
			h.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		waiting := map[placeKey]Place{{h.who["learner"].ID, lessonC}: {"做法", 3, 5, h.clock.Now()}}
		if err := h.Mark(h.who["learner"], lessonC, "做法", 7); err != nil {
			h.Fatal(err)
		}
		h.finish(lessonC, "zh")
		err := h.d.Write(ctx, func(q db.Q) error { return writePlaces(ctx, q, waiting) })
		if err2 := h.Flush(ctx); err != nil || err2 != nil || len(h.places()) != 0 {
			h.Errorf("after finishing: %v, %v %v", h.places(), err, err2)
		}
		h.advance(time.Second)
		if err := h.Mark(h.who["learner"], lessonC, "situation", 900); err != nil {
			h.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil || h.places()[lessonC].Anchor != "situation" {
			h.Errorf("read again: %v, %v", h.places(), err)
		}
	})
}

// A place is one's own: whoever else sees progress does not see it.
func TestPlacesAreOnesOwn(t *testing.T) {
	each(t, func(h *house) {
		h.sections()
		if err := h.Mark(h.who["learner"], lessonC, "要求", 5); err != nil {
			h.Fatal(err)
		}
		for range 2 { // waiting, and written
			for _, login := range []string{"manager", "hr"} {
				id := h.who["learner"].ID
				one, err := h.Of(ctx, h.who[login], id)
				many, err2 := h.OfMany(ctx, h.who[login], []string{id})
				if err != nil || err2 != nil || one.Places != nil || many[id].Places != nil {
					h.Errorf("%s: %v, %v, %v %v", login, one.Places, many[id].Places, err, err2)
				}
			}
			if len(h.places()) != 1 {
				h.Errorf("the learner: %v", h.places())
			}
			if err := h.Flush(ctx); err != nil {
				h.Fatal(err)
			}
		}
		for _, tt := range []struct {
			lesson, anchor string
			part           int
			want           fault.Kind
		}{{"process/none/none", "", 0, fault.Missing}, {lessonC, "nowhere", 0, fault.Invalid}, {lessonC, "要求", 1001, fault.Invalid}, {lessonC, "要求", -1, fault.Invalid}} {
			if err := h.Mark(h.who["learner"], tt.lesson, tt.anchor, tt.part); fault.KindOf(err) != tt.want {
				h.Errorf("%+v: %v", tt, err)
			}
		}
	})
}

func (h *house) offline(hash, request string) error {
	return h.FinishOffline(ctx, h.who["learner"], Offline{Lesson: lessonC, Hash: hash, Request: request})
}

// A request that comes twice, on another day too, finishes once.
func TestFinishedOfflineOnce(t *testing.T) {
	each(t, func(h *house) {
		var told int
		h.ledger.Tell(func(context.Context, db.Q, evidence.Line) error { told++; return nil })
		hash := h.lib.Current().Lesson(lessonC).Page("en").Hash
		for _, request := range []string{"r-1", "r-1", "r-1"} {
			if err := h.offline(hash, request); err != nil {
				h.Fatal(err)
			}
			h.advance(24 * time.Hour)
		}
		if got := h.state().Finished[lessonC]; got.Hash != hash || told != 1 {
			h.Errorf("finished %+v, told %d times", got, told)
		}
		if err := h.offline(hash, "r-2"); err != nil || told != 2 { // a further reading, on a later day
			h.Errorf("told %d times, %v", told, err)
		}
		for _, tt := range []struct {
			after time.Duration
			told  int
		}{{requestsKept - 48*time.Hour, 2}, {96 * time.Hour, 3}} { // a request is known as long as a browser may send it again
			h.advance(tt.after)
			if err := h.Forget(ctx); err != nil {
				h.Fatal(err)
			}
			if err := h.offline(hash, "r-2"); err != nil || told != tt.told {
				h.Errorf("after %v: told %d times, want %d; %v", tt.after, told, tt.told, err)
			}
		}
		for _, bad := range []string{"", strings.Repeat("r", 65)} {
			if err := h.offline(hash, bad); fault.KindOf(err) != fault.Invalid {
				h.Errorf("request %q: %v", bad, err)
			}
		}
	})
}

// What was read counts, not what stands there now: a copy that was given out is finished in its own version, unless a newer
// one is finished already; what was never given out is nothing.
func TestAnOlderCopyIsFinished(t *testing.T) {
	each(t, func(h *house) {
		m, before := h.lib.Current().Module("process/second"), h.lib.Current().Lesson(lessonC).Page("zh").Hash
		if err := h.Copy(h.who["learner"], m, "zh"); err != nil {
			h.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		h.advance(time.Second)
		english := h.lib.Current().Lesson(lessonC).Page("en").Hash // never given out
		h.sections()
		now := h.lib.Current().Lesson(lessonC).Page("zh").Hash
		if err := h.offline(english, "r-0"); fault.KindOf(err) != fault.Conflict {
			h.Errorf("a text that nobody was given: %v", err)
		}
		if err := h.offline(before, "r-1"); err != nil {
			h.Fatal(err)
		}
		if got := h.state().Finished[lessonC].Hash; got != before || before == now {
			h.Errorf("finished %s, want %s", got, before)
		}
		h.advance(time.Second)
		h.finish(lessonC, "zh")
		h.advance(48 * time.Hour)
		if err := h.offline(before, "r-2"); err != nil {
			h.Fatal(err)
		}
		if diff := cmp.Diff(now, h.state().Finished[lessonC].Hash); diff != "" {
			h.Errorf("an older text took the place of a newer one:\n%s", diff)
		}
	})
}

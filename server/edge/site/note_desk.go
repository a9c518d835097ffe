package site

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/amendment"
	"tongguan/courses/passage"
	"tongguan/courses/remark"
	"tongguan/server/base/fault"
	"tongguan/web/pages/writing"
	"tongguan/web/parts"
)

// notesDesk lists the notes in a state, of a module or of all.
func (s *Site) notesDesk(c *fiber.Ctx, v visit) error {
	state, module := remark.State(c.Query("state")), c.Query("module")
	if !slices.Contains(remark.States(), state) {
		state = remark.Open
	}
	counts, err := s.Remarks.Count(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	all, err := s.Remarks.List(c.UserContext(), v.actor, state, module)
	if err != nil {
		return err
	}
	p := writing.Notes{Frame: s.frame(c, v, v.voice.T("writing.notes")), State: string(state)}
	for _, key := range sortedKeys(counts) {
		p.Modules = append(p.Modules, parts.Choice{Value: key, Text: s.moduleTitle(v, key), Chosen: key == module})
	}
	for _, one := range remark.States() {
		p.States = append(p.States, writing.State{Text: v.voice.T("writing.state_" + string(one)), Count: inState(counts, one, module), Current: one == state,
			URL: "/desk/notes?" + url.Values{"state": {string(one)}, "module": {module}}.Encode()})
	}
	for _, n := range all {
		p.Notes = append(p.Notes, writing.NoteLine{URL: "/desk/notes/" + n.ID, Quote: excerpt(n.Quote), Lesson: s.lessonTitle(v, n.Lesson),
			Reason: v.voice.T("writing.reason_" + n.Reason), When: v.voice.Date(n.SentAt, s.Zone), Lang: htmlLang(n.Lang)})
	}
	return s.draw(c, writing.NotesPage(p))
}

// inState counts the notes in a state, of a module or of all.
func inState(counts map[string]map[remark.State]int, state remark.State, module string) (n int) {
	for key, of := range counts {
		if module == "" || key == module {
			n += of[state]
		}
	}
	return n
}

// noteDesk shows one note with the passage as it was and as it is.
func (s *Site) noteDesk(c *fiber.Ctx, v visit) error { return s.drawNote(c, v, "", nil) }

func (s *Site) drawNote(c *fiber.Ctx, v visit, typed string, cause error) error {
	n, err := s.Remarks.Get(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	one := s.noteOf(v, n)
	p := writing.NoteDesk{Frame: s.frame(c, v, one.Reason), Note: one, Versions: versionsURL(n.Lesson), Typed: typed, Errors: s.errors(v, cause),
		Answers: n.State == remark.Open, Closes: n.State != remark.Done, Fate: string(passage.Gone)}
	if l := s.Catalog.Current().Lesson(n.Lesson); l != nil {
		now, fate := passage.Locate(s.places.in(s.Catalog.Current(), l.Page(n.Lang)), n.Passage())
		p.Fate, p.WriteURL = string(fate), "/desk/write/"+n.Module+"/"+n.Lang
		if fate != passage.Gone {
			p.NowURL = lessonURL(l) + "#p-" + strconv.Itoa(now.Number)
		}
		for _, span := range amendment.Compare(n.Quote, now.Text) {
			p.Now = append(p.Now, writing.Piece{Kind: string(span.Kind), Text: span.Text})
		}
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, writing.NoteDeskPage(p))
}

// noteAnswer answers a note.
func (s *Site) noteAnswer(c *fiber.Ctx, v visit) error {
	answer := c.FormValue("answer")
	err := s.Remarks.Answer(c.UserContext(), v.actor, c.Params("id"), answer)
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Busy || k == fault.Conflict) {
		return s.drawNote(c, v, answer, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "writing.answer_sent")
	return redirect(c, "/desk/notes/"+c.Params("id"))
}

// noteClose says that nothing is left to do about a note.
func (s *Site) noteClose(c *fiber.Ctx, v visit) error {
	if err := s.Remarks.Close(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	s.flash(c, "good", "writing.note_closed")
	return redirect(c, "/desk/notes")
}

package site

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/passage"
	"tongguan/courses/remark"
	"tongguan/server/base/fault"
	"tongguan/web/pages/courses"
	"tongguan/web/pages/writing"
	"tongguan/web/parts"
)

// places are the passages of lessons, found once for each content.
type places struct {
	mu    sync.Mutex
	of    *catalog.Catalog
	pages map[*catalog.Page][]passage.Piece
}

// in gives the passages of a page of the content in force.
func (p *places) in(cat *catalog.Catalog, page *catalog.Page) []passage.Piece {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of != cat {
		p.of, p.pages = cat, map[*catalog.Page][]passage.Piece{}
	}
	all, ok := p.pages[page]
	if !ok {
		all = passage.Cut(htmlOf(page))
		p.pages[page] = all
	}
	return all
}

func htmlOf(page *catalog.Page) []string {
	out := make([]string, len(page.Blocks)) // nothing where a check stands
	for i, b := range page.Blocks {
		out[i] = b.HTML
	}
	return out
}

// noteLinks puts a quiet link to a note at the end of every passage; it also is where a passage can be led to.
func (s *Site) noteLinks(v visit, l *catalog.Lesson, page *catalog.Page, blocks []courses.Block) []courses.Block {
	var runs []string
	for _, b := range page.Blocks {
		runs = append(runs, b.HTML)
	}
	label := html.EscapeString(v.voice.T("writing.note_on"))
	runs = passage.Mark(runs, s.places.in(s.Catalog.Current(), page), func(p passage.Piece) string {
		n := strconv.Itoa(p.Number)
		return `<a class="note-at" id="p-` + n + `" href="` + lessonURL(l) + `/note?n=` + n + `" rel="nofollow"><span class="hidden">` + label + `</span></a>`
	})
	at := 0
	for _, run := range runs { // blocks has no place for a check without a question
		if run == "" {
			continue
		}
		for at < len(blocks) && blocks[at].Check != nil {
			at++
		}
		if at < len(blocks) {
			blocks[at].HTML = run
			at++
		}
	}
	return blocks
}

// noteLesson gives the lesson of the address and its page.
func (s *Site) noteLesson(c *fiber.Ctx, v visit) (*catalog.Module, *catalog.Lesson, *catalog.Page, error) {
	_, m, err := s.module(c)
	if err != nil {
		return nil, nil, nil, err
	}
	l := s.Catalog.Current().Lesson(m.Key() + "/" + c.Params("lesson"))
	if l == nil {
		return nil, nil, nil, fault.New(fault.Missing, "error.missing")
	}
	return m, l, l.Page(v.lang), nil
}

// noteForm asks for a note on the passage n, or for the passage.
func (s *Site) noteForm(c *fiber.Ctx, v visit) error {
	n, _ := strconv.Atoi(c.Query("n")) // none is 0: one is chosen from the list
	return s.drawNoteForm(c, v, n, remark.Remark{}, nil)
}

func (s *Site) drawNoteForm(c *fiber.Ctx, v visit, n int, typed remark.Remark, cause error) error {
	m, l, page, err := s.noteLesson(c, v)
	if err != nil {
		return err
	}
	p := writing.NoteForm{Frame: s.frame(c, v, v.voice.T("writing.note_new")), Module: parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + l.Course + "#" + m.ID},
		Lesson: parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)}, Action: lessonURL(l) + "/notes", Version: page.Hash, Text: typed.Text, Longest: remark.LongestText,
		Errors: s.errors(v, cause), Lang: htmlLang(v.lang)}
	p.Request = s.requestAgain(c, cause)
	for _, r := range remark.Reasons() {
		p.Reasons = append(p.Reasons, parts.Choice{Value: r, Text: v.voice.T("writing.reason_" + r), Chosen: r == typed.Reason})
	}
	s.placesOf(&p, l, page, n)
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, writing.NoteFormPage(p))
}

// placesOf lists the passages of a lesson under their headings; the one with the number n is chosen.
func (s *Site) placesOf(p *writing.NoteForm, l *catalog.Lesson, page *catalog.Page, n int) {
	for _, one := range s.places.in(s.Catalog.Current(), page) {
		if one.Number == 0 {
			continue
		}
		place := writing.Place{Number: one.Number, Kind: string(one.Kind), Under: one.Under, URL: fmt.Sprintf("%s/note?n=%d", lessonURL(l), one.Number), Lines: strings.Split(one.Text, "\n")}
		if one.Number == n {
			p.Place = &place
			p.Lesson.URL += "#p-" + strconv.Itoa(n)
		}
		if len(p.Places) == 0 || p.Places[len(p.Places)-1].Heading != one.Under {
			p.Places = append(p.Places, writing.Places{Heading: one.Under})
		}
		last := &p.Places[len(p.Places)-1]
		last.Places = append(last.Places, place)
	}
}

// noteSend sends a note; what is wrong with it is said beside what was typed.
func (s *Site) noteSend(c *fiber.Ctx, v visit) error {
	_, l, page, err := s.noteLesson(c, v)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.FormValue("n")) // none is 0: no place
	note := remark.Remark{Lesson: l.Key(), Module: l.Course + "/" + l.Module, Lang: v.lang, Version: page.Hash, Reason: c.FormValue("reason"), Text: c.FormValue("text")}
	for _, p := range s.places.in(s.Catalog.Current(), page) {
		if p.Number == n && n > 0 {
			note.Place, note.Kind, note.Heading, note.Quote = n, p.Kind, p.Under, p.Text
		}
	}
	if version := c.FormValue("version"); version != page.Hash {
		err = fault.New(fault.Conflict, "writing.note_changed")
	} else {
		_, err = s.Remarks.Send(c.UserContext(), v.actor, note, c.FormValue("request"))
	}
	if err != nil && again(err) {
		return s.drawNoteForm(c, v, n, note, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "writing.note_sent")
	return redirect(c, lessonURL(l)+"#p-"+strconv.Itoa(n))
}

// notesMine shows one's own notes with their answers.
func (s *Site) notesMine(c *fiber.Ctx, v visit) error {
	all, err := s.Remarks.Mine(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := writing.Mine{Frame: s.frame(c, v, v.voice.T("writing.mine"))}
	for _, n := range all {
		p.Notes = append(p.Notes, s.noteOf(v, n))
	}
	return s.draw(c, writing.MinePage(p))
}

func (s *Site) noteOf(v visit, n remark.Remark) writing.Note {
	out := writing.Note{ID: n.ID, Reason: v.voice.T("writing.reason_" + n.Reason), State: v.voice.T("writing.state_" + string(n.State)), StateKey: string(n.State), When: v.voice.Date(n.SentAt, s.Zone),
		Lesson: parts.Link{Text: s.lessonTitle(v, n.Lesson), URL: "/courses/" + n.Lesson}, Lang: htmlLang(n.Lang), Quote: strings.Split(n.Quote, "\n"),
		Text: paragraphs(n.Text), Answer: paragraphs(n.Answer), Unseen: n.AnsweredAt > 0 && n.SeenAt == 0, CanWithdraw: n.State == remark.Open || n.State == remark.Answered}
	out.Place = v.voice.T("writing.note_at", "n", n.Place)
	if n.Heading != "" {
		out.Place = n.Heading + " · " + out.Place
	}
	if n.AnsweredAt > 0 {
		out.Answered = v.voice.Date(n.AnsweredAt, s.Zone)
	}
	return out
}

func (s *Site) lessonTitle(v visit, key string) string {
	if l := s.Catalog.Current().Lesson(key); l != nil {
		return l.Title.In(v.lang)
	}
	return key
}

// noteWithdraw takes one's own note back.
func (s *Site) noteWithdraw(c *fiber.Ctx, v visit) error {
	if err := s.Remarks.Withdraw(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	s.flash(c, "good", "writing.withdrawn")
	return redirect(c, "/notes")
}

// noteSeen puts the answer to one's own note aside.
func (s *Site) noteSeen(c *fiber.Ctx, v visit) error {
	if err := s.Remarks.Seen(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	return redirect(c, "/notes#"+c.Params("id"))
}

// answeredNotes are the answers that were not put aside, for the page of learning.
func (s *Site) answeredNotes(c *fiber.Ctx, v visit) ([]writing.Short, error) {
	all, err := s.Remarks.Mine(c.UserContext(), v.actor)
	var out []writing.Short
	for _, n := range all {
		if n.AnsweredAt > 0 && n.SeenAt == 0 {
			out = append(out, writing.Short{ID: n.ID, Lesson: s.lessonTitle(v, n.Lesson), URL: "/notes#" + n.ID})
		}
	}
	return out, err
}

package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
	"tongguan/courses/manuscript"
	"tongguan/courses/passage"
	"tongguan/courses/remark"
	"tongguan/server/base/access"
	"tongguan/server/edge/app"
)

// lessons is content/demo/lessons.yaml.
type lessons struct {
	Earlier []earlier
	Notes   []noted
}

// earlier is what a lesson said until a day.
type earlier struct {
	Lesson string
	Until  int
	ZH, EN []edit
}

// edit is a text that stands there now, and what stood there.
type edit struct{ Now, Was string }

// noted is a note on a passage, and what became of it.
type noted struct {
	By, Lesson, Lang, Passage, Reason, Text, Answer string
	Day                                             int
	Close                                           bool
}

// remark puts what lessons said before into the history, and the notes on them.
func (f *filler) remark(ctx context.Context) error {
	text, err := fs.ReadFile(app.Content(""), "demo/lessons.yaml")
	if err != nil {
		return err
	}
	var all lessons
	read := yaml.NewDecoder(bytes.NewReader(text))
	read.KnownFields(true)
	if err := read.Decode(&all); err != nil {
		return fmt.Errorf("lessons.yaml: %w", err)
	}
	files := f.Manuscripts.Files
	for _, e := range all.Earlier {
		if files, err = e.in(files); err != nil {
			return err
		}
		f.changed[e.Lesson] = f.hour(e.Until, 9)
		f.later(f.hour(e.Until, 9), f.Progress.KeepVersions)
	}
	for i, n := range all.Notes {
		f.later(f.hour(n.Day, 11), func(ctx context.Context) error { return f.send(ctx, n, i) })
	}
	lib, _ := catalog.NewLibrary(files) // what is wrong with it is wrong with the content in force as well
	f.old = f.Progress.Over(lib)
	return f.old.KeepVersions(ctx)
}

// in gives the content as it was before.
func (e earlier) in(files fs.FS) (fs.FS, error) {
	key := strings.Split(e.Lesson, "/")
	for lang, edits := range map[string][]edit{"zh": e.ZH, "en": e.EN} {
		found, err := fs.Glob(files, path.Join("courses", key[0], "??-"+key[1]+"."+lang+".md"))
		if err != nil || len(found) != 1 {
			return nil, errors.Join(err, fmt.Errorf("lessons.yaml: %s is in %v", e.Lesson, found))
		}
		text, err := fs.ReadFile(files, found[0])
		if err != nil {
			return nil, err
		}
		for _, x := range edits {
			if !bytes.Contains(text, []byte(x.Now)) {
				return nil, fmt.Errorf("lessons.yaml: %s does not say %q", found[0], x.Now)
			}
			text = bytes.ReplaceAll(text, []byte(x.Now), []byte(x.Was))
		}
		files = manuscript.With(files, found[0], text)
	}
	return files, nil
}

// read has somebody read a lesson as it is, or as it was at that time.
func (f *filler) read(ctx context.Context, who access.Actor, l *catalog.Lesson, lang string) error {
	room := f.Progress
	if until, ok := f.changed[l.Key()]; ok && f.Clock.Now() < until.UnixMilli() {
		room = f.old
	}
	f.Progress.Visit(who, l)
	return room.Finish(ctx, who, l.Key(), lang)
}

// send sends a note; the author answers on the day after, where they do.
func (f *filler) send(ctx context.Context, n noted, i int) error {
	who, err := f.whoIs(n.By)
	if err != nil {
		return err
	}
	l := f.Catalog.Current().Lesson(n.Lesson)
	if l == nil {
		return fmt.Errorf("lessons.yaml: there is no lesson %s", n.Lesson)
	}
	one, err := placed(l, n)
	if err != nil {
		return err
	}
	id, err := f.Remarks.Send(ctx, who, one, fmt.Sprint("demo-note-", i))
	if err != nil || n.Answer == "" {
		return err
	}
	f.later(f.hour(n.Day+1, 16), func(ctx context.Context) error {
		author := f.people["author"].Actor()
		if err := f.Remarks.Answer(ctx, author, id, n.Answer); err != nil || !n.Close {
			return err
		}
		return errors.Join(f.Remarks.Seen(ctx, who, id), f.Remarks.Close(ctx, author, id))
	})
	return nil
}

// placed finds the passage that a note is about.
func placed(l *catalog.Lesson, n noted) (remark.Remark, error) {
	page := l.Page(n.Lang)
	var runs []string
	for _, b := range page.Blocks {
		runs = append(runs, b.HTML)
	}
	for _, p := range passage.Cut(runs) {
		if p.Number > 0 && strings.Contains(p.Text, n.Passage) {
			return remark.Remark{Lesson: l.Key(), Module: l.Course + "/" + l.Module, Lang: n.Lang, Version: page.Hash, Heading: p.Under, Place: p.Number, Kind: p.Kind, Quote: p.Text,
				Reason: n.Reason, Text: n.Text}, nil
		}
	}
	return remark.Remark{}, fmt.Errorf("lessons.yaml: no passage of %s says %q", n.Lesson, n.Passage)
}

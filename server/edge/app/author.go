package app

import (
	"io/fs"

	"tongguan/courses/catalog"
	"tongguan/courses/manuscript"
	"tongguan/courses/remark"
	"tongguan/server/edge/check"
)

// author makes the rooms in which the content is written and spoken about.
func (a *App) author(folder string) {
	a.Manuscripts = manuscript.New(manuscript.Parts{DB: a.DB, Clock: a.Clock, Trail: a.Trail, Files: a.files, Place: folder,
		Judge: func(file string, files fs.FS) manuscript.Verdict {
			d := check.Try(a.Catalog, a.Bank, file, files)
			return manuscript.Verdict{Problems: d.Problems, Refused: d.Refused}
		}})
	a.Remarks = remark.New(remark.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, Title: func(lesson string) catalog.Text {
		if l := a.Catalog.Current().Lesson(lesson); l != nil {
			return l.Title
		}
		return catalog.Text{ZH: lesson, EN: lesson}
	}})
}

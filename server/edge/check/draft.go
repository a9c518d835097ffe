package check

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/fault"
)

// Draft is a file of the content as somebody is writing it, read by those who will read it.
type Draft struct {
	Catalog  *catalog.Catalog // of a lesson's text: all that is taught, with this text in it
	Set      *bank.Set        // of questions; nil where nothing could be read
	Problems []fault.Problem  // of this file, and of its pair where the two differ
	Refused  bool             // something in it cannot be read at all
}

// Try reads one file as it stands in files, which is the content otherwise as it is in force.
func Try(c *catalog.Library, b *bank.Library, file string, files fs.FS) Draft {
	switch {
	case catalog.Pair(file) != "" && strings.HasPrefix(file, "courses/"):
		return tryLessons(c, b, file, files)
	case strings.HasSuffix(file, ".questions.yaml"):
		return tryQuestions(c.Current(), b.Current(), file, files)
	default:
		return tryOther(c, b, file, files)
	}
}

func tryLessons(c *catalog.Library, b *bank.Library, file string, files fs.FS) Draft {
	t := c.Try(files)
	d := Draft{Catalog: t.Catalog, Refused: t.Refused[file]}
	pair := catalog.Pair(file)
	for _, p := range t.Problems {
		if p.File == file || p.File == pair && strings.HasPrefix(p.Key, "lint.differs_") {
			d.Problems = append(d.Problems, p)
		}
	}
	for _, r := range t.CheckRefs() {
		if r.File == file && b.Current().Check(r.Check) == nil {
			d.Problems = append(d.Problems, fault.ProblemAt(file, r.Line, "content.check_unknown", "check", r.Check))
		}
	}
	fault.SortProblems(d.Problems)
	return d
}

func tryQuestions(c *catalog.Catalog, b *bank.Bank, file string, files fs.FS) Draft {
	source, err := fs.ReadFile(files, file)
	if err != nil {
		return Draft{Problems: []fault.Problem{fault.ProblemAt(file, 0, "bank.unreadable", "reason", err.Error())}, Refused: true}
	}
	set, problems := bank.Parse(file, source)
	d := Draft{Set: set, Problems: problems}
	d.Refused = set == nil || slices.ContainsFunc(problems, func(p fault.Problem) bool { return p.Key == "bank.yaml" }) // a question that is not there
	if set != nil {
		d.Problems = slices.Concat(d.Problems, twice(b, set), unknown(c, set), asked(c, b, set))
	}
	fault.SortProblems(d.Problems)
	return d
}

// twice finds ids that a question of another file has.
func twice(b *bank.Bank, set *bank.Set) (out []fault.Problem) {
	others := map[string]fault.Problem{}
	for _, s := range b.Sets() {
		for _, q := range slices.Concat(s.Checks, s.Questions) {
			if s.File != set.File {
				others[q.ID] = fault.Problem{File: s.File, Line: q.Line}
			}
		}
	}
	for _, q := range slices.Concat(set.Checks, set.Questions) {
		if o, ok := others[q.ID]; ok {
			out = append(out, fault.ProblemAt(set.File, q.Line, "bank.id_twice", "id", q.ID, "file", o.File, "at", o.Line))
		}
	}
	return out
}

// unknown finds clauses that the policy does not have.
func unknown(c *catalog.Catalog, set *bank.Set) (out []fault.Problem) {
	for _, q := range slices.Concat(set.Checks, set.Questions) {
		for _, clause := range q.Clauses {
			if c.Clause(clause) == nil {
				out = append(out, fault.ProblemAt(set.File, q.Line, "content.clause_unknown", "clause", clause))
			}
		}
	}
	return out
}

// asked finds inline checks that lessons ask for and that would be gone.
func asked(c *catalog.Catalog, b *bank.Bank, set *bank.Set) (out []fault.Problem) {
	seen := map[string]bool{}
	for _, r := range c.CheckRefs() {
		before := b.Check(r.Check)
		was := before != nil && before.ID == r.Check && b.Set(set.Key()) != nil && slices.Contains(b.Set(set.Key()).Checks, before)
		is := slices.ContainsFunc(set.Checks, func(q *bank.Question) bool { return q.ID == r.Check })
		if was && !is && !seen[r.Check] {
			seen[r.Check] = true
			out = append(out, fault.ProblemAt(set.File, 0, "content.check_unknown", "check", r.Check))
		}
	}
	return out
}

// tryOther reads a programme or the text of a scene. How hard a scene is nobody can wait for while typing: `content lint` and its
// desk say so.
func tryOther(c *catalog.Library, b *bank.Library, file string, files fs.FS) (d Draft) {
	scenes, problems := roleplay.ReadScripts(files)
	id := strings.TrimSuffix(path.Base(file), ".yaml")
	if dir := path.Dir(file); strings.HasPrefix(dir, "scenarios/") {
		d.Refused = true
		for _, s := range scenes {
			d.Refused = d.Refused && s.ID != path.Base(dir)
		}
	} else {
		book, more := programme.Read(files, Bind(c.Current(), b.Current(), scenes))
		problems, d.Refused = more, book.Get(id) == nil
	}
	for _, p := range problems {
		if p.File == file {
			d.Problems = append(d.Problems, p)
		}
	}
	return d
}

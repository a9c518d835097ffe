// Package check finds what is wrong with the content as a whole: what the catalogue finds, what the bank finds,
// and what only both together can know.
package check

import (
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sync"

	"tongguan/courses/catalog"
	"tongguan/courses/composite"
	"tongguan/courses/indicator"
	"tongguan/courses/inspection"
	"tongguan/courses/programme"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/fault"
)

// Lint reads all content and gives everything that is wrong with it.
func Lint(files fs.FS) []fault.Problem {
	var c *catalog.Catalog
	var b *bank.Bank
	var problems, asked, written, worlds []fault.Problem
	together(
		func() { c, problems = catalog.Read(files) },
		func() { b, asked = bank.Read(files) },
		func() { written = Language(files) },
		func() { _, worlds = roleplay.ReadWorlds(files) },
	)
	problems = slices.Concat(problems, asked, b.Fair(), written, cross(c, b), worlds)
	scenes, more := scripts(files, c)
	problems = append(problems, more...)
	book, more := programme.Read(files, Bind(c, b, scenes))
	problems = append(problems, more...)
	indicators, more := indicator.Read(files, func(id string) bool { return c.Clause(id) != nil })
	problems = append(problems, more...)
	_, more = composite.Read(files, BindSchemes(indicators, book.All()))
	problems = append(problems, more...)
	plans, more := inspection.Read(files, func(id string) bool { return c.Clause(id) != nil })
	problems = append(problems, more...)
	problems = append(problems, held(files, Matter{c, b, scenes, indicators, plans.All()}, problems)...)
	fault.SortProblems(problems)
	return problems
}

// scripts gives the role-play scripts, and what is wrong with them. Each is played through some hundred times, which is
// most of what checking the content costs: several are played at a time.
func scripts(files fs.FS, c *catalog.Catalog) ([]*scenario.Script, []fault.Problem) {
	all, problems := roleplay.ReadScripts(files)
	known, found := knows(files, c), make([][]fault.Problem, len(all))
	var tasks []func()
	for i, s := range all {
		tasks = append(tasks, func() {
			found[i], _ = s.Lint(path.Join("scenarios", s.ID, scenario.First+".md"), known)
		})
	}
	together(tasks...)
	return all, append(problems, slices.Concat(found...)...)
}

// together does tasks that share nothing, as many at a time as there are processors, and waits for them all.
func together(tasks ...func()) {
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, do := range tasks {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			do()
		})
	}
	wg.Wait()
}

// Known says which clauses the policy has, and which dialogue acts the library of utterances.
func Known(files fs.FS) scenario.Known {
	c, _ := catalog.Read(files)
	return knows(files, c)
}

func knows(files fs.FS, c *catalog.Catalog) scenario.Known {
	u, _ := roleplay.ReadUtterances(files)
	return scenario.Known{Clause: func(id string) bool { return c.Clause(id) != nil }, Act: u.Has}
}

// All gives what is wrong with the content in force.
func All(c *catalog.Library, b *bank.Library, p *programme.Library) []fault.Problem {
	_, problems, _ := c.Refresh() // a folder that cannot be listed leaves the problems of the last reading
	_, more, _ := b.Refresh()
	_, last, _ := p.Refresh() // bound to what the two have found
	problems = slices.Concat(problems, more, last, cross(c.Current(), b.Current()))
	fault.SortProblems(problems)
	return problems
}

// cross finds what catalogue and bank disagree about: clauses that the policy does not have, inline checks
// without a question, modules without a quiz and quizzes without a module, clauses that no question examines.
func cross(c *catalog.Catalog, b *bank.Bank) []fault.Problem {
	var out []fault.Problem
	for _, r := range b.ClauseRefs() {
		if c.Clause(r.Clause) == nil {
			out = append(out, fault.ProblemAt(r.File, r.Line, "content.clause_unknown", "clause", r.Clause))
		}
	}
	for _, r := range c.CheckRefs() {
		if b.Check(r.Check) == nil {
			out = append(out, fault.ProblemAt(r.File, r.Line, "content.check_unknown", "check", r.Check))
		}
	}
	modules := map[string]bool{}
	for _, key := range c.ModuleKeys() {
		modules[key] = true
		if b.Set(key) == nil {
			out = append(out, fault.ProblemAt("courses/"+key, 0, "content.quiz_missing", "module", key))
		}
	}
	for _, s := range b.Sets() {
		if !modules[s.Key()] {
			out = append(out, fault.ProblemAt(s.File, 0, "content.module_missing", "module", s.Key()))
		}
	}
	return append(out, unexamined(c, b)...)
}

func unexamined(c *catalog.Catalog, b *bank.Bank) []fault.Problem {
	var out []fault.Problem
	for _, k := range c.Courses {
		for _, m := range k.Modules {
			for _, clause := range m.Clauses {
				if len(b.Examining(clause)) == 0 {
					out = append(out, fault.ProblemAt("courses/"+m.Key(), 0, "content.clause_unexamined", "clause", clause, "module", m.Key()))
				}
			}
		}
	}
	return out
}

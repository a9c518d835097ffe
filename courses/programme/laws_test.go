package programme

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/quizzes/evidence"
)

var (
	drawnKinds    = []string{evidence.Quiz, evidence.Roleplay, evidence.Session, evidence.External, evidence.Lesson, evidence.Signoff, evidence.Waiver}
	drawnSubjects = []string{"c/m", "scene", "t1", "t2", "c/m/a", "c/m/b", "p/s0", "p/s1", "p/s2"}
	drawnEffects  = []evidence.Effect{evidence.AsSaid, evidence.AsSaid, evidence.AsSaid, evidence.Undoes, evidence.Idle}
)

// drawLines draws a ledger: numbers without a gap, corrections behind their acts, moments that often coincide, and lessons
// without a line.
func drawLines(t *rapid.T) []evidence.Line {
	var out []evidence.Line
	for n := range rapid.IntRange(0, 24).Draw(t, "lines") {
		l := evidence.Line{Number: int64(n + 1), Kind: rapid.SampledFrom(drawnKinds).Draw(t, "kind"), Subject: rapid.SampledFrom(drawnSubjects).Draw(t, "subject"),
			Score: rapid.IntRange(0, 100).Draw(t, "score") * 100, Passed: rapid.Bool().Draw(t, "passed"), Source: fmt.Sprint("a", n),
			At: int64(rapid.IntRange(0, 20).Draw(t, "at")), Effect: rapid.SampledFrom(drawnEffects).Draw(t, "effect")}
		if len(out) > 0 && rapid.IntRange(0, 3).Draw(t, "again") == 0 {
			old := rapid.SampledFrom(out).Draw(t, "of")
			l.Kind, l.Subject, l.At, l.Source = old.Kind, old.Subject, old.At, actOf(old.Source)+fmt.Sprint(":c", n)
		}
		if l.Kind == evidence.Lesson {
			l.Number, l.Source = 0, ""
		}
		out = append(out, l)
	}
	return out
}

func drawTask(t *rapid.T) Task {
	var out Task
	switch rapid.IntRange(0, 5).Draw(t, "task") {
	case 0:
		out.Lessons = []string{"c/m/a", "c/m/b"}
	case 1:
		out.Quiz = "c/m"
	case 2:
		out.Roleplay = "scene"
	case 3:
		out.Session = "t1"
	case 4:
		out.External = rapid.SampledFrom([]string{"t1", "any"}).Draw(t, "topic")
	case 5:
		out.Signoff = Buddy
	}
	if out.Quiz != "" || out.Roleplay != "" {
		out.Score = rapid.SampledFrom([]int{0, 0, 5000, 8000}).Draw(t, "needed")
		out.Counts = rapid.SampledFrom([]Counts{AsContent, Best, Latest, First, Average}).Draw(t, "counts")
		out.Attempts = rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "attempts")
		out.Wait = rapid.SampledFrom([]int64{0, 0, 2, 9}).Draw(t, "wait")
	}
	return out
}

func drawProgramme(t *rapid.T) *Programme {
	p := &Programme{ID: "p", Requires: rapid.SampledFrom([][]string{nil, {"x"}}).Draw(t, "requires")}
	for i := range rapid.IntRange(1, 3).Draw(t, "steps") {
		s := Step{ID: fmt.Sprint("s", i), Day: rapid.IntRange(0, 3).Draw(t, "day")}
		for range rapid.IntRange(1, 3).Draw(t, "tasks") {
			s.Tasks = append(s.Tasks, drawTask(t))
		}
		s.Need = rapid.IntRange(1, len(s.Tasks)).Draw(t, "need")
		if i > 0 && rapid.Bool().Draw(t, "waits") {
			s.After = []string{fmt.Sprint("s", i-1)}
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

func drawCase(t *rapid.T) Case {
	return Case{Lines: drawLines(t), Since: int64(rapid.SampledFrom([]int{0, 0, 5}).Draw(t, "since")), Start: "2026-01-01", Today: "2026-01-03",
		Held: rapid.SampledFrom([][]string{nil, {"x"}}).Draw(t, "held"), Only: rapid.SampledFrom([][]string{nil, nil, {"s0"}, {"s0", "s9"}}).Draw(t, "only")}
}

// What is judged does not depend on the order in which lines are given, changes nothing that it is given, and is the same
// each time, also by a version that was kept.
func TestJudgingIsAFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawProgramme(t), drawCase(t)
		given := slices.Clone(c.Lines)
		first := p.Judge(c)
		if diff := cmp.Diff(given, c.Lines); diff != "" {
			t.Fatalf("the case was changed: %s", diff)
		}
		if diff := cmp.Diff(first, p.Judge(c)); diff != "" {
			t.Fatalf("judged twice: %s", diff)
		}
		mixed := c
		mixed.Lines = rapid.Permutation(c.Lines).Draw(t, "mixed")
		if diff := cmp.Diff(first, p.Judge(mixed)); diff != "" {
			t.Fatalf("in another order: %s", diff)
		}
		kept, err := Parse(p.Text())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, kept.Judge(c)); diff != "" {
			t.Fatalf("by the kept version: %s", diff)
		}
	})
}

// The sums of a verdict agree with its items, and each item with its findings and the lines.
func TestVerdictsAgreeWithThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := drawProgramme(t), drawCase(t)
		v := p.Judge(c)
		done, asked := 0, 0
		for _, s := range p.Steps {
			if len(c.Only) == 0 || slices.Contains(c.Only, s.ID) {
				asked++
			}
		}
		for _, i := range v.Items {
			if i.State == Done || i.State == Waived {
				done++
			}
			agrees(t, i, c)
		}
		if v.Done != done || done > asked || len(v.Items) != asked {
			t.Fatalf("%d done of %d, of %d asked; the sum is %d", done, len(v.Items), asked, v.Done)
		}
		barred := len(p.Requires) > 0 && len(c.Held) == 0
		gone := slices.ContainsFunc(c.Only, func(id string) bool { return p.Step(id) == nil })
		if v.Met != (done == asked && !barred && !gone) || barred != (len(v.Missing) > 0) {
			t.Fatalf("met %v with %d of %d, missing %v", v.Met, done, asked, v.Missing)
		}
	})
}

func agrees(t *rapid.T, i Item, c Case) {
	met := 0
	for _, f := range i.Tasks {
		if f.Met {
			met++
		}
		if f.Met != (f.Why == Met) || !f.Met && len(f.Lines) > 0 {
			t.Fatalf("a finding at odds with itself: %+v", f)
		}
	}
	if (i.State == Done) != (met >= i.Step.Need) {
		t.Fatalf("%s with %d tasks met of %d", i.State, met, i.Step.Need)
	}
	if open := i.State == Ready || i.State == Locked; open != (i.At == 0) && i.At != 0 || open && len(i.Lines) > 0 {
		t.Fatalf("%+v", i)
	}
	for _, n := range i.Lines {
		at := slices.IndexFunc(c.Lines, func(l evidence.Line) bool { return l.Number == n && n > 0 })
		if at < 0 || c.Lines[at].At < c.Since {
			t.Fatalf("line %d, which is not in the case", n)
		}
	}
}

// An attempt that is enough never un-meets what counts as the content says, or by the best, as long as attempts are not
// limited; nor does a later one, where they are.
func TestPassingNeverTakesAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := drawTask(t)
		if task.Quiz == "" && task.Roleplay == "" {
			task = Task{Quiz: "c/m", Score: 5000}
		}
		task.Counts = rapid.SampledFrom([]Counts{AsContent, Best}).Draw(t, "counts of interest")
		p, c := one(1, task), Case{Lines: drawLines(t)}
		l := evidence.Line{Number: int64(len(c.Lines) + 1), Kind: evidence.Quiz, Subject: "c/m", Score: rapid.IntRange(80, 100).Draw(t, "good") * 100,
			Passed: true, Source: "new", At: int64(rapid.IntRange(0, 30).Draw(t, "when"))}
		if task.Roleplay != "" {
			l.Kind, l.Subject = evidence.Roleplay, "scene"
		}
		for i := range c.Lines {
			c.Lines[i].Number, c.Lines[i].Kind, c.Lines[i].Subject = int64(i+1), l.Kind, l.Subject
		}
		if !p.Judge(c).Met {
			return // nothing to take away
		}
		if task.Attempts > 0 {
			l.At = 21
		}
		c.Lines = append(c.Lines, l)
		if v := p.Judge(c); !v.Met {
			t.Fatalf("%+v takes away: %+v", l, v.Items[0].Tasks[0])
		}
	})
}

// What was done stays done for as long as nothing is taken back, whatever else is done: a step's lines do not change either.
func TestDoneStaysDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		for i := range p.Steps {
			for j := range p.Steps[i].Tasks {
				if task := &p.Steps[i].Tasks[j]; task.Counts == Latest || task.Counts == Average {
					task.Counts = Best
				}
			}
		}
		c := Case{Lines: drawLines(t)}
		for i := range c.Lines {
			c.Lines[i].Effect = evidence.AsSaid
			c.Lines[i].Source = fmt.Sprint("a", i) // no corrections
			if k := c.Lines[i].Kind; k != evidence.Quiz && k != evidence.Roleplay {
				c.Lines[i].Passed = true
			}
			c.Lines[i].At = int64(i)
		}
		cut := rapid.IntRange(0, len(c.Lines)).Draw(t, "cut")
		before, after := p.Judge(Case{Lines: c.Lines[:cut]}), p.Judge(c)
		for i, was := range before.Items {
			is := after.Items[i]
			if was.State == Done && (is.State != Done || is.At != was.At || !slices.Equal(is.Lines, was.Lines)) {
				t.Fatalf("%s was done at %d on %v and is %s at %d on %v", was.Step.ID, was.At, was.Lines, is.State, is.At, is.Lines)
			}
		}
	})
}

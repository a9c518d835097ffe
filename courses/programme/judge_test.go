package programme

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/quizzes/evidence"
)

const (
	hour = int64(3_600_000)
	day  = 24 * hour
)

// ledger writes lines of evidence one after another, each an hour after the one before unless it says when.
type ledger struct {
	lines []evidence.Line
}

func (g *ledger) add(kind, subject string, score int, passed bool, how ...any) *ledger {
	n := int64(len(g.lines) + 1)
	l := evidence.Line{Number: n, Kind: kind, Subject: subject, Score: score, Passed: passed, Source: fmt.Sprint("act", n), At: n * hour}
	for _, h := range how {
		switch h := h.(type) {
		case string:
			l.Source = h
		case int64:
			l.At = h
		case evidence.Effect:
			l.Effect = h
		}
	}
	g.lines = append(g.lines, l)
	return g
}

func (g *ledger) quiz(score int, passed bool, how ...any) *ledger {
	return g.add(evidence.Quiz, "c/m", score, passed, how...)
}

func (g *ledger) scene(score int, passed bool, how ...any) *ledger {
	return g.add(evidence.Roleplay, "scene", score, passed, how...)
}

// taken takes an act of a kind back.
func (g *ledger) taken(kind, subject string, how ...any) *ledger {
	return g.add(kind, subject, 0, false, append([]any{evidence.Undoes}, how...)...)
}

// one is a programme of one step.
func one(need int, tasks ...Task) *Programme {
	return &Programme{ID: "p", Steps: []Step{{ID: "s", Need: need, Tasks: tasks}}}
}

// told says how an item stands: its state, when, on which lines, and of each task why, how much and after how many tries.
func told(i Item) string {
	var out []string
	out = append(out, fmt.Sprintf("%s %v", i.State, i.Lines))
	for _, f := range i.Tasks {
		out = append(out, fmt.Sprintf("%s %d/%d tries %d", f.Why, f.Have, f.Want, f.Tries))
	}
	return strings.Join(out, "; ")
}

func TestScores(t *testing.T) {
	quiz := func(edit func(*Task)) Task { t := Task{Quiz: "c/m"}; edit(&t); return t }
	plain := quiz(func(*Task) {})
	scene := func(score int) Task { return Task{Roleplay: "scene", Score: score} }
	for name, c := range map[string]struct {
		task Task
		past *ledger
		want string
	}{
		"nothing":                 {plain, &ledger{}, "ready []; nothing 0/0 tries 0"},
		"another module":          {plain, (&ledger{}).add(evidence.Quiz, "c/other", 9000, true), "ready []; nothing 0/0 tries 0"},
		"another kind":            {plain, (&ledger{}).add(evidence.Roleplay, "c/m", 9000, true), "ready []; nothing 0/0 tries 0"},
		"passed":                  {plain, (&ledger{}).quiz(8000, true), "done [1]; met 8000/0 tries 1"},
		"not passed":              {plain, (&ledger{}).quiz(7000, false), "ready []; notpassed 7000/0 tries 1"},
		"a score of nothing":      {plain, (&ledger{}).quiz(0, false), "ready []; notpassed 0/0 tries 1"},
		"passed, then worse":      {plain, (&ledger{}).quiz(8000, true).quiz(5000, false), "done [1]; met 8000/0 tries 2"},
		"passed, then better":     {plain, (&ledger{}).quiz(8000, true).quiz(9900, true), "done [1]; met 8000/0 tries 2"},
		"undone by the latest":    {plain, (&ledger{}).quiz(8000, true).quiz(5000, false, evidence.Undoes), "ready []; notpassed 5000/0 tries 2"},
		"undone and passed again": {plain, (&ledger{}).quiz(8000, true).quiz(5000, false, evidence.Undoes).quiz(8100, true), "done [3]; met 8100/0 tries 3"},
		"only the first decides":  {plain, (&ledger{}).quiz(5000, false).quiz(9000, true, evidence.Idle), "ready []; notpassed 5000/0 tries 2"},
		"nothing decides":         {plain, (&ledger{}).quiz(9000, true, evidence.Idle), "ready []; notpassed 0/0 tries 1"},

		"a higher score than passing":    {quiz(func(t *Task) { t.Score = 9000 }), (&ledger{}).quiz(8000, true), "ready []; below 8000/9000 tries 1"},
		"exactly the score":              {quiz(func(t *Task) { t.Score = 9000 }), (&ledger{}).quiz(9000, true), "done [1]; met 9000/9000 tries 1"},
		"a lower score than passing":     {quiz(func(t *Task) { t.Score = 6000 }), (&ledger{}).quiz(7000, false), "done [1]; met 7000/6000 tries 1"},
		"best: the first that is enough": {quiz(func(t *Task) { t.Score, t.Counts = 8500, Best }), (&ledger{}).quiz(8000, true).quiz(8600, true).quiz(9900, true), "done [2]; met 8600/8500 tries 3"},
		"best: none":                     {quiz(func(t *Task) { t.Score, t.Counts = 8500, Best }), (&ledger{}).quiz(8000, true).quiz(8400, true).quiz(6000, false), "ready []; below 8400/8500 tries 3"},
		"best: what others undo":         {quiz(func(t *Task) { t.Counts = Best }), (&ledger{}).quiz(8000, true).quiz(5000, false, evidence.Undoes), "done [1]; met 8000/0 tries 2"},
		"latest":                         {quiz(func(t *Task) { t.Counts = Latest }), (&ledger{}).quiz(9000, true).quiz(5000, false), "ready []; notpassed 5000/0 tries 2"},
		"latest, idle to its quiz":       {quiz(func(t *Task) { t.Counts = Latest }), (&ledger{}).quiz(5000, false).quiz(9000, true, evidence.Idle), "done [2]; met 9000/0 tries 2"},
		"first":                          {quiz(func(t *Task) { t.Counts = First }), (&ledger{}).quiz(5000, false).quiz(9000, true), "ready []; notpassed 5000/0 tries 2"},
		"first, passed":                  {quiz(func(t *Task) { t.Counts = First }), (&ledger{}).quiz(8000, true).quiz(2000, false), "done [1]; met 8000/0 tries 2"},
		"average, rounded down":          {quiz(func(t *Task) { t.Score, t.Counts = 8000, Average }), (&ledger{}).quiz(8000, true).quiz(7999, false), "ready []; below 7999/8000 tries 2"},
		"average":                        {quiz(func(t *Task) { t.Score, t.Counts = 8000, Average }), (&ledger{}).quiz(7000, false).quiz(9000, true), "done [1 2]; met 8000/8000 tries 2"},

		"passed and undone":             {plain, (&ledger{}).quiz(9000, true, evidence.Undoes), "ready []; notpassed 9000/0 tries 1"},
		"lines without a source":        {plain, (&ledger{}).quiz(8000, true, "").quiz(5000, false, ""), "done [1]; met 8000/0 tries 2"},
		"two attempts count":            {quiz(func(t *Task) { t.Attempts = 2 }), (&ledger{}).quiz(5000, false).quiz(6000, false).quiz(9000, true), "ready []; usedup 6000/0 tries 2"},
		"two attempts, the last passed": {quiz(func(t *Task) { t.Attempts = 2 }), (&ledger{}).quiz(5000, false).quiz(9000, true).quiz(9900, true), "done [2]; met 9000/0 tries 2"},
		"one attempt left":              {quiz(func(t *Task) { t.Attempts = 2 }), (&ledger{}).quiz(5000, false), "ready []; notpassed 5000/0 tries 1"},
		"too soon":                      {quiz(func(t *Task) { t.Wait = day }), (&ledger{}).quiz(5000, false, day).quiz(9000, true, 2*day-1), "ready []; notpassed 5000/0 tries 1"},
		"just waited":                   {quiz(func(t *Task) { t.Wait = day }), (&ledger{}).quiz(5000, false, day).quiz(9000, true, 2*day), "done [2]; met 9000/0 tries 2"},
		"too soon takes no attempt":     {quiz(func(t *Task) { t.Wait, t.Attempts = day, 2 }), (&ledger{}).quiz(5000, false, day).quiz(9000, true, day+1).quiz(9000, true, 3*day), "done [3]; met 9000/0 tries 2"},
		"too soon restarts no wait":     {quiz(func(t *Task) { t.Wait = day }), (&ledger{}).quiz(5000, false, day).quiz(5000, false, 2*day-1).quiz(9000, true, 2*day), "done [3]; met 9000/0 tries 2"},
		"passed below the score, then too soon": {quiz(func(t *Task) { t.Wait, t.Score = day, 9000 }), (&ledger{}).quiz(8000, true, day).quiz(9500, true, day+1),
			"ready []; below 8000/9000 tries 1"},

		"corrected to a pass":          {plain, (&ledger{}).quiz(7000, false, "a", hour).quiz(8000, true, "a:c1", hour), "done [2]; met 8000/0 tries 1"},
		"a correction is no attempt":   {quiz(func(t *Task) { t.Attempts = 2 }), (&ledger{}).quiz(7000, false, "a", hour).quiz(7100, false, "a:c1", hour).quiz(9000, true, "b"), "done [3]; met 9000/0 tries 2"},
		"corrected twice":              {plain, (&ledger{}).quiz(7000, false, "a", hour).quiz(7500, false, "a:c1", hour).quiz(8100, true, "a:c2", hour), "done [3]; met 8100/0 tries 1"},
		"corrected after the next":     {quiz(func(t *Task) { t.Counts = First }), (&ledger{}).quiz(7000, false, "a", hour).quiz(9000, true, "b").quiz(8000, true, "a:c1", hour), "done [3]; met 8000/0 tries 2"},
		"corrected late, closed first": {quiz(func(t *Task) { t.Counts = Latest }), (&ledger{}).quiz(7000, false, "a", hour).quiz(9000, true, "b").quiz(7100, false, "a:c1", 9*hour), "done [2]; met 9000/0 tries 2"},
		"corrected, no wait was owed":  {quiz(func(t *Task) { t.Wait, t.Score = day, 9000 }), (&ledger{}).quiz(7000, false, "a", day).quiz(9500, true, "b", day+1).quiz(9100, true, "a:c1", day), "done [3]; met 9100/9000 tries 2"},
		"corrected by its quiz's rule": {plain, (&ledger{}).quiz(8000, true, "a", hour).quiz(7000, false, "b", evidence.Undoes).quiz(7900, true, "b:c1", 2*hour), "done [1]; met 8000/0 tries 2"},
		"annulled":                     {plain, (&ledger{}).quiz(9000, true, "a", hour).quiz(0, false, "a:x", hour, evidence.Undoes), "ready []; notpassed 0/0 tries 1"},

		"a scene, passed":                    {scene(0), (&ledger{}).scene(7200, true), "done [1]; met 7200/0 tries 1"},
		"a scene, enough points":             {scene(7500), (&ledger{}).scene(7400, true).scene(7600, true), "done [2]; met 7600/7500 tries 2"},
		"a scene, points and a red line":     {scene(7500), (&ledger{}).scene(9000, false), "ready []; notpassed 9000/7500 tries 1"},
		"a scene, one passed and one scored": {scene(7500), (&ledger{}).scene(7300, true).scene(9000, false), "ready []; notpassed 9000/7500 tries 2"},
	} {
		t.Run(name, func(t *testing.T) {
			v := one(1, c.task).Judge(Case{Lines: c.past.lines})
			if diff := cmp.Diff(c.want, told(v.Items[0])); diff != "" {
				t.Error(diff)
			}
			if done := strings.HasPrefix(c.want, "done"); v.Met != done || v.Done == 1 != done || v.Began != !strings.Contains(c.want, "nothing") {
				t.Errorf("met %v, done %d, began %v", v.Met, v.Done, v.Began)
			}
		})
	}
}

func TestMarks(t *testing.T) {
	session, signoff, outside := Task{Session: "topic"}, Task{Signoff: Buddy}, Task{External: "topic"}
	anything := Task{External: "any"}
	for name, c := range map[string]struct {
		task Task
		past *ledger
		want string
	}{
		"nothing":           {session, &ledger{}, "ready []; nothing 0/0 tries 0"},
		"attended":          {session, (&ledger{}).add(evidence.Session, "topic", 0, true), "done [1]; met 0/0 tries 0"},
		"another topic":     {session, (&ledger{}).add(evidence.Session, "other", 0, true), "ready []; nothing 0/0 tries 0"},
		"an outside course": {session, (&ledger{}).add(evidence.External, "topic", 0, true), "ready []; nothing 0/0 tries 0"},
		"attended twice":    {session, (&ledger{}).add(evidence.Session, "topic", 0, true).add(evidence.Session, "topic", 0, true), "done [1]; met 0/0 tries 0"},
		"taken back":        {session, (&ledger{}).add(evidence.Session, "topic", 0, true).taken(evidence.Session, "topic"), "ready []; withdrawn 0/0 tries 0"},
		"taken back, its own act": {session, (&ledger{}).add(evidence.Session, "topic", 0, true, "a").taken(evidence.Session, "topic", "a:x"),
			"ready []; withdrawn 0/0 tries 0"},
		"one of two taken back": {session, (&ledger{}).add(evidence.Session, "topic", 0, true, "a").add(evidence.Session, "topic", 0, true, "b").
			taken(evidence.Session, "topic", "b:x"), "done [1]; met 0/0 tries 0"},
		"the first of two taken back": {session, (&ledger{}).add(evidence.Session, "topic", 0, true, "a").add(evidence.Session, "topic", 0, true, "b").
			taken(evidence.Session, "topic", "a:x"), "done [2]; met 0/0 tries 0"},
		"taken back and attended again": {session, (&ledger{}).add(evidence.Session, "topic", 0, true).taken(evidence.Session, "topic").
			add(evidence.Session, "topic", 0, true), "done [3]; met 0/0 tries 0"},
		"one of two taken back, twice": {session, (&ledger{}).add(evidence.Session, "topic", 0, true, "a").add(evidence.Session, "topic", 0, true, "b").
			taken(evidence.Session, "topic", "b:x").taken(evidence.Session, "topic", "b:y"), "done [1]; met 0/0 tries 0"},
		"shown only, afterwards": {session, (&ledger{}).add(evidence.Session, "topic", 0, true).add(evidence.Session, "topic", 0, true, evidence.Idle), "done [1]; met 0/0 tries 0"},
		"anything, at one moment": {anything, (&ledger{}).add(evidence.External, "x", 0, true, hour).add(evidence.External, "y", 0, true, hour).
			add(evidence.External, "z", 0, true, hour), "done [1]; met 0/0 tries 0"},
		"taken back by a clock that is behind": {session, (&ledger{}).add(evidence.Session, "topic", 0, true, 5*hour).taken(evidence.Session, "topic", 4*hour),
			"ready []; withdrawn 0/0 tries 0"},
		"undone, and another seat counts": {session, (&ledger{}).add(evidence.Session, "topic", 0, true, "s1/p/1", hour).
			add(evidence.Session, "topic", 0, false, "s1/p/2", 3*hour, evidence.Undoes).add(evidence.Session, "topic", 0, true, "s2/p/1", 3*hour),
			"done [3]; met 0/0 tries 0"},
		"never passed":           {session, (&ledger{}).add(evidence.Session, "topic", 0, false), "ready []; nothing 0/0 tries 0"},
		"shown only":             {session, (&ledger{}).add(evidence.Session, "topic", 0, true, evidence.Idle), "ready []; nothing 0/0 tries 0"},
		"signed":                 {signoff, (&ledger{}).add(evidence.Signoff, "p/s", 0, true), "done [1]; met 0/0 tries 0"},
		"another step signed":    {signoff, (&ledger{}).add(evidence.Signoff, "p/other", 0, true), "ready []; nothing 0/0 tries 0"},
		"another programme":      {signoff, (&ledger{}).add(evidence.Signoff, "q/s", 0, true), "ready []; nothing 0/0 tries 0"},
		"a later word without":   {signoff, (&ledger{}).add(evidence.Signoff, "p/s", 0, true).add(evidence.Signoff, "p/s", 0, false), "ready []; withdrawn 0/0 tries 0"},
		"undone though passed":   {signoff, (&ledger{}).add(evidence.Signoff, "p/s", 0, true).add(evidence.Signoff, "p/s", 0, true, evidence.Undoes), "ready []; withdrawn 0/0 tries 0"},
		"outside, the topic":     {outside, (&ledger{}).add(evidence.External, "topic", 0, true), "done [1]; met 0/0 tries 0"},
		"outside, another":       {outside, (&ledger{}).add(evidence.External, "other", 0, true), "ready []; nothing 0/0 tries 0"},
		"anything outside":       {anything, (&ledger{}).add(evidence.External, "other", 0, true).add(evidence.External, "topic", 0, true), "done [1]; met 0/0 tries 0"},
		"anything, one is gone":  {anything, (&ledger{}).add(evidence.External, "x", 0, true).add(evidence.External, "y", 0, true).taken(evidence.External, "x"), "done [2]; met 0/0 tries 0"},
		"anything, all are gone": {anything, (&ledger{}).add(evidence.External, "x", 0, true).taken(evidence.External, "x"), "ready []; withdrawn 0/0 tries 0"},
		"anything, no session":   {anything, (&ledger{}).add(evidence.Session, "any", 0, true), "ready []; nothing 0/0 tries 0"},

		"waived":           {session, (&ledger{}).add(evidence.Waiver, "p/s", 0, true), "waived [1]; nothing 0/0 tries 0"},
		"waived elsewhere": {session, (&ledger{}).add(evidence.Waiver, "p/t", 0, true), "ready []; nothing 0/0 tries 0"},
		"a waiver gone":    {session, (&ledger{}).add(evidence.Waiver, "p/s", 0, true).taken(evidence.Waiver, "p/s"), "ready []; nothing 0/0 tries 0"},
		"done and waived":  {session, (&ledger{}).add(evidence.Waiver, "p/s", 0, true).add(evidence.Session, "topic", 0, true), "done [2]; met 0/0 tries 0"},
	} {
		t.Run(name, func(t *testing.T) {
			v := one(1, c.task).Judge(Case{Lines: c.past.lines})
			if diff := cmp.Diff(c.want, told(v.Items[0])); diff != "" {
				t.Error(diff)
			}
			if met := !strings.HasPrefix(c.want, "ready"); v.Met != met || v.Began != strings.HasPrefix(c.want, "done") {
				t.Errorf("met %v, began %v", v.Met, v.Began)
			}
		})
	}
}

func TestLessons(t *testing.T) {
	task := Task{Lessons: []string{"c/m/a", "c/m/b"}}
	read := func(keys ...string) []evidence.Line {
		var lines []evidence.Line
		for i, k := range keys {
			lines = append(lines, evidence.Line{Kind: evidence.Lesson, Subject: k, At: int64(i+1) * hour})
		}
		return lines
	}
	for want, lines := range map[string][]evidence.Line{
		"ready []; nothing 0/2 tries 0 at 0":    read("c/m/x"),
		"ready []; some 1/2 tries 0 at 0":       read("c/m/b", "c/m/b"),
		"done []; met 2/2 tries 0 at 2":         read("c/m/b", "c/m/a", "c/m/a", "c/m/b"),
		"done [5 6]; met 2/2 tries 0 at 3":      {{Number: 5, Kind: evidence.Lesson, Subject: "c/m/a", Source: "x", At: hour}, {Number: 6, Kind: evidence.Lesson, Subject: "c/m/b", Source: "y", At: 3 * hour}},
		"done [6]; met 2/2 tries 0 at 3":        {{Kind: evidence.Lesson, Subject: "c/m/a", At: hour}, {Number: 6, Kind: evidence.Lesson, Subject: "c/m/b", Source: "y", At: 3 * hour}},
		"ready []; nothing 0/2 tries 0 at 0 \t": {{Number: 1, Kind: evidence.Quiz, Subject: "c/m/a", Source: "x", At: hour}},
	} {
		i := one(1, task).Judge(Case{Lines: lines}).Items[0]
		if got := fmt.Sprintf("%s at %d", told(i), i.At/hour); got != strings.TrimSpace(want) {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// A step of which some are needed rests on those that were met first, and is done when the last of these was.
func TestAlternatives(t *testing.T) {
	p := one(2, Task{Session: "a"}, Task{Session: "b"}, Task{Quiz: "c/m"})
	past := (&ledger{}).add(evidence.Session, "b", 0, true, 5*hour)
	for _, step := range []struct {
		add  func()
		want string
		at   int64
	}{
		{func() {}, "ready []; nothing 0/0 tries 0; met 0/0 tries 0; nothing 0/0 tries 0", 0},
		{func() { past.quiz(9000, true, 7*hour) }, "done [1 2]; nothing 0/0 tries 0; met 0/0 tries 0; met 9000/0 tries 1", 7},
		{func() { past.add(evidence.Session, "a", 0, true, 9*hour) }, "done [1 2]; met 0/0 tries 0; met 0/0 tries 0; met 9000/0 tries 1", 7},
		{func() { past.taken(evidence.Session, "b", 10*hour) }, "done [2 3]; met 0/0 tries 0; withdrawn 0/0 tries 0; met 9000/0 tries 1", 9},
	} {
		step.add()
		i := p.Judge(Case{Lines: past.lines}).Items[0]
		if got := told(i); got != step.want || i.At != step.at*hour {
			t.Errorf("%s at %d, not %s at %d", got, i.At/hour, step.want, step.at)
		}
	}
	p.Steps[0].Need = 0 // a version that somebody made by hand
	if v := p.Judge(Case{}); v.Met || v.Items[0].State != Ready {
		t.Error("a step that needs nothing is done")
	}
}

// An average was reached when the last attempt brought it there.
func TestAverageIsReachedByTheLast(t *testing.T) {
	i := one(1, Task{Quiz: "c/m", Score: 8000, Counts: Average}).Judge(Case{Lines: (&ledger{}).quiz(7000, false, hour).quiz(9000, true, 5*hour).lines}).Items[0]
	if i.At != 5*hour || i.Tasks[0].At != 5*hour {
		t.Errorf("reached at %d", i.At/hour)
	}
}

// chain is a programme in which each step waits for the one before.
func chain() *Programme {
	return &Programme{ID: "p", Requires: []string{"first"}, Steps: []Step{
		{ID: "a", Day: 3, Need: 1, Tasks: []Task{{Session: "a"}}},
		{ID: "b", Day: 5, After: []string{"a"}, Need: 1, Tasks: []Task{{Session: "b"}}},
		{ID: "c", After: []string{"a", "b"}, Need: 1, Tasks: []Task{{Session: "c"}}},
	}}
}

func states(v Verdict) string {
	var out []string
	for _, i := range v.Items {
		s := i.Step.ID + " " + string(i.State)
		if i.Late {
			s += " late"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestOrderAndEntry(t *testing.T) {
	did := func(topics ...string) []evidence.Line {
		g := &ledger{}
		for _, k := range topics {
			if id, ok := strings.CutPrefix(k, "waive-"); ok {
				g.add(evidence.Waiver, "p/"+id, 0, true)
			} else {
				g.add(evidence.Session, k, 0, true)
			}
		}
		return g.lines
	}
	held := []string{"other", "first"}
	for _, c := range []struct {
		name string
		c    Case
		want string
		done int
		met  bool
	}{
		{"the beginning", Case{Held: held}, "a ready, b locked, c locked", 0, false},
		{"the first step", Case{Held: held, Lines: did("a")}, "a done, b ready, c locked", 1, false},
		{"out of order", Case{Held: held, Lines: did("b")}, "a ready, b done, c locked", 1, false},
		{"waived opens too", Case{Held: held, Lines: did("waive-a")}, "a waived, b ready, c locked", 1, false},
		{"all", Case{Held: held, Lines: did("a", "b", "c")}, "a done, b done, c done", 3, true},
		{"may not enter", Case{Lines: did("a")}, "a done, b locked, c locked", 1, false},
		{"all, and may not enter", Case{Held: []string{"other"}, Lines: did("a", "b", "c")}, "a done, b done, c done", 3, false},
		{"on the day", Case{Held: held, Start: "2026-01-01", Today: "2026-01-04"}, "a ready, b locked, c locked", 0, false},
		{"the day after", Case{Held: held, Start: "2026-01-01", Today: "2026-01-05"}, "a ready late, b locked, c locked", 0, false},
		{"a locked step can be late", Case{Held: held, Start: "2026-01-01", Today: "2026-01-07"}, "a ready late, b locked late, c locked", 0, false},
		{"done is never late", Case{Held: held, Start: "2026-01-01", Today: "2027-01-01", Lines: did("a", "b", "c")}, "a done, b done, c done", 3, true},
		{"no start", Case{Held: held, Today: "2026-01-07"}, "a ready, b locked, c locked", 0, false},
		{"a renewal", Case{Held: held, Only: []string{"b"}}, "b ready", 0, false},
		{"a renewal, done", Case{Held: held, Only: []string{"b"}, Lines: did("b")}, "b done", 1, true},
		{"a renewal in order", Case{Held: held, Only: []string{"c", "b"}}, "b ready, c locked", 0, false},
		{"a renewal of what is gone", Case{Held: held, Only: []string{"b", "gone"}, Lines: did("a", "b", "c")}, "b done", 1, false},
	} {
		v := chain().Judge(c.c)
		if got := states(v); got != c.want || v.Done != c.done || v.Met != c.met {
			t.Errorf("%s: %s, %d done, met %v; not %s, %d, %v", c.name, got, v.Done, v.Met, c.want, c.done, c.met)
		}
		if missing := !slices.Contains(c.c.Held, "first"); missing != slices.Equal(v.Missing, []string{"first"}) {
			t.Errorf("%s: missing %v", c.name, v.Missing)
		}
	}
	if v := (&Programme{}).Judge(Case{}); v.Met {
		t.Error("a programme without steps is met")
	}
}

// Of a renewal only what was done since counts; what corrects an older attempt is as old as that.
func TestSince(t *testing.T) {
	p := one(2, Task{Quiz: "c/m"}, Task{Signoff: Manager})
	past := (&ledger{}).quiz(9000, true, "a", day).add(evidence.Signoff, "p/s", 0, true, 2*day).
		quiz(9500, true, "a:c", 4*day).quiz(8000, true, "b", 5*day).add(evidence.Waiver, "p/s", 0, true, 6*day)
	for since, want := range map[int64]string{
		0:         "done [3 2]; met 9500/0 tries 2; met 0/0 tries 0",
		day + 1:   "done [2 4]; met 8000/0 tries 1; met 0/0 tries 0",
		2*day + 1: "waived [5]; met 8000/0 tries 1; nothing 0/0 tries 0",
		5 * day:   "waived [5]; met 8000/0 tries 1; nothing 0/0 tries 0",
		5*day + 1: "waived [5]; nothing 0/0 tries 0; nothing 0/0 tries 0",
		6*day + 1: "ready []; nothing 0/0 tries 0; nothing 0/0 tries 0",
	} {
		if got := told(p.Judge(Case{Lines: past.lines, Since: since}).Items[0]); got != want {
			t.Errorf("since %d: %s, not %s", since, got, want)
		}
	}
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		start string
		day   int
		want  string
	}{
		{"2026-01-31", 1, "2026-02-01"},
		{"2026-01-31", 28, "2026-02-28"},
		{"2026-02-28", 1, "2026-03-01"},
		{"2028-02-28", 1, "2028-02-29"},
		{"2028-02-29", 366, "2029-03-01"},
		{"2027-12-31", 60, "2028-02-29"},
		{"2026-03-28", 1, "2026-03-29"}, // clocks go forward somewhere
		{"2026-11-27", 30, "2026-12-27"},
		{"2026-11-27", 0, ""},
		{"", 3, ""},
		{"2026-02-30", 3, ""},
	} {
		s := Step{Day: c.day}
		if got := s.Due(c.start); got != c.want {
			t.Errorf("%d days after %s: %q, not %q", c.day, c.start, got, c.want)
		}
	}
	if got := chain().Last("2026-12-29"); got != "2027-01-03" {
		t.Errorf("the last is due %s", got)
	}
	if got := one(1).Last("2026-12-29"); got != "" {
		t.Errorf("the last is due %s", got)
	}
}

func TestRests(t *testing.T) {
	p := &Programme{Clauses: []string{"2.4.2", "3.1"}}
	for clause, want := range map[string]bool{"2.4.2": true, "2.4": true, "2": true, "3.1.2.1": true, "2.4.1": false, "2.4.21": false, "2.4.2.1": true, "4": false} {
		if p.Rests(clause) != want {
			t.Errorf("%s: %v", clause, !want)
		}
	}
}

package scenario

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/fault"
)

var content = os.DirFS("../../content")

func world(t testing.TB) func(string) (pipeline.World, bool) {
	return func(name string) (pipeline.World, bool) {
		text, err := fs.ReadFile(content, "worlds/"+name+".yaml")
		var w pipeline.World
		if err == nil {
			err = yaml.Unmarshal(text, &w)
		}
		if err == nil {
			made, e := pipeline.NewTerritory(w)
			if e != nil {
				t.Fatal(e)
			}
			w = made.World
		}
		return w, err == nil
	}
}

// library reads every script of the product.
func library(t testing.TB) []*Script {
	t.Helper()
	all, problems := ReadAll(content, world(t))
	for _, p := range problems {
		t.Errorf("%s:%d %s %v", p.File, p.Line, p.Key, p.Args)
	}
	return all
}

func one(t testing.TB) *Script {
	t.Helper()
	s, problems := Read(content, "scenarios/price_pressure", world(t))
	if s == nil {
		t.Fatal(problems)
	}
	return s
}

func TestExpressions(t *testing.T) {
	look := map[string]int64{"trust": 400, "deal": 0, "x.y": 7}
	find := func(name string) (node, bool) {
		v, ok := look[name]
		return node{op: "number", value: v}, ok
	}
	for text, want := range map[string]int64{
		"1 + 2 * 3": 7, "(1 + 2) * 3": 9, "10 - 2 - 3": 5, "7 / 2": 3, "7 / 0": 0, "-3 + 1": -2, "trust >= 400": 1, "trust < 400 or deal = 0": 1,
		"not trust": 0, "not deal and trust > 1": 1, "x.y != 7": 0, "trust * (deal > 0)": 0, "2 * -3": -6, "1000000000000 * 1000000000000": limit,
		"-1000000000000 * 1000000000000": -limit, "not not trust": 1, "1 = 1 and 2 = 3 or 1": 1,
	} {
		e, err := parse(text, find)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := e.node.eval(nil); got != want {
			t.Errorf("%s is %d, not %d", text, got, want)
		}
	}
	for text, key := range map[string]string{"": "unexpected", "1 +": "unexpected", "(1": "unexpected", "nobody > 1": "unknown_name", "1 ! 2": "unexpected", "a; b": "unexpected",
		"and": "unexpected", "1 2": "unexpected", strings.Repeat("(", 401): "too_long", "trust ≥ 3": "unexpected"} {
		_, err := parse(text, find)
		var e *exprError
		if !errors.As(err, &e) || e.key != key {
			t.Errorf("%.20q: %v, not %s", text, err, key)
		}
	}
}

func FuzzExpression(f *testing.F) {
	f.Add("trust >= 3 and (x.y / 2 = 3 or not deal)")
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := parse(text, func(string) (node, bool) { return node{op: "number", value: limit}, true }); err == nil {
			if n := e.node.eval(nil); n > limit || n < -limit {
				t.Error(text, n)
			}
		}
	})
}

// TestEveryPlayAddsUp plays every script by chance and holds the laws of the score.
func TestEveryPlayAddsUp(t *testing.T) {
	for _, s := range library(t) {
		for seed := range uint64(40) {
			p := s.NewPlay(seed)
			p.Perform(Random(seed))
			score := p.Score()
			sum, of := Points(0), Points(0)
			for _, i := range score.Items {
				sum, of = sum+i.Points, of+i.Of
				if i.Part == Process && (i.Points > 0) != (len(i.Turns) > 0) || i.ID != "kept" && i.Clause == "" {
					t.Errorf("%s, seed %d: %+v", s.ID, seed, i)
				}
			}
			if sum != score.Total || of != 100_00 || score.Total < 0 || score.Total > 100_00 {
				t.Errorf("%s, seed %d: items sum to %d, total %d of %d", s.ID, seed, sum, score.Total, of)
			}
			if score.Passed && (len(score.Red) > 0 || len(score.Missing) > 0 || score.Total < Points(s.Pass.Score)*100) {
				t.Errorf("%s, seed %d: passed by %+v", s.ID, seed, score)
			}
		}
	}
}

// TestTheSameMovesGiveTheSame plays twice, once with forks and refused moves in between, and by the text that is kept.
func TestTheSameMovesGiveTheSame(t *testing.T) {
	for _, s := range library(t) {
		kept, err := FromText(s.Text())
		if err != nil || kept.Hash() != s.Hash() {
			t.Fatal(s.ID, err)
		}
		for seed := range uint64(12) {
			a, next := s.NewPlay(seed), Random(seed)
			b := kept.NewPlay(seed)
			for !a.Ended && a.Turns < MaxTurns {
				m := next(a)
				a.Fork(s.Territory.Luck(seed + 1)).Perform(Random(1))
				spoil(t, a)
				if err := a.Do(m); err != nil {
					t.Fatal(s.ID, seed, err)
				}
				text, _ := json.Marshal(m)
				var read Move
				if err := json.Unmarshal(text, &read); err != nil {
					t.Fatal(err)
				}
				if err := b.Do(read); err != nil || a.Hash() != b.Hash() {
					t.Fatalf("%s, seed %d, move %d differs: %v", s.ID, seed, a.Turns, err)
				}
			}
			if !slices.EqualFunc(a.Lines, b.Lines, func(x, y Line) bool {
				return x.Text == y.Text && x.Turn == y.Turn && slices.Equal(x.Values, y.Values)
			}) {
				t.Errorf("%s, seed %d: the transcripts differ", s.ID, seed)
			}
		}
	}
}

// spoil tries moves that must be refused and leave no trace.
func spoil(t *testing.T, p *Play) {
	t.Helper()
	b, _ := p.At()
	hash := p.Hash()
	for _, m := range []Move{{}, {Beat: "nowhere", Pick: "x"}, {Beat: b.ID}, {Beat: b.ID, Pick: "no_such_option"}, {Beat: b.ID, Offer: []int{1}}, {Beat: b.ID, Offer: []int{99, 0, 0, 0}},
		{Beat: b.ID, Offer: []int{-1, 0, 0, 0}}, {Beat: b.ID, Form: map[string]int64{"x": 1}}, {Beat: b.ID, Form: map[string]int64{}}, {Beat: b.ID, Say: "x"},
		{Beat: b.ID, Say: strings.Repeat("长", MaxSay+1), Heard: &Heard{}}, {Beat: b.ID, Say: "a\x00", Heard: &Heard{}}, {Beat: b.ID, Say: "x", Heard: &Heard{Pick: "no_such_option"}},
		{Beat: b.ID, Pick: "a", Offer: []int{0, 0, 0, 0}}} {
		var e *MoveError
		if err := p.Do(m); !errors.As(err, &e) {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if p.Hash() != hash {
		t.Error("a refused move left a trace")
	}
}

// TestAPlayStaysSmall says as much as can be said.
func TestAPlayStaysSmall(t *testing.T) {
	s, problems := Read(content, "scenarios/hidden_needs", world(t))
	if s == nil {
		t.Fatal(problems)
	}
	p, size, refused := s.NewPlay(1), 0, error(nil)
	for !p.Ended && refused == nil {
		m := Move{Beat: "open", Say: strings.Repeat("说", MaxSay), Heard: &Heard{Choices: []string{"ask_line", "ask_pain", "pitch"}}}
		if refused = p.Do(m); refused == nil {
			text, _ := json.Marshal(m)
			size += len(text)
		}
	}
	if size > 64<<10 || size == 0 {
		t.Error(size)
	}
}

// TestWhatIsNotUnderstoodIsAskedBack types something strange, and picks from what it may have meant.
func TestWhatIsNotUnderstoodIsAskedBack(t *testing.T) {
	s, _ := Read(content, "scenarios/hidden_needs", world(t))
	p := s.NewPlay(1)
	if err := p.Do(Move{Beat: "open", Pick: "ask_line"}); err == nil {
		t.Error("what must be said was picked")
	}
	before := p.Run.Of(0, pipeline.Patience)
	if err := p.Do(Move{Beat: "open", Say: "嗯……", Heard: &Heard{Choices: []string{"ask_line", "pitch"}}}); err != nil {
		t.Fatal(err)
	}
	if b, _ := p.At(); b.ID != "open" || p.Run.Of(0, pipeline.Patience) >= before || p.Lines[len(p.Lines)-1].Who != Asks {
		t.Error("nobody asked back")
	}
	if err := p.Do(Move{Beat: "open", Pick: "money"}); err == nil {
		t.Error("what was not understood was picked")
	}
	if err := p.Do(Move{Beat: "open", Pick: "ask_line"}); err != nil {
		t.Error(err)
	}
}

// TestBrokenScripts spoils a good script in one place each and wants the problem said where it is.
func TestBrokenScripts(t *testing.T) {
	zh, _ := fs.ReadFile(content, "scenarios/price_pressure/zh.md")
	en, _ := fs.ReadFile(content, "scenarios/price_pressure/en.md")
	for _, c := range []struct{ key, file, old, new string }{
		{"scenario.bad.front", "zh", "---\nid:", "id:"},
		{"scenario.bad.yaml", "zh", "minutes: 15\nworld", "minutes: 15\ncolour: red\nworld"},
		{"scenario.bad.id", "zh", "id: price_pressure", "id: other"},
		{"scenario.bad.stage", "zh", "stage: 4\nclauses", "stage: 7\nclauses"},
		{"scenario.bad.level", "zh", "level: veteran", "level: hero"},
		{"scenario.bad.rubric", "zh", "process: 45", "process: 46"},
		{"scenario.bad.weights", "zh", "id: prepared, points: 8", "id: prepared, points: 9"},
		{"scenario.bad.unnamed", "zh", "  prepared: 开谈", "  prepar: 开谈"},
		{"scenario.bad.world", "zh", "world: month", "world: moon"},
		{"scenario.bad.no_word", "zh", "  cash: 资金周转\n", ""},
		{"scenario.bad.unknown_behaviour", "zh", "- shows: compared", "- shows: compare"},
		{"scenario.bad.no_beat", "zh", "- -> talk", "- -> talks"},
		{"scenario.bad.twice_at", "zh", "{#give}", "{#compare}"},
		{"scenario.bad.heading", "zh", "# 比价单 {#sheet}", "# 比价单"},
		{"scenario.bad.key", "zh", "- why: 没问原因", "- because: 没问原因"},
		{"scenario.bad.no_why", "zh", "  - why: 没问原因就降到对手的价格，只会让对方相信还有空间。\n", ""},
		{"scenario.bad.act", "zh", "do: prepare", "do: pray"},
		{"scenario.bad.effect", "zh", "effect: trust +35, patience -40", "effect: trust 35"},
		{"scenario.bad.breaks", "zh", "breaks: 1.3.1 6", "breaks: 1.3.1"},
		{"scenario.bad.unknown_name", "zh", "[worry = cash] 说实话", "[worry = cache] 说实话"},
		{"scenario.bad.unexpected", "zh", "[worry = cash] 说实话", "[worry == cash] 说实话"},
		{"scenario.bad.place", "zh", "{gap:percent}", "{gap:colour}"},
		{"scenario.bad.no_is", "zh", "  - is: lines\n", ""},
		{"scenario.bad.no_way", "zh", "-> facts_right if right = 2\n-> facts_wrong\n", ""},
		{"scenario.bad.untranslated", "en", "# Talking terms {#table offer}", "# Talking terms {#tables offer}"},
		{"scenario.bad.missing", "en", "  - why: Leaving beats a deal only when the terms are below your floor.\n", ""},
		{"scenario.bad.machine", "en", "  - says: Fine. Figures, then.", "  - says: Fine. Figures, then.\n  - effect: trust +1"},
		{"scenario.bad.places", "en", "{gap:percent}", "dear"},
		{"scenario.bad.variant", "en", "[worry = cash] Two parts", "[worry = wear] Two parts"},
		{"scenario.bad.passages", "en", "  - says: Fine. Figures, then.\n", ""},
		{"scenario.bad.kind", "en", "{#facts form}", "{#facts}"},
		{"scenario.bad.words", "en", "task: Keep", "tasks: Keep"},
	} {
		texts := map[string]string{"zh": string(zh), "en": string(en)}
		spoilt := strings.Replace(texts[c.file], c.old, c.new, 1)
		if spoilt == texts[c.file] {
			t.Errorf("%s: %q is not there", c.key, c.old)
		}
		texts[c.file] = spoilt
		files := fstest.MapFS{"price_pressure/zh.md": {Data: []byte(texts["zh"])}, "price_pressure/en.md": {Data: []byte(texts["en"])}}
		s, problems := Read(files, "price_pressure", world(t))
		found := false
		for _, p := range problems {
			found = found || p.Key == c.key && strings.HasSuffix(p.File, c.file+".md")
		}
		if s != nil || !found && c.key != "scenario.bad.words" {
			t.Errorf("%s: %v", c.key, problems)
		}
	}
}

// TestASceneBesideTheStages leaves the stage out, and is told no other way to.
func TestASceneBesideTheStages(t *testing.T) {
	for _, s := range library(t) {
		if beside := strings.HasPrefix(s.Clauses[0], "3.") || strings.HasPrefix(s.Clauses[0], "5."); beside != (s.Stage == 0) {
			t.Errorf("%s practises %v at stage %d", s.ID, s.Clauses, s.Stage)
		}
	}
	zh, _ := fs.ReadFile(content, "scenarios/price_pressure/zh.md")
	en, _ := fs.ReadFile(content, "scenarios/price_pressure/en.md")
	for stage, ok := range map[string]bool{"": true, "stage: 6\n": true, "stage: 7\n": false, "stage: -1\n": false} {
		text := strings.Replace(string(zh), "stage: 4\nclauses", stage+"clauses", 1)
		s, problems := Read(fstest.MapFS{"price_pressure/zh.md": {Data: []byte(text)}, "price_pressure/en.md": {Data: en}}, "price_pressure", world(t))
		if (s != nil) != ok {
			t.Errorf("%q: %v", stage, problems)
		}
	}
}

// TestEveryClauseIsPractised wants a scene for every clause of the policy: one that names it, or one under it, among its
// clauses or by what it sees and breaks.
func TestEveryClauseIsPractised(t *testing.T) {
	text, err := fs.ReadFile(content, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Clauses []struct {
			ID string `yaml:"id"`
		} `yaml:"clauses"`
	}
	if err := yaml.Unmarshal(text, &policy); err != nil || len(policy.Clauses) < 50 {
		t.Fatal(len(policy.Clauses), err)
	}
	named := map[string]bool{}
	for _, s := range library(t) {
		for _, c := range s.Clauses {
			named[c] = true
		}
		for _, b := range s.Behaviours {
			named[b.Clause] = true
		}
	}
	for _, c := range policy.Clauses {
		practised := named[c.ID]
		for n := range named {
			practised = practised || strings.HasPrefix(n, c.ID+".")
		}
		if !practised {
			t.Errorf("no scene practises %s", c.ID)
		}
	}
}

func TestNoLanguageIsMissing(t *testing.T) {
	zh, _ := fs.ReadFile(content, "scenarios/price_pressure/zh.md")
	s, problems := Read(fstest.MapFS{"price_pressure/zh.md": {Data: zh}}, "price_pressure", world(t))
	if s != nil || len(problems) != 1 || problems[0].Key != "scenario.bad.no_language" {
		t.Error(problems)
	}
}

// TestLintFindsWhatOnlyPlayingShows spoils a script so that it can be read and is still wrong.
func TestLintFindsWhatOnlyPlayingShows(t *testing.T) {
	zh, _ := fs.ReadFile(content, "scenarios/price_pressure/zh.md")
	en, _ := fs.ReadFile(content, "scenarios/price_pressure/en.md")
	known := Known{Clause: func(id string) bool { return id != "2.4.4" }, Act: func(string) bool { return false }}
	for _, c := range []struct{ key, old, new string }{
		{"scenario.lint.clause", "why", "why"},
		{"scenario.lint.unreachable", "-> facts_wrong\n", "-> facts_right\n"},
		{"scenario.lint.never_option", "  - do: prepare\n", "  - if: trust > 2000\n  - do: prepare\n"},
		{"scenario.lint.never_said", "[reply = countered]", "[reply = unready]"},
		{"scenario.lint.unshown", "  - shows: compared\n", ""},
		{"scenario.lint.never_shown", "  - shows: compared\n", "  - shows: compared if trust > 2000\n"},
		{"scenario.lint.best", "  - effect: trust +35, patience -40\n", "  - effect: trust +35, patience +90\n"},
		{"scenario.lint.act", "  - shows: compared\n", "  - shows: compared\n  - means: sing\n"},
	} {
		files := fstest.MapFS{"price_pressure/zh.md": {Data: []byte(strings.Replace(string(zh), c.old, c.new, 1))}, "price_pressure/en.md": {Data: []byte(strings.Replace(string(en), c.old, c.new, 1))}}
		s, problems := Read(files, "price_pressure", world(t))
		if s == nil {
			t.Fatal(c.key, problems)
		}
		problems, notes := s.Lint("price_pressure/zh.md", known)
		if !slices.ContainsFunc(slices.Concat(problems, notes), func(p fault.Problem) bool { return p.Key == c.key }) {
			t.Errorf("%s: %v %v", c.key, problems, notes)
		}
	}
}

// TestExamsAreFair looks at every exam: an expert passes, no habit does, and the seeds are alike.
func TestExamsAreFair(t *testing.T) {
	for _, s := range library(t) {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			if s.Exam == nil {
				t.Skip("no exam")
			}
			h := s.Hardness(func(n int, job func(int)) {
				for i := range n {
					job(i)
				}
			})
			t.Logf("%d seeds: mean %d, deviation %d, %d inside the band with deviation %d, expert passes %d", h.Seeds, h.Mean, h.SD, h.Inside, h.InsideSpread, h.Experts)
			if h.Inside*4 < h.Seeds || h.Experts*10 < h.Seeds*9 {
				t.Errorf("%+v", h)
			}
			for _, name := range slices.Sorted(maps.Keys(h.Cheats)) {
				if h.Cheats[name] > 0 {
					t.Errorf("the habit %s passes %d of %d", name, h.Cheats[name], cheated)
				}
			}
		})
	}
}

// TestReviewFindsTheMistake plays the expert's moves but one, and wants that one marked.
func TestReviewFindsTheMistake(t *testing.T) {
	s := one(t)
	values := s.Explore()
	moves := s.record(7, values)
	i := slices.IndexFunc(moves, func(m Move) bool { return m.Pick == "compare" })
	moves[i].Pick = "smear"
	played := s.NewPlay(7)
	done := moves[:0:0]
	expert := s.Expert(values)
	for _, m := range moves[:i+1] {
		if err := played.Do(m); err != nil {
			t.Fatal(err)
		}
		done = append(done, m)
	}
	played.Perform(func(p *Play) Move { m := expert(p); done = append(done, m); return m })
	each := func(n int, job func(int)) {
		for _, k := range rand.Perm(n) {
			job(k)
		}
	}
	judged, err := s.Review(7, done, values, 8, each)
	if err != nil {
		t.Fatal(err)
	}
	for k, j := range judged {
		if bad := j.Played.Grade == pipeline.Blunder; bad != (k == i) {
			t.Errorf("move %d, %+v: %s, loses %.0f ± %.0f", k, done[k], j.Played.Grade, j.Played.Loss, j.Played.SE)
		}
	}
	if judged[i].Best.Move.Pick != "compare" {
		t.Errorf("better would have been %+v", judged[i].Best.Move)
	}
	again, _ := s.Review(7, done, values, 8, each)
	if !slices.EqualFunc(judged, again, func(a, b Judged) bool { return a.Played.Value == b.Played.Value && a.Best.Value == b.Best.Value }) {
		t.Error("a second review says something else")
	}
}

func FuzzRead(f *testing.F) {
	zh, _ := fs.ReadFile(content, "scenarios/price_pressure/zh.md")
	en, _ := fs.ReadFile(content, "scenarios/price_pressure/en.md")
	f.Add(string(zh), string(en))
	f.Fuzz(func(t *testing.T, zh, en string) {
		files := fstest.MapFS{"price_pressure/zh.md": {Data: []byte(zh)}, "price_pressure/en.md": {Data: []byte(en)}}
		if s, _ := Read(files, "price_pressure", world(t)); s != nil {
			p := s.NewPlay(1)
			p.Perform(Random(1))
		}
	})
}

func BenchmarkRead(b *testing.B) {
	zh, _ := fs.ReadFile(content, "scenarios/price_pressure/zh.md")
	en, _ := fs.ReadFile(content, "scenarios/price_pressure/en.md")
	files := fstest.MapFS{"price_pressure/zh.md": {Data: zh}, "price_pressure/en.md": {Data: en}}
	w, _ := world(b)("month")
	for b.Loop() {
		Read(files, "price_pressure", func(string) (pipeline.World, bool) { return w, true })
	}
}

// BenchmarkPlay is a whole play by the expert's moves; a turn of a person costs a replay of it and one more move.
func BenchmarkPlay(b *testing.B) {
	s := one(b)
	moves := s.record(7, s.Explore())
	for b.Loop() {
		p := s.NewPlay(7)
		for _, m := range moves {
			if err := p.Do(m); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkReview(b *testing.B) {
	s := one(b)
	values := s.Explore()
	moves := s.record(7, values)
	for b.Loop() {
		_, _ = s.Review(7, moves, values, 24, func(n int, job func(int)) {
			for i := range n {
				job(i)
			}
		})
	}
}

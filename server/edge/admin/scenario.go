package admin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tongguan/content"
	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/edge/app"
	"tongguan/server/edge/check"
	"tongguan/server/edge/telling"
	"tongguan/web/words"
)

// script reads the script in a folder of the disk, and prints what is wrong with it. Its world is one of the content
// that the folder belongs to, or of the built-in one.
func (d *desk) script(folder string) (*scenario.Script, error) {
	folder = filepath.Clean(folder)
	worlds, _ := roleplay.ReadWorlds(content.Files)
	if near, problems := roleplay.ReadWorlds(os.DirFS(filepath.Join(folder, "..", ".."))); len(near) > 0 && len(problems) == 0 {
		worlds = slices.Concat(near, worlds)
	}
	find := func(name string) (pipeline.World, bool) {
		for _, w := range worlds {
			if w.World.Name == name {
				return w.World, true
			}
		}
		return pipeline.World{}, false
	}
	s, problems := scenario.Read(os.DirFS(filepath.Dir(folder)), filepath.Base(folder), find)
	for _, p := range d.describe(problems) {
		fmt.Fprintf(d.out, "%s:%d: %s\n", p.File, p.Line, p.Text)
	}
	if s == nil {
		return nil, errors.New(d.voice.T("cli.lint_problems", "n", len(problems)))
	}
	return s, nil
}

// scenarioLint says what is wrong with scripts, and what their author may want to think about.
func scenarioLint(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	if err := d.parse(f, args, -1); err != nil {
		return err
	}
	found := 0
	for _, folder := range f.Args() {
		s, err := d.script(folder)
		if err != nil { // what is wrong has been printed
			found++
			continue
		}
		problems, notes := s.Lint(filepath.Join(folder, scenario.First+".md"), check.Known(content.Files))
		found += len(problems)
		for _, p := range d.describe(problems) {
			fmt.Fprintf(d.out, "%s:%d: %s\n", p.File, p.Line, p.Text)
		}
		for _, p := range d.describe(notes) {
			fmt.Fprintf(d.out, "%s:%d: %s%s\n", p.File, p.Line, d.voice.T("scenario.note"), p.Text)
		}
	}
	if found > 0 {
		return errors.New(d.voice.T("cli.lint_problems", "n", found))
	}
	d.say("cli.lint_good")
	return nil
}

// scenarioTest follows the golden paths of scripts, and measures how hard their exams are.
func scenarioTest(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	update := f.Bool("update", false, d.help("golden"))
	if err := d.parse(f, args, -1); err != nil {
		return err
	}
	book, err := words.Load()
	if err != nil {
		return err
	}
	failed := 0
	for _, folder := range f.Args() {
		s, err := d.script(folder)
		if err != nil {
			return err
		}
		n, err := d.golden(s, folder, book, *update)
		if err != nil {
			return err
		}
		if failed += n; s.Exam != nil {
			failed += d.hardness(s)
		}
	}
	if failed > 0 {
		return errors.New(d.voice.T("scenario.failed", "n", failed))
	}
	return nil
}

// golden follows the golden paths of a folder and says which no longer come to the same.
func (d *desk) golden(s *scenario.Script, folder string, book *words.Book, update bool) (failed int, err error) {
	paths, err := telling.ReadGolden(os.DirFS(folder), ".")
	if err != nil {
		return 0, d.misused(fmt.Errorf("%s: %w", filepath.Join(folder, telling.GoldenFile), err))
	}
	if len(paths) == 0 {
		d.say("scenario.no_golden", "folder", folder)
		return 1, nil
	}
	for i, g := range paths {
		now, err := g.Follow(s, book)
		if err != nil {
			return 0, err
		}
		if update {
			paths[i] = now
			continue
		}
		if diff := differs(g, now); diff != "" {
			d.say("scenario.golden_differs", "name", g.Name, "diff", diff)
			failed++
		}
	}
	if !update {
		d.say("scenario.golden", "folder", folder, "n", len(paths)-failed, "of", len(paths))
		return failed, nil
	}
	text, err := telling.WriteGolden(paths)
	if err != nil {
		return 0, err
	}
	return 0, os.WriteFile(filepath.Join(folder, telling.GoldenFile), text, 0o644)
}

// differs gives the first line that is not the same.
func differs(was, now telling.Golden) string {
	for _, lang := range scenario.Languages {
		a, b := strings.Split(was.Transcript[lang], "\n"), strings.Split(now.Transcript[lang], "\n")
		for i := range max(len(a), len(b)) {
			var x, y string
			if i < len(a) {
				x = a[i]
			}
			if i < len(b) {
				y = b[i]
			}
			if x != y {
				return fmt.Sprintf("%s:%d\n- %s\n+ %s", lang, i+1, x, y)
			}
		}
	}
	if was.Score != now.Score || was.Passed != now.Passed {
		return fmt.Sprintf("%s %v → %s %v", was.Score, was.Passed, now.Score, now.Passed)
	}
	return ""
}

// hardness prints how hard the exam of a script is, and counts what is not as it should be.
func (d *desk) hardness(s *scenario.Script) (failed int) {
	h := s.Hardness(roleplay.OnAllCores)
	p := telling.PointsOf
	d.say("scenario.hardness", "id", s.ID, "seeds", h.Seeds, "mean", p(h.Mean), "sd", p(h.SD), "least", p(h.Least), "most", p(h.Most),
		"from", s.Exam.Band[0], "to", s.Exam.Band[1], "inside", h.Inside, "spread", p(h.InsideSpread), "experts", h.Experts)
	if h.Inside*4 < h.Seeds {
		d.say("scenario.band_narrow")
		failed++
	}
	if h.Experts*10 < h.Seeds*9 {
		d.say("scenario.too_hard")
		failed++
	}
	for _, name := range slices.Sorted(maps.Keys(h.Cheats)) {
		if h.Cheats[name] > 0 {
			d.say("scenario.cheated", "name", name, "n", h.Cheats[name])
			failed++
		}
	}
	return failed
}

// scenarioPlay plays a script in the terminal.
func scenarioPlay(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	seed := f.Uint64("seed", 1, d.help("sim_seed"))
	keep := f.String("golden", "", d.help("golden_name"))
	expert := f.Bool("expert", false, d.help("expert"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	s, err := d.script(f.Arg(0))
	if err != nil {
		return err
	}
	g := telling.Golden{Name: *keep, Seed: *seed}
	t := &terminal{desk: d, play: s.NewPlay(*seed), in: bufio.NewScanner(os.Stdin)}
	next := t.next
	if *expert {
		next = s.Expert(s.Explore())
	}
	for t.tell(); !t.play.Ended; t.tell() {
		m := next(t.play)
		if t.closed {
			break
		}
		if err := t.play.Do(m); err != nil {
			return d.misused(err)
		}
		g.Moves = append(g.Moves, m)
	}
	t.score()
	if *keep == "" {
		return nil
	}
	return d.keepGolden(s, f.Arg(0), g)
}

// keepGolden adds a path to the golden ones, in the place of one of the same name.
func (d *desk) keepGolden(s *scenario.Script, folder string, g telling.Golden) error {
	book, err := words.Load()
	if err != nil {
		return err
	}
	paths, err := telling.ReadGolden(os.DirFS(folder), ".")
	if err != nil {
		return err
	}
	now, err := g.Follow(s, book)
	if err != nil {
		return err
	}
	paths = append(slices.DeleteFunc(paths, func(p telling.Golden) bool { return p.Name == g.Name }), now)
	text, err := telling.WriteGolden(paths)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, telling.GoldenFile), text, 0o644)
}

// terminal is a play in a terminal.
type terminal struct {
	*desk
	play   *scenario.Play
	in     *bufio.Scanner
	told   int
	closed bool
}

func (t *terminal) teller() telling.Teller {
	return telling.Teller{Voice: t.voice, English: t.voice.Lang() == "en", Territory: t.play.Run.Territory}
}

// tell prints the lines that are new.
func (t *terminal) tell() {
	lang := t.voice.Lang()
	for ; t.told < len(t.play.Lines); t.told++ {
		l := t.play.Lines[t.told]
		if text := t.teller().Line(t.play, lang, l); text != "" {
			fmt.Fprintf(t.out, "%s  %s\n", t.voice.T("scenario.who."+string(l.Who)), text)
		}
	}
}

// next asks for a move until one is given that is possible.
func (t *terminal) next(p *scenario.Play) scenario.Move {
	b, _ := p.At()
	options := p.Open()
	for i, o := range options {
		fmt.Fprintf(t.out, "  %d  %s\n", i+1, p.Text(t.voice.Lang(), o.Text, t.teller().Format))
	}
	for _, field := range b.Fields {
		t.say("scenario.ask_field", "id", field.ID, "label", p.Text(t.voice.Lang(), field.Label, t.teller().Format))
	}
	if p.CanOffer() {
		t.say("scenario.ask_offer")
	}
	for {
		fmt.Fprint(t.out, "> ")
		if !t.in.Scan() {
			t.closed = true
			return scenario.Move{}
		}
		if m, ok := t.read(b, options, strings.Fields(t.in.Text())); ok {
			return m
		}
		t.say("scenario.ask_again")
	}
}

func (t *terminal) read(b *scenario.Beat, options []*scenario.Option, words []string) (scenario.Move, bool) {
	m := scenario.Move{Beat: b.ID}
	numbers := make([]int, 0, len(words))
	for _, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil {
			return m, false
		}
		numbers = append(numbers, n)
	}
	switch {
	case b.Kind == scenario.Form && len(numbers) == len(b.Fields):
		m.Form = map[string]int64{}
		for i, field := range b.Fields {
			m.Form[field.ID] = int64(numbers[i])
		}
	case len(numbers) == 4 && t.play.CanOffer():
		m.Offer = numbers
	case len(numbers) == 1 && numbers[0] >= 1 && numbers[0] <= len(options):
		o := options[numbers[0]-1]
		if m.Pick = o.ID; b.Kind == scenario.Free {
			m.Pick, m.Say, m.Heard = "", t.play.Text(t.voice.Lang(), o.Text, t.teller().Format), &scenario.Heard{Pick: o.ID, Confidence: 1000}
		}
	default:
		return m, false
	}
	return m, t.play.Fork(pipeline.Luck{}).Do(m) == nil
}

// score prints what the play is worth, line by line.
func (t *terminal) score() {
	s := t.play.Score()
	w := t.play.Script.In(t.voice.Lang())
	for _, i := range s.Items {
		fmt.Fprintf(t.out, "%7s / %-6s %s\n", telling.PointsOf(i.Points), telling.PointsOf(i.Of), t.item(w, i))
	}
	t.say("scenario.total", "score", telling.PointsOf(s.Total), "passed", t.voice.T("scenario.passed."+strconv.FormatBool(s.Passed)))
}

func (t *terminal) item(w scenario.Words, i scenario.Item) string {
	text := w.Behaviours[i.ID] + w.Measures[i.ID]
	switch i.ID {
	case "kept":
		text = t.voice.T("scenario.kept")
	case "broken":
		text = t.voice.T("scenario.broken")
	}
	return strings.TrimSpace(text + " " + i.Clause)
}

// scenarioVerify recomputes one rehearsal of a scenario.
func scenarioVerify(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	p, err := a.Plays.Verify(ctx, access.Operator(), f.Arg(0))
	if err != nil {
		return err
	}
	if !p.Whole {
		return errors.New(d.voice.T("roleplay.not_verified", "id", f.Arg(0), "turn", p.Differs))
	}
	d.say("roleplay.whole", "turns", p.Turns, "events", p.Events)
	return nil
}

package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/fault"
)

// ReadAll reads every script of the content, and says what is wrong with those that it leaves out. Worlds are asked
// for by name.
func ReadAll(files fs.FS, world func(name string) (pipeline.World, bool)) (out []*Script, problems []fault.Problem) {
	entries, err := fs.ReadDir(files, "scenarios")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []fault.Problem{fault.ProblemAt("scenarios", 0, "roleplay.unreadable", "reason", err.Error())}
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		s, ps := Read(files, path.Join("scenarios", e.Name()), world)
		if problems = append(problems, ps...); s != nil {
			out = append(out, s)
		}
	}
	return out, problems
}

// Read reads a script out of its folder: nil where something is wrong with it.
func Read(files fs.FS, folder string, world func(name string) (pipeline.World, bool)) (*Script, []fault.Problem) {
	src := source{Rules: Version, ID: path.Base(folder), Files: map[string]string{}}
	var problems []fault.Problem
	for _, lang := range Languages {
		text, err := fs.ReadFile(files, path.Join(folder, lang+".md"))
		if err != nil {
			problems = append(problems, fault.ProblemAt(path.Join(folder, lang+".md"), 0, "scenario.bad.no_language"))
			continue
		}
		src.Files[lang] = string(text)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return read(src, folder, world)
}

// FromText reads a script as it was kept beside a play.
func FromText(text []byte) (*Script, error) {
	var src source
	if err := json.Unmarshal(text, &src); err != nil {
		return nil, err
	}
	if src.Rules != Version {
		return nil, fmt.Errorf("scenario: rules of version %d", src.Rules)
	}
	var w pipeline.World
	if err := json.Unmarshal(src.World, &w); err != nil {
		return nil, err
	}
	s, problems := read(src, src.ID, func(string) (pipeline.World, bool) { return w, true })
	if s == nil {
		return nil, fmt.Errorf("scenario: %s:%d: %s", problems[0].File, problems[0].Line, problems[0].Key)
	}
	return s, nil
}

// reader turns lines into a script.
type reader struct {
	*Script
	raw     *raw
	names   map[string]node
	ids     map[string]int // of beats and options: the line
	targets []func()       // diverts, once every beat is known
}

func read(src source, folder string, world func(string) (pipeline.World, bool)) (*Script, []fault.Problem) {
	s := &Script{source: src, words: map[string]Words{}}
	r := &reader{Script: s, raw: readRaw(path.Join(folder, First+".md"), []byte(src.Files[First]), true), names: map[string]node{}, ids: map[string]int{}}
	var front struct {
		Facts `yaml:",inline"`
		Words `yaml:",inline"`
	}
	r.raw.decode(&front)
	s.Facts, s.words[First] = front.Facts, front.Words
	if len(r.raw.problems) > 0 {
		return nil, r.raw.problems
	}
	if r.facts(path.Base(folder)); len(r.raw.problems) == 0 {
		r.world(world)
	}
	if len(r.raw.problems) > 0 {
		return nil, r.raw.problems
	}
	r.declare()
	r.beats()
	r.measures()
	problems := r.raw.problems
	for _, lang := range Languages[1:] {
		problems = append(problems, s.translate(lang, readRaw(path.Join(folder, lang+".md"), []byte(src.Files[lang]), false), r)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	s.hash = hashOf(s.Text())
	return s, nil
}

func (r *reader) wrong(line int, key string, args ...any) { r.raw.wrong(line, key, args...) }

// facts checks what the front matter says.
func (r *reader) facts(folder string) {
	f := &r.Facts
	total := f.Rubric.Process + f.Rubric.Outcome + f.Rubric.Compliance + f.Rubric.Relationship
	for _, c := range []struct {
		ok   bool
		key  string
		args []any
	}{
		{f.ID == folder, "scenario.bad.id", []any{"id", f.ID, "folder", folder}},
		{f.Stage >= 0 && f.Stage <= 6, "scenario.bad.stage", nil},
		{slices.Contains(Levels, f.Level), "scenario.bad.level", []any{"known", strings.Join(Levels, " ")}},
		{len(f.Clauses) > 0, "scenario.bad.clauses", nil},
		{f.Minutes >= 1 && f.Minutes <= 90, "scenario.bad.minutes", nil},
		{total == 100, "scenario.bad.rubric", []any{"sum", total}},
		{f.Pass.Score >= 1 && f.Pass.Score <= 100, "scenario.bad.pass", nil},
		{f.Success != "", "scenario.bad.success", nil},
		{f.Exam == nil || f.Exam.Minutes >= 1 && f.Exam.Minutes <= 90 && f.Exam.Band[0] >= 0 && f.Exam.Band[0] < f.Exam.Band[1] && f.Exam.Band[1] <= 100, "scenario.bad.exam", nil},
		{len(r.raw.beats) > 0 && len(r.raw.beats) <= maxBeats, "scenario.bad.beats", []any{"max", maxBeats}},
		{len(f.Draws) <= 16 && len(f.Behaviours) <= 30 && len(f.Outcome) <= 10 && len(f.Relationship) <= 10, "scenario.bad.many", nil},
	} {
		if !c.ok {
			r.wrong(1, c.key, c.args...)
		}
	}
	r.rubric()
}

// world makes the territory of one account.
func (r *reader) world(find func(string) (pipeline.World, bool)) {
	w, ok := find(r.World)
	if !ok {
		r.wrong(1, "scenario.bad.world", "name", r.World)
		return
	}
	if r.source.World == nil {
		kept, err := json.Marshal(w)
		if err != nil {
			r.wrong(1, "roleplay.unreadable", "reason", err.Error())
			return
		}
		r.source.World = kept
	}
	p := r.words[First].Persona
	c := r.Customer
	w.Name, w.Flow = "scenario."+r.ID, nil
	if r.Days != 0 {
		w.Days = r.Days
	}
	w.Segments = []pipeline.Segment{{ID: "customer", Title: pipeline.Title{Zh: p.Company, En: p.Company}, Accounts: 1, Size: c.Size, Urgency: c.Urgency,
		Rival: c.Rival, Credit: c.Credit, Tactic: c.Tactic, Weights: c.Weights, Explicit: 1000}}
	t, err := pipeline.NewTerritory(w)
	var e *pipeline.WorldError
	if errors.As(err, &e) {
		r.raw.problems = append(r.raw.problems, fault.Problem{File: r.raw.file, Line: 1, Key: "simulate." + e.Key, Args: e.Args})
		return
	}
	if err != nil {
		r.wrong(1, "roleplay.unreadable", "reason", err.Error())
		return
	}
	r.Territory = t
}

// expr reads an expression that must be sound; nil where it is not.
func (r *reader) expr(line int, text string) *expression {
	e, err := parse(text, func(name string) (node, bool) { n, ok := r.names[name]; return n, ok })
	var wrong *exprError
	if errors.As(err, &wrong) {
		r.wrong(line, "scenario.bad."+wrong.key, "what", wrong.what)
		return nil
	}
	return &e
}

// when reads a condition at the end of a directive: "… if condition".
func (r *reader) when(line int, value string) (rest string, when *expression) {
	rest, cond, ok := strings.Cut(value, " if ")
	if !ok {
		return strings.TrimSpace(value), nil
	}
	return strings.TrimSpace(rest), r.expr(line, cond)
}

func (r *reader) beats() {
	for i, b := range r.raw.beats {
		out := Beat{ID: b.id, Kind: Kind(b.kind), Title: r.say(First, b.title, b.line), Hint: -1, line: b.line}
		out.Texts = r.passages(b.passages)
		for _, d := range b.doing {
			switch d.key {
			case "->":
				r.divert(d, &out.Diverts)
			case "hint":
				out.Hint = r.say(First, d.value, d.line)
			default:
				r.do(d, &out.Doing)
			}
		}
		if len(b.options) > maxOptions {
			r.wrong(b.line, "scenario.bad.options", "max", maxOptions)
		}
		for _, o := range b.options {
			if out.Kind == Form {
				out.Fields = append(out.Fields, r.field(o))
				continue
			}
			option := r.option(o, i)
			out.Options = append(out.Options, option)
		}
		r.kind(&out)
		r.Beats = append(r.Beats, out)
	}
	for _, resolve := range r.targets {
		resolve()
	}
	r.gone = -1
	if r.Gone != "" {
		if r.gone = r.beat(r.Gone); r.gone < 0 {
			r.wrong(1, "scenario.bad.no_beat", "id", r.Gone)
		}
	}
}

// kind checks that a beat has what its kind needs, and a way out.
func (r *reader) kind(b *Beat) {
	switch {
	case b.Kind == Form && len(b.Fields) == 0, b.Kind == Free && len(b.Options) == 0:
		r.wrong(b.line, "scenario.bad.empty_beat", "id", b.ID)
	case (b.Kind == Form || b.Kind == Table) && len(b.Diverts) == 0, len(b.Options)+len(b.Diverts) == 0:
		r.wrong(b.line, "scenario.bad.no_way", "id", b.ID)
	}
	if b.Kind != Free {
		return
	}
	for _, o := range b.Options {
		if len(o.Means) == 0 && len(o.Says[First]) == 0 {
			r.wrong(o.line, "scenario.bad.unsayable", "id", o.ID)
		}
	}
}

func (r *reader) passages(lines []rawLine) (out []passage) {
	for i, l := range lines {
		p := passage{who: Narrator, text: r.say(First, l.value, l.line)}
		if l.key == "says" {
			p.who = Client
		}
		if l.condition {
			if l.when == "else" && i > 0 && lines[i-1].condition && lines[i-1].key == l.key {
				p.when, p.again = &expression{text: "else", node: &node{op: "number", value: 1}}, out[i-1].again
			} else if p.when = r.expr(l.line, l.when); p.when != nil {
				p.when.node.names(func(v variable) {
					p.again = p.again || v == variable{systemVar, sysVisits} || v == variable{systemVar, sysReply}
				})
			}
		}
		out = append(out, p)
	}
	return out
}

func (r *reader) field(o *rawOption) FormField {
	f := FormField{ID: o.id, Label: r.say(First, o.text, o.line), at: r.counter(o.id), line: o.line}
	for _, s := range o.subs {
		if s.key != "is" {
			r.wrong(s.line, "scenario.bad.key", "key", s.key)
		} else if e := r.expr(s.line, s.value); e != nil {
			f.Is = *e
		}
	}
	if f.Is.node == nil {
		r.wrong(o.line, "scenario.bad.no_is", "id", o.id)
		f.Is.node = &node{op: "number"}
	}
	return f
}

func (r *reader) option(o *rawOption, beat int) *Option {
	out := &Option{ID: o.id, Text: r.say(First, o.text, o.line), Why: -1, Hint: -1, Says: map[string][]string{}, beat: beat, number: len(r.options), line: o.line}
	r.options = append(r.options, out)
	var replies []rawLine
	for _, s := range o.subs {
		switch s.key {
		case "if":
			out.When = r.expr(s.line, s.value)
		case "again":
			out.Again = s.value == "yes"
		case "means":
			out.Means = append(out.Means, list(s.value)...)
		case "says", "then":
			replies = append(replies, s)
		case "say":
			out.Says[First] = append(out.Says[First], s.value)
		case "why":
			out.Why = r.say(First, s.value, s.line)
		case "hint":
			out.Hint = r.say(First, s.value, s.line)
		case "->":
			r.divert(s, &out.Diverts)
		default:
			r.do(s, &out.Doing)
		}
	}
	out.Replies = r.passages(replies)
	if out.Why < 0 {
		r.wrong(o.line, "scenario.bad.no_why", "id", o.id)
	}
	return out
}

func list(s string) (out []string) {
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (r *reader) divert(l rawLine, into *[]divert) {
	to, when := r.when(l.line, l.value)
	at := len(*into)
	*into = append(*into, divert{to: -1, when: when, line: l.line})
	if to == "end" {
		return
	}
	diverts := into
	r.targets = append(r.targets, func() {
		if (*diverts)[at].to = r.beat(to); r.beat(to) < 0 {
			r.wrong(l.line, "scenario.bad.no_beat", "id", to)
		}
	})
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

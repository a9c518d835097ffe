package roleplay

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/scenario"
	"tongguan/quizzes/understanding"
	"tongguan/server/base/fault"
)

// Utterances is a library of sentences by dialogue act, and of the notions that they are about, in each language.
type Utterances struct {
	Sentences map[string]map[string][]string
	Cues      map[string]understanding.Cues
}

// ReadUtterances reads the library of the content.
func ReadUtterances(files fs.FS) (Utterances, []fault.Problem) {
	out := Utterances{map[string]map[string][]string{}, map[string]understanding.Cues{}}
	notions := map[string]map[string][]string{}
	problems := readYAML(files, "utterances/cues.yaml", &notions)
	for _, lang := range scenario.Languages {
		acts, cues := map[string][]string{}, understanding.Cues{}
		problems = append(problems, readYAML(files, "utterances/"+lang+".yaml", &acts)...)
		for name, words := range notions {
			cues[name] = words[lang]
		}
		if len(acts) > 0 {
			out.Sentences[lang], out.Cues[lang] = acts, cues
		}
	}
	return out, problems
}

// readYAML reads a file of the content into a map; one that is not there leaves it empty.
func readYAML(files fs.FS, name string, into any) []fault.Problem {
	text, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		return []fault.Problem{fault.ProblemAt(name, 0, "roleplay.unreadable", "reason", err.Error())}
	}
	return nil
}

// Has says whether an act is known in every language.
func (u Utterances) Has(act string) bool {
	for _, lang := range scenario.Languages {
		if len(u.Sentences[lang][act]) == 0 {
			return false
		}
	}
	return true
}

// Examples are the sentences of a language, in order of acts.
func (u Utterances) Examples(lang string) (out []understanding.Example) {
	acts := make([]string, 0, len(u.Sentences[lang]))
	for act := range u.Sentences[lang] {
		acts = append(acts, act)
	}
	slices.Sort(acts)
	for _, act := range acts {
		for _, text := range u.Sentences[lang][act] {
			out = append(out, understanding.Example{Act: act, Text: text})
		}
	}
	return out
}

// Listener understands what learners type. Its models are trained when they are first needed, in a second or so.
type Listener struct {
	models map[string]func() *understanding.Model
	shapes sync.Map // example -> understanding.Shape
}

// NewListener makes a listener out of a library.
func NewListener(u Utterances) *Listener {
	l := &Listener{models: map[string]func() *understanding.Model{}}
	for lang := range u.Sentences {
		l.models[lang] = sync.OnceValue(func() *understanding.Model {
			return understanding.Train(u.Examples(lang), u.Cues[lang])
		})
	}
	return l
}

// Warm trains the models.
func (l *Listener) Warm() {
	for _, m := range l.models {
		m()
	}
}

// confident is the thousandths above which an option is taken, and lead how far it must be before the next.
const (
	confident = 330
	lead      = 60
	offered   = 3
	plausible = 60 // an option below that is not offered in an exam
)

// Hear says which of the options that are open a sentence means, how sure that is, and which others it may mean. The
// learner's language is tried first; a sentence in the other one is understood as well. Strictly, only what is plausible is
// offered: who says nothing is told nothing.
func (l *Listener) Hear(p *scenario.Play, lang, text string, strictly bool) *scenario.Heard {
	s := understanding.Find(text)
	h := &scenario.Heard{Money: s.Money, Percent: s.Percent, Days: s.Days, Number: s.Number}
	type scored struct {
		id string
		n  int64
	}
	var all []scored
	acts, shape := l.acts(lang, text), understanding.ShapeOf(text)
	for _, o := range p.Open() {
		all = append(all, scored{o.ID, int64(1000 * l.likelihood(o, acts, shape))})
	}
	if len(all) == 0 {
		return h
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.n, a.n) })
	for _, s := range all[:min(offered, len(all))] {
		if strictly && s.n < plausible {
			break
		}
		h.Choices = append(h.Choices, s.id)
	}
	for _, g := range acts {
		if h.Act == "" || g.P > acts[h.Act].P {
			h.Act = g.Act
		}
	}
	h.Confidence = min(1000, all[0].n)
	if all[0].n >= confident && (len(all) == 1 || all[0].n-all[1].n >= lead) {
		h.Pick, h.Choices = all[0].id, nil
	}
	return h
}

// acts gives every act's probability, by the model that is surest.
func (l *Listener) acts(lang, text string) map[string]understanding.Guess {
	best := []understanding.Guess{}
	for _, name := range scenario.Languages {
		train, ok := l.models[name]
		if !ok || name != lang && isLatin(text) == (name == scenario.First) {
			continue
		}
		if g := train().Classify(text); len(g) > 0 && (len(best) == 0 || g[0].P > best[0].P) {
			best = g
		}
	}
	out := make(map[string]understanding.Guess, len(best))
	for _, g := range best {
		out[g.Act] = g
	}
	return out
}

// isLatin says whether a text has no Chinese character.
func isLatin(text string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// likelihood of an option: how likely one of its acts is, and how like one of its examples the sentence is.
func (l *Listener) likelihood(o *scenario.Option, acts map[string]understanding.Guess, shape understanding.Shape) float64 {
	var act, alike float64
	for _, m := range o.Means {
		act = max(act, acts[m].P)
	}
	for _, says := range o.Says {
		for _, s := range says {
			alike = max(alike, l.shape(s).Alike(shape))
		}
	}
	if len(o.Means) == 0 {
		return alike
	}
	return max(0.65*act+0.35*alike, alike)
}

// shape is an example's, computed once.
func (l *Listener) shape(example string) understanding.Shape {
	if s, ok := l.shapes.Load(example); ok {
		return s.(understanding.Shape)
	}
	s := understanding.ShapeOf(example)
	l.shapes.Store(example, s)
	return s
}

package telling

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/scenario"
	"tongguan/web/words"
)

// Golden is a path through a script that is kept beside it: moves under a seed, and what they came to. A change of the
// script that changes any of it shows.
type Golden struct {
	Name       string            `yaml:"name"`
	Seed       uint64            `yaml:"seed"`
	Moves      []scenario.Move   `yaml:"-"`
	Kept       []string          `yaml:"moves"`
	Score      string            `yaml:"score"`
	Passed     bool              `yaml:"passed"`
	Transcript map[string]string `yaml:"transcript"`
}

// GoldenFile is the file of a script's golden paths.
const GoldenFile = "golden.yaml"

// ReadGolden reads the golden paths of a script's folder; none where there is no file.
func ReadGolden(files fs.FS, folder string) (out []Golden, err error) {
	text, err := fs.ReadFile(files, path.Join(folder, GoldenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&out); err != nil {
		return nil, err
	}
	for i := range out {
		for _, m := range out[i].Kept {
			move, err := readMove(m)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", out[i].Name, m, err)
			}
			out[i].Moves = append(out[i].Moves, move)
		}
	}
	return out, nil
}

// WriteGolden is the text of the file.
func WriteGolden(paths []Golden) ([]byte, error) {
	for i := range paths {
		paths[i].Kept = nil
		for _, m := range paths[i].Moves {
			paths[i].Kept = append(paths[i].Kept, writeMove(m))
		}
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(paths); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// writeMove is a move on one line: "sheet pick compare", "table offer 1 0 2 0", "facts form said_days=30 said_lines=4".
func writeMove(m scenario.Move) string {
	switch {
	case m.Offer != nil:
		return m.Beat + " offer " + strings.Trim(fmt.Sprint(m.Offer), "[]")
	case m.Form != nil:
		return m.Beat + " form " + strings.Trim(strings.ReplaceAll(fmt.Sprint(m.Form), ":", "="), "map[]")
	case m.Say != "":
		return m.Beat + " say " + m.Heard.Pick + " " + m.Say
	}
	return m.Beat + " pick " + m.Pick
}

var errMove = errors.New("scenario: a move is: beat pick option; beat offer 1 0 2 0; beat form a=1 b=2; beat say option text")

func readMove(text string) (m scenario.Move, err error) {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) < 3 {
		return m, errMove
	}
	m.Beat = parts[0]
	switch parts[1] {
	case "pick":
		m.Pick = parts[2]
	case "offer":
		m.Offer = make([]int, 4)
		_, err = fmt.Sscanf(parts[2], "%d %d %d %d", &m.Offer[0], &m.Offer[1], &m.Offer[2], &m.Offer[3])
	case "form":
		m.Form = map[string]int64{}
		for _, pair := range strings.Fields(parts[2]) {
			name, value, _ := strings.Cut(pair, "=")
			var n int64
			if _, err = fmt.Sscan(value, &n); err != nil {
				return m, err
			}
			m.Form[name] = n
		}
	case "say":
		pick, said, _ := strings.Cut(parts[2], " ")
		m.Say, m.Heard = said, &scenario.Heard{Pick: pick}
	default:
		err = errMove
	}
	return m, err
}

// Follow plays a golden path and gives what it comes to now, in every language.
func (g Golden) Follow(s *scenario.Script, book *words.Book) (Golden, error) {
	p := s.NewPlay(g.Seed)
	for i, m := range g.Moves {
		if err := p.Do(m); err != nil {
			return g, fmt.Errorf("%s: %d %s: %w", g.Name, i+1, writeMove(m), err)
		}
	}
	score := p.Score()
	now := Golden{Name: g.Name, Seed: g.Seed, Moves: g.Moves, Kept: g.Kept, Score: PointsOf(score.Total), Passed: score.Passed, Transcript: map[string]string{}}
	for _, lang := range scenario.Languages {
		now.Transcript[lang] = Transcript(p, lang, book.In(lang))
	}
	return now, nil
}

// PointsOf writes hundredths of a point.
func PointsOf(n scenario.Points) string {
	if n < 0 {
		return "−" + PointsOf(-n)
	}
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}

// Transcript writes a whole play, a line each.
func Transcript(p *scenario.Play, lang string, voice words.Voice) string {
	t := Teller{Voice: voice, English: lang == "en", Territory: p.Run.Territory}
	var b strings.Builder
	for _, l := range p.Lines {
		if text := t.Line(p, lang, l); text != "" {
			fmt.Fprintf(&b, "%d %s: %s\n", l.Turn, voice.T("scenario.who."+string(l.Who)), text)
		}
	}
	return b.String()
}

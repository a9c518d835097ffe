package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"tongguan/quizzes/exchange"
)

// exchanged is what became of the questions of a file, or of a module.
type exchanged struct {
	Questions []exchangedQuestion `json:"questions"`
	Counts    map[string]int      `json:"counts"`
	File      string              `json:"file,omitempty"` // what was written
}

type exchangedQuestion struct {
	Name   string          `json:"name"`
	Type   string          `json:"type"`
	Status exchange.Status `json:"status"`
	Line   int             `json:"line"`
	Reason string          `json:"reason"`
}

// questionsImport reads questions of another system, says what each of them becomes, and writes them where it is told to.
func questionsImport(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	format := f.String("format", "", d.help("format"))
	out := f.String("out", "", d.help("questions_out"))
	given := exchange.Given{}
	f.StringVar(&given.Module, "module", "", d.help("module"))
	f.StringVar(&given.Clause, "clause", "", d.help("clause"))
	f.StringVar(&given.Level, "level", "", d.help("level"))
	lang := f.String("lang", "", d.help("lang"))
	force := f.Bool("force", false, d.help("force"))
	template := f.Bool("template", false, d.help("template"))
	asJSON := f.Bool("json", false, d.help("json"))
	arguments := 1
	if slices.ContainsFunc(args, func(a string) bool { return strings.TrimLeft(a, "-") == "template" }) {
		arguments = 0
	}
	if err := d.parse(f, args, arguments); err != nil {
		return err
	}
	if *template {
		return d.template(*format)
	}
	if err := d.knownLang(*lang); err != nil {
		return err
	}
	questions, err := d.readQuestions(*format, f.Arg(0), *lang)
	if err != nil {
		return err
	}
	report := d.imported(questions)
	if *out != "" {
		if given.Module == "" {
			base := filepath.Base(f.Arg(0))
			given.Module = exchange.Module(strings.TrimSuffix(base, filepath.Ext(base)))
		}
		if report.File, err = d.writeQuestions(*out, *force, questions, given); err != nil {
			return err
		}
	}
	return d.exchangedReport(report, *asJSON)
}

func (d *desk) template(format string) error {
	if format != "csv" {
		return d.misused(errors.New(d.voice.T("exchange.template_csv")))
	}
	_, err := fmt.Fprint(d.out, exchange.Template)
	return err
}

func (d *desk) knownLang(lang string) error {
	if lang != "" && lang != "zh" && lang != "en" {
		return d.misused(errors.New(d.voice.T("exchange.lang", "detail", lang)))
	}
	return nil
}

func (d *desk) readQuestions(format, name, lang string) ([]exchange.Question, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, d.misused(err)
	}
	defer file.Close() //nolint:errcheck // read only
	questions, err := exchange.Read(format, file, lang)
	if err != nil {
		return nil, d.misused(d.fileError(name, err))
	}
	return questions, nil
}

// fileError says why a file is refused, where that has a sentence.
func (d *desk) fileError(name string, err error) error {
	var wrong *exchange.FileError
	if !errors.As(err, &wrong) {
		return err
	}
	return fmt.Errorf("%s:%d: %s", name, wrong.Line, d.voice.T(wrong.Key, "detail", wrong.Detail, "known", strings.Join(exchange.Formats, " ")))
}

func (d *desk) imported(questions []exchange.Question) exchanged {
	out := exchanged{Questions: []exchangedQuestion{}, Counts: map[string]int{}}
	for _, q := range questions {
		row := exchangedQuestion{Name: q.Name, Type: q.Type, Status: q.Status, Line: q.Line}
		if q.Reason != "" {
			row.Reason = d.voice.T(q.Reason, pairs(q.Args)...)
		}
		out.Questions = append(out.Questions, row)
		if q.Type != "" {
			out.Counts[q.Type]++
		}
	}
	return out
}

// writeQuestions writes what was imported beside the lessons of a course. A file that is there stays, unless forced.
func (d *desk) writeQuestions(dir string, force bool, questions []exchange.Question, given exchange.Given) (string, error) {
	if !exchange.ModuleFits(given.Module) {
		return "", d.misused(errors.New(d.voice.T("exchange.module", "detail", given.Module)))
	}
	text, n, err := exchange.File(questions, given)
	if err != nil {
		return "", d.fileError(given.Module, err)
	}
	if n == 0 {
		return "", errors.New(d.voice.T("exchange.nothing"))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	number, err := moduleNumber(dir, given.Module)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, fmt.Sprintf("%02d-%s.questions.yaml", number, given.Module))
	return name, d.writeNew(name, text, force)
}

var moduleFile = regexp.MustCompile(`^(\d\d)-([a-z0-9-]+)\.`)

// moduleNumber is the number of a module's files in a folder; of a new one the next that is free.
func moduleNumber(dir, module string) (int, error) {
	entries, err := os.ReadDir(dir)
	last := 0
	for _, e := range entries {
		if m := moduleFile.FindStringSubmatch(e.Name()); m != nil {
			n, _ := strconv.Atoi(m[1]) // two digits
			if m[2] == module {
				return n, nil
			}
			last = max(last, n)
		}
	}
	return last + 1, err
}

func (d *desk) exchangedReport(r exchanged, asJSON bool) error {
	if asJSON {
		return d.json(r)
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, q := range r.Questions {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", q.Line, d.voice.T("exchange.status."+string(q.Status)), q.Type, q.Name, q.Reason)
	}
	if err := w.Flush(); err != nil || r.File == "" {
		return err
	}
	d.say("exchange.written", "file", r.File)
	return nil
}

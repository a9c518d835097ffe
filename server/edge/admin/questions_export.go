package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/exchange"
	"tongguan/server/edge/app"
	"tongguan/web/words"
)

// questionsExport writes a module's questions for another system. What its format cannot tell is named on stderr.
func questionsExport(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	format := f.String("format", "", d.help("export_format"))
	folder := f.String("content", "", d.help("questions_content"))
	lang := f.String("lang", "zh", d.help("export_lang"))
	out := f.String("out", "", d.help("export_out"))
	force := f.Bool("force", false, d.help("force"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	if err := d.knownLang(*lang); err != nil {
		return err
	}
	b, _ := bank.Read(app.Content(*folder)) // what is wrong with other files is said by content lint
	set := b.Set(f.Arg(0))
	if set == nil {
		return d.misused(errors.New(d.voice.T("exchange.no_module", "detail", f.Arg(0))))
	}
	var text bytes.Buffer
	told, err := d.tell(*format, set, *lang, &text)
	if err != nil {
		return err
	}
	if *out != "" {
		if err := d.writeNew(*out, text.Bytes(), *force); err != nil {
			return err
		}
	}
	report := d.exported(told, set.File)
	report.File = *out
	if *asJSON {
		return d.json(report)
	}
	if *out == "" {
		_, err = d.out.Write(text.Bytes())
	}
	return err
}

// tell writes the questions of a set in a language, with the words that the format asks for.
func (d *desk) tell(format string, set *bank.Set, lang string, out *bytes.Buffer) ([]exchange.Told, error) {
	book, err := words.Load()
	if err != nil {
		return nil, err
	}
	voice := book.In(lang)
	told, err := exchange.Export(format, set, lang, exchange.Names{True: voice.T("quiz.option.true"), False: voice.T("quiz.option.false")}, out)
	var wrong *exchange.FileError
	if errors.As(err, &wrong) {
		return nil, d.misused(errors.New(d.voice.T(wrong.Key, "detail", wrong.Detail, "known", strings.Join(exchange.ExportFormats, " "))))
	}
	return told, err
}

// exported says on stderr what was left out, and gives the report of all.
func (d *desk) exported(told []exchange.Told, file string) exchanged {
	r := exchanged{Questions: []exchangedQuestion{}, Counts: map[string]int{}}
	left := 0
	for _, q := range told {
		row := exchangedQuestion{Name: q.ID, Type: q.Type, Status: q.Status, Line: q.Line}
		if q.Reason != "" {
			left++
			row.Reason = d.voice.T(q.Reason, pairs(q.Args)...)
			fmt.Fprintf(d.err, "%s:%d: %s (%s): %s\n", file, q.Line, q.ID, q.Type, row.Reason)
		} else {
			r.Counts[q.Type]++
		}
		r.Questions = append(r.Questions, row)
	}
	fmt.Fprintln(d.err, d.voice.T("exchange.told", "told", len(told)-left, "left", left))
	return r
}

// writeNew writes a file that is not there yet, unless forced.
func (d *desk) writeNew(name string, text []byte, force bool) error {
	flag := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flag = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(name, flag, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return errors.New(d.voice.T("exchange.exists", "detail", name))
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"tongguan/quizzes/exchange"
)

// importedReport is what became of a file of questions.
type importedReport struct {
	Questions []importedQuestion `json:"questions"`
	Counts    map[string]int     `json:"counts"`
}

type importedQuestion struct {
	Name   string          `json:"name"`
	Type   string          `json:"type"`
	Status exchange.Status `json:"status"`
	Line   int             `json:"line"`
	Reason string          `json:"reason"`
}

// questionsImport reads questions of another system and says what each of them would become.
func questionsImport(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	format := f.String("format", "", d.help("format"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	file, err := os.Open(f.Arg(0))
	if err != nil {
		return d.misused(err)
	}
	defer file.Close() //nolint:errcheck // read only
	questions, err := exchange.Read(*format, file)
	var wrong *exchange.FileError
	if errors.As(err, &wrong) {
		return d.misused(fmt.Errorf("%s:%d: %s", f.Arg(0), wrong.Line, d.voice.T(wrong.Key, "detail", wrong.Detail, "known", strings.Join(exchange.Formats, " "))))
	}
	if err != nil {
		return d.misused(err)
	}
	out := importedReport{Questions: []importedQuestion{}, Counts: map[string]int{}}
	for _, q := range questions {
		row := importedQuestion{Name: q.Name, Type: q.Type, Status: q.Status, Line: q.Line}
		if q.Reason != "" {
			row.Reason = d.voice.T(q.Reason, "detail", q.Detail)
		}
		out.Questions = append(out.Questions, row)
		if q.Type != "" {
			out.Counts[q.Type]++
		}
	}
	if *asJSON {
		return d.json(out)
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, q := range out.Questions {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", q.Line, d.voice.T("exchange.status."+string(q.Status)), q.Type, q.Name, q.Reason)
	}
	return w.Flush()
}

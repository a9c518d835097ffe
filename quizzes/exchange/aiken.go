package exchange

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
)

var aikenOption = regexp.MustCompile(`^([A-Z])[.)]\s*(.*)$`)

// readAiken reads Aiken: a text, options "A. …" or "A) …", and "ANSWER: A".
func readAiken(text string) (out []Question) {
	var q *Question
	letters := ""
	end := func() {
		if q != nil {
			if q.Status != Broken && !q.some() {
				q.broken("exchange.no_answer_line", "")
			}
			q.Name = short(q.Text)
			q.finish()
			out = append(out, *q)
		}
		q, letters = nil, ""
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		m := aikenOption.FindStringSubmatch(line)
		answer, isAnswer := strings.CutPrefix(line, "ANSWER:")
		switch {
		case line == "" || strings.HasPrefix(line, "//"):
		case isAnswer && q != nil:
			at := strings.Index(letters, strings.ToUpper(strings.TrimSpace(answer)))
			if at < 0 || strings.TrimSpace(answer) == "" || len(strings.TrimSpace(answer)) != 1 {
				q.broken("exchange.answer", strings.TrimSpace(answer))
			} else {
				q.Options[at].Fraction = 10_000
			}
			end()
		case m != nil && q != nil:
			letters += m[1]
			q.Options = append(q.Options, Option{Text: plain(m[2])})
		case q != nil && letters != "": // a new text though no answer was given
			end()
			q = &Question{Type: MultiChoice, Single: true, Text: plain(line), Line: i + 1}
		case q == nil:
			q = &Question{Type: MultiChoice, Single: true, Text: plain(line), Line: i + 1}
			if isAnswer {
				q.broken("exchange.answer", strings.TrimSpace(answer))
				end()
			}
		default:
			q.Text += " " + plain(line)
		}
	}
	end()
	return out
}

// readCSV reads our template: name,type,text,right,wrong with several answers parted by |, and thing=partner for match.
func readCSV(text string) (out []Question, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil || len(header) < 4 || strings.TrimSpace(header[0]) != "name" || strings.TrimSpace(header[1]) != "type" {
		return nil, &FileError{"exchange.csv_header", 1, ""}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return out, &FileError{"exchange.csv", wrong.Line, wrong.Err.Error()}
		}
		if err != nil {
			return out, err
		}
		line, _ := r.FieldPos(0)
		for len(row) < 5 {
			row = append(row, "")
		}
		out = append(out, csvQuestion(row, line))
	}
}

func csvQuestion(row []string, line int) Question {
	q := Question{Name: strings.TrimSpace(row[0]), Type: strings.TrimSpace(row[1]), Text: plain(row[2]), Line: line}
	if q.Name == "" {
		q.Name = short(q.Text)
	}
	right, wrong := parted(row[3]), parted(row[4])
	q.Single = len(right) == 1
	for _, text := range right {
		switch thing, partner, ok := strings.Cut(text, "="); {
		case q.Type != Match:
			value, tolerance, _ := strings.Cut(text, "±")
			q.Options = append(q.Options, Option{Text: strings.TrimSpace(value), Fraction: 10_000, Tolerance: strings.TrimSpace(tolerance)})
		case !ok:
			q.broken("exchange.pair", text)
		default:
			if q.Pairs == nil {
				q.Pairs = map[string]string{}
			}
			q.Pairs[strings.TrimSpace(thing)] = strings.TrimSpace(partner)
		}
	}
	for _, text := range wrong {
		q.Options = append(q.Options, Option{Text: text})
	}
	if q.Type == Numerical && q.some() && !isNumber(q.Options[0].Text) {
		q.broken("exchange.number", q.Options[0].Text)
	}
	q.finish()
	return q
}

func parted(s string) (out []string) {
	for _, p := range strings.Split(s, "|") {
		if p = plain(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

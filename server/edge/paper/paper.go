// Package paper sets a certificate as a PDF: one page of A4, landscape, ready to print.
//
// Everything that is read on it comes in as words; dates too are written out by the caller. The same certificate gives
// the same bytes whenever it is printed, so that a file can be printed again and compared. A character that no font
// here has is an error that names it: on a certificate a gap in a name is worse than no certificate.
package paper

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Certificate is what is printed.
type Certificate struct {
	Language string // BCP 47, of the main words; readers of PDF are told
	Holder   string // as the person writes it
	Number   string
	Link     string    // where it can be verified; in the QR code and below it
	Issued   time.Time // written into the file as the time it was made
	Main     Words     // large
	Other    Words     // the same in the other language, small; what is empty there is left out
	Stages   []Stage   // of the rail, at most six
	Clauses  []Clause  // of the policy that the certificate covers
}

// Words are the texts of a certificate in one language.
type Words struct {
	Heading string // Certificate
	Confers string // This is to certify that
	Earned  string // has met every requirement of
	Title   string // of the programme
	Issuer  string
	Facts   []Fact // number, date of issue, end of validity, …: at most four
	Clauses string // heads the clauses
	Verify  string // says how to verify
}

// Fact is a label and what stands under it.
type Fact struct{ Label, Value string }

// Stage is one gate of the rail.
type Stage struct {
	Main, Other string
	Passed      bool // drawn as an open gate; else as an outline
}

// Clause is a clause of the policy with its title in the main language.
type Clause struct{ Number, Title string }

// MissingError names the characters that no font has.
type MissingError struct{ Characters []rune }

// Error lists them with their code points.
func (e *MissingError) Error() string {
	var b strings.Builder
	b.WriteString("paper: no font has")
	for _, r := range e.Characters {
		fmt.Fprintf(&b, " %q (%U)", r, r)
	}
	return b.String()
}

// ErrTooLong says that the words do not fit on the page in the smallest size that can be read.
var ErrTooLong = errors.New("paper: the words do not fit on one page")

// Bounds on what is tried at all: bytes of a name or a title, and clauses.
const (
	longest     = 600
	mostClauses = 60
)

// Print sets the certificate. It fails with *MissingError or ErrTooLong, or where the fonts or the link are unusable.
func (p *Press) Print(c Certificate) ([]byte, error) {
	c = c.each(compose)
	var all strings.Builder
	c.each(func(text string) string { all.WriteString(text); return text })
	if missing := p.absent(all.String()); len(missing) > 0 {
		return nil, &MissingError{missing}
	}
	if c.Holder == "" || c.Main.Title == "" || c.Issued.IsZero() || len(c.Stages) > 6 || len(c.Main.Facts) > 4 {
		return nil, errors.New("paper: a certificate needs a holder, a title and a moment, at most six stages and four facts")
	}
	if max(len(c.Holder), len(c.Main.Title), len(c.Other.Title)) > longest || len(c.Clauses) > mostClauses {
		return nil, ErrTooLong // without trying: breaking lines grows with the square of the length
	}
	d := p.sheet()
	if err := d.page(c); err != nil {
		return nil, err
	}
	raw, err := d.pdf.GetBytesPdfReturnErr()
	if err != nil {
		return nil, fmt.Errorf("paper: %w", err)
	}
	return finish(raw, about{title: c.Main.Heading + " " + c.Number + " " + c.Holder, author: c.Main.Issuer, language: c.Language, made: c.Issued})
}

// each gives a copy in which every text went through f.
func (c Certificate) each(f func(string) string) Certificate {
	c.Holder, c.Number = f(c.Holder), f(c.Number)
	for _, w := range []*Words{&c.Main, &c.Other} {
		for _, t := range []*string{&w.Heading, &w.Confers, &w.Earned, &w.Title, &w.Issuer, &w.Clauses, &w.Verify} {
			*t = f(*t)
		}
		w.Facts = slices.Clone(w.Facts)
		for i, x := range w.Facts {
			w.Facts[i] = Fact{f(x.Label), f(x.Value)}
		}
	}
	c.Stages, c.Clauses = slices.Clone(c.Stages), slices.Clone(c.Clauses)
	for i, s := range c.Stages {
		c.Stages[i].Main, c.Stages[i].Other = f(s.Main), f(s.Other)
	}
	for i, l := range c.Clauses {
		c.Clauses[i] = Clause{f(l.Number), f(l.Title)}
	}
	return c
}

// compose joins letters with marks that were typed apart (e + ´), for which fonts have one glyph; nothing else is
// touched, since the same normal form would exchange some rare Chinese characters for more common ones.
func compose(text string) string {
	if text = strings.TrimSpace(text); strings.ContainsFunc(text, isMark) {
		return norm.NFC.String(text)
	}
	return text
}

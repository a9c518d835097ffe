package seal

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"tongguan/courses/certification"
	"tongguan/server/base/fault"
	"tongguan/server/edge/badges"
	"tongguan/server/edge/paper"
	"tongguan/web/parts"
)

// mostClauses is how many clauses are printed one by one; where there are more, their sections are.
const mostClauses = 10

// Print sets a certificate as a PDF, in the given language first, with its badge inside: any byte of it that is changed
// is found by whoever verifies the file. A name that no font can set is refused in words that name the characters.
func (s *Seal) Print(ctx context.Context, look certification.Look, lang string) ([]byte, error) {
	names, err := s.People.Names(ctx, []string{look.Person})
	if err != nil {
		return nil, err
	}
	press, err := s.press()
	if err != nil {
		return nil, err
	}
	beside := s.printed(look, other(lang))
	beside.Issuer = "" // the company's name is one in both
	pdf, err := press.Print(paper.Certificate{Language: s.Words.In(lang).T("certificate.language"), Holder: names[look.Person], Number: look.Number,
		Link: s.Site.Certificate(look.Number), Issued: time.UnixMilli(look.IssuedAt), Main: s.printed(look, lang), Other: beside,
		Stages: s.stages(look, lang), Clauses: s.clauses(look, lang)})
	if gap, ok := errors.AsType[*paper.MissingError](err); ok {
		return nil, fault.Wrap(fault.Invalid, err, "certificate.no_glyph", "characters", string(gap.Characters))
	}
	if errors.Is(err, paper.ErrTooLong) {
		return nil, fault.Wrap(fault.Invalid, err, "certificate.too_long")
	}
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(pdf)
	token, err := s.Badge(ctx, look, lang, &digest)
	if err != nil {
		return nil, err
	}
	return badges.Attach(pdf, token)
}

func (s *Seal) printed(look certification.Look, lang string) paper.Words {
	v := s.Words.In(lang)
	until := v.T("certificate.no_end")
	if look.Expires > 0 {
		until = v.Date(look.Expires-1, s.Zone)
	}
	facts := []paper.Fact{{Label: v.T("certificate.number"), Value: look.Number}, {Label: v.T("certificate.issued_on"), Value: v.Date(look.IssuedAt, s.Zone)},
		{Label: v.T("certificate.valid_until"), Value: until}}
	if look.Score >= 0 {
		facts = append(facts, paper.Fact{Label: v.T("certificate.score"), Value: v.Percent(look.Score)})
	}
	return paper.Words{Heading: v.T("certificate.heading"), Confers: v.T("certificate.confers"), Earned: v.T("certificate.earned"),
		Title: look.Programme.Certificate.Title.In(lang), Issuer: s.Site.Name, Facts: facts, Clauses: v.T("certificate.clauses"), Verify: v.T("certificate.how_to_verify")}
}

// stages draws the six gates: open where the programme rests on a clause of the stage.
func (s *Seal) stages(look certification.Look, lang string) (out []paper.Stage) {
	for i, stage := range parts.Stages {
		section := "2." + string(rune('1'+i))
		out = append(out, paper.Stage{Main: s.Words.In(lang).T("stage." + stage), Other: s.Words.In(other(lang)).T("stage." + stage),
			Passed: look.Programme.Rests(section)})
	}
	return out
}

// clauses names what the programme rests on, by sections where it is much.
func (s *Seal) clauses(look certification.Look, lang string) (out []paper.Clause) {
	ids := look.Programme.Clauses
	if len(ids) > mostClauses {
		var sections []string
		for _, id := range ids {
			parts := strings.SplitN(id, ".", 3)
			if section := strings.Join(parts[:min(2, len(parts))], "."); !slices.Contains(sections, section) {
				sections = append(sections, section)
			}
		}
		ids = sections
	}
	cat := s.Catalog.Current()
	for _, id := range ids {
		if c := cat.Clause(id); c != nil {
			out = append(out, paper.Clause{Number: id, Title: c.Title.In(lang)})
		}
	}
	return out[:min(len(out), mostClauses)]
}

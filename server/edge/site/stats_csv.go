package site

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// harmless keeps a spreadsheet from running text as a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// number writes a number for a spreadsheet, or nothing where it is not defined.
func number(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'f', 4, 64)
}

func ends(i *[2]float64) (low, high string) {
	if i == nil {
		return "", ""
	}
	return number(&i[0]), number(&i[1])
}

// quizDeskCSV sends the table of the questions as a file that spreadsheets open. Facilities and shares are 0 to 1, the other
// figures per cent, as in the API.
func (s *Site) quizDeskCSV(c *fiber.Ctx, v visit) error {
	x, err := s.statsOf(c, v)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("\ufeff") // so that they take it as UTF-8
	w := csv.NewWriter(&out)
	rows := [][]string{{"question", "stem", "reading", "answers", "exposure", "facility", "facility_low", "facility_high", "sd", "discrimination",
		"discrimination_low", "discrimination_high", "efficiency", "intended_weight", "effective_weight", "guess"}}
	for _, i := range x.Items {
		var readings []string
		for _, r := range x.readings(i) {
			readings = append(readings, v.voice.T("tally.reading."+r, "answers", i.Answers, "enough", enough))
		}
		low, high := ends(i.FacilityInterval)
		least, most := ends(i.DiscriminationInterval)
		rows = append(rows, []string{harmless(i.Item), harmless(x.stem(i.Item)), harmless(strings.Join(readings, "; ")), strconv.Itoa(i.Answers), number(i.Exposure),
			number(i.Facility), low, high, number(i.SD), number(i.DiscriminationIndex), least, most, number(i.DiscriminativeEfficiency),
			number(i.IntendedWeight), number(i.EffectiveWeight), number(i.Guess)})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+strings.ReplaceAll(x.Set.Key(), "/", "-")+"-"+x.Set.Hash[:8]+`.csv"`)
	return c.Send(out.Bytes())
}

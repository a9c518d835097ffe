package site

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/edge/sheet"
)

// number writes a number for a spreadsheet, or nothing where it is not defined.
func number(x *float64) sheet.Cell {
	if x == nil {
		return sheet.Cell{}
	}
	return sheet.Decimal(strconv.FormatFloat(*x, 'f', 4, 64))
}

func ends(i *[2]float64) (low, high sheet.Cell) {
	if i == nil {
		return low, high
	}
	return number(&i[0]), number(&i[1])
}

// table is the report as a table. Facilities and shares are 0 to 1, the other figures per cent, as in the API.
func (x stats) table(v visit) sheet.Table {
	header := []string{"question", "stem", "reading", "answers", "exposure", "facility", "facility_low", "facility_high", "sd", "discrimination",
		"discrimination_low", "discrimination_high", "efficiency", "intended_weight", "effective_weight", "guess"}
	return sheet.Table{Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		for _, i := range x.Items {
			var readings []string
			for _, r := range x.readings(i) {
				readings = append(readings, v.voice.T("tally.reading."+r, "answers", i.Answers, "enough", enough))
			}
			low, high := ends(i.FacilityInterval)
			least, most := ends(i.DiscriminationInterval)
			if !yield([]sheet.Cell{sheet.Text(i.Item), sheet.Text(x.stem(i.Item)), sheet.Text(strings.Join(readings, "; ")), sheet.Whole(int64(i.Answers)),
				number(i.Exposure), number(i.Facility), low, high, number(i.SD), number(i.DiscriminationIndex), least, most,
				number(i.DiscriminativeEfficiency), number(i.IntendedWeight), number(i.EffectiveWeight), number(i.Guess)}, nil) {
				return
			}
		}
	}}
}

// quizDeskCSV sends the table of the questions as a file that spreadsheets open.
func (s *Site) quizDeskCSV(c *fiber.Ctx, v visit) error {
	x, err := s.statsOf(c, v)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := sheet.CSV(&out, x.table(v)); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+strings.ReplaceAll(x.Set.Key(), "/", "-")+"-"+x.Set.Hash[:8]+`.csv"`)
	return c.Send(out.Bytes())
}

package seal

import (
	"time"

	"tongguan/courses/certification"
)

// Told is what programs are told who ask for a number. What the holder does not show is left out.
type Told struct {
	Number    string     `json:"number"`
	Status    string     `json:"status"` // valid, expired, suspended, revoked, superseded, altered
	Holder    string     `json:"holder,omitempty"`
	Programme *Names     `json:"programme,omitempty"`
	Issued    *time.Time `json:"issued,omitempty"`
	Expires   *time.Time `json:"expires,omitempty"`
	Score     *int       `json:"score,omitempty"` // basis points
	Checked   time.Time  `json:"checked"`
}

// Names is a programme.
type Names struct {
	ID string `json:"id"`
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Tell lays a verification out for programs.
func (s *Seal) Tell(v certification.Verification) Told {
	out := Told{Number: v.Number, Status: v.Word(), Holder: v.Name, Checked: s.now().UTC()}
	if p := v.Programme; p != nil {
		out.Programme = &Names{p.ID, p.Certificate.Title.ZH, p.Certificate.Title.EN}
	}
	moment := func(ms int64) *time.Time {
		if ms == 0 {
			return nil
		}
		t := time.UnixMilli(ms).UTC()
		return &t
	}
	out.Issued, out.Expires = moment(v.IssuedAt), moment(v.Expires)
	if v.Score >= 0 {
		out.Score = &v.Score
	}
	return out
}

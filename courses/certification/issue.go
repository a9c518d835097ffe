package certification

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// Certificate is one that was issued. It is never changed but for what ended it, an end that a change of policy brought
// forward, and what its holder shows.
type Certificate struct {
	Number    string `db:"number"`
	Serial    int64  `db:"serial"` // place in the status lists, by chance
	Person    string `db:"person_id"`
	Programme string `db:"programme"`
	Version   string `db:"version"`   // hash of the programme's text
	IssuedAt  int64  `db:"issued_at"` // milliseconds since 1970 UTC
	Term
	Score     int    `db:"score"` // mean of what was scored, basis points; -1 where nothing was
	Basis     string `db:"basis"` // JSON of Basis
	BasisHash string `db:"basis_hash"`
	By        string `db:"issued_by"` // who approved it, "" by the rules alone
	Ended     State  `db:"ended"`     // Superseded, Revoked or Expired where a later one took its place, else ""
	Shows     string `db:"shows"`     // words of Show, separated by spaces
}

// Basis is the evidence that a certificate was issued on, item by item.
type Basis struct {
	Programme string  `json:"programme"`
	Version   string  `json:"version"`
	Since     int64   `json:"since,omitempty"` // evidence from this moment was asked for: a renewal
	Items     []Piece `json:"items"`
}

// Piece is one step and the lines that it rests on.
type Piece struct {
	Step  string              `json:"step"`
	State programme.ItemState `json:"state"`
	At    int64               `json:"at"`
	Lines []Proof             `json:"lines"`
}

// Proof is one line of evidence as the basis repeats it.
type Proof struct {
	Number  int64  `json:"line,omitempty"` // in the ledger; none for a first reading
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Version string `json:"version,omitempty"`
	Score   int    `json:"score"`
	Source  string `json:"source,omitempty"`
	At      int64  `json:"at"`
}

// Words of what a holder may show to whoever verifies.
const (
	ShowName      = "name"
	ShowProgramme = "programme"
	ShowDates     = "dates"
	ShowScore     = "score"
)

// shownAtFirst is what verification shows until the holder decides otherwise: nothing that says who they are.
const shownAtFirst = ShowProgramme + " " + ShowDates

// grant is a certificate about to be issued.
type grant struct {
	d   *dossier
	p   *programme.Programme
	s   *Standing
	v   programme.Verdict
	why reason
}

// issue writes the certificate that a standing has earned. The standing is claimed, so it happens once.
func (c *Certification) issue(ctx context.Context, q db.Q, g grant, changes *[]change) error {
	s, p := g.s, g.p
	cert, err := c.draft(ctx, q, g)
	if err != nil {
		return err
	}
	if s.Certificate != "" {
		if err := endCertificate(ctx, q, s.Certificate, endedBy(s.State)); err != nil {
			return err
		}
	}
	if err := insertCertificate(ctx, q, cert); err != nil {
		return err
	}
	g.why.at, g.why.note = g.d.now, s.Certificate
	s.Certificate, s.Term, s.Shaken = cert.Number, cert.Term, 0
	s.Done, s.Steps, s.NextDue = 0, len(p.Certificate.Renew), ""
	// What was done up to now has earned this one; the next asks for what is done in its window.
	s.FreshFrom = max(cert.Window, g.d.now+1)
	*changes = append(*changes, s.to(Certified, g.why))
	*changes = append(*changes, s.passTime(g.d.now)...)
	for _, told := range c.issued {
		if err := told(ctx, q, cert); err != nil {
			return err
		}
	}
	return c.trail.Append(ctx, q, audit.Event{Act: "certificate.issued", Actor: g.why.actor, Subject: cert.Person,
		Facts: map[string]any{"number": cert.Number, "programme": cert.Programme, "version": cert.Version, "basis": cert.BasisHash,
			"expires": cert.Expires}})
}

// endedBy is what is said of a certificate whose place a later one takes.
func endedBy(s State) State {
	switch s {
	case Expired, Revoked:
		return s
	default:
		return Superseded
	}
}

// draft makes the certificate. Renewed in time, it runs on from the end of the one before, so that nobody loses days by
// being early.
func (c *Certification) draft(ctx context.Context, q db.Q, g grant) (Certificate, error) {
	from := g.d.today
	if g.s.State == Expiring || g.s.State == Grace {
		from = g.s.LastDay(c.zone)
	}
	term, err := TermFrom(g.p.Certificate, from, c.zone)
	if err != nil {
		return Certificate{}, err
	}
	serial, err := c.serial(ctx, q)
	if err != nil {
		return Certificate{}, err
	}
	basis, hash, err := basisOf(g)
	return Certificate{Number: c.number(), Serial: serial, Person: g.d.person, Programme: g.p.ID, Version: g.p.Hash(), IssuedAt: g.d.now, Term: term,
		Score: scoreOf(g.v), Basis: basis, BasisHash: hash, By: g.why.actor, Shows: shownAtFirst}, err
}

// listLength is how many places the smallest status list has.
const listLength = 131072

// serial draws a place in the status lists that is free. The lists are kept at most half full, by doubling.
func (c *Certification) serial(ctx context.Context, q db.Q) (int64, error) {
	n, err := claimIssue(ctx, q)
	if err != nil {
		return 0, err
	}
	length := int64(listLength)
	for length < 2*(n+1) {
		length *= 2
	}
	for {
		at := int64(binary.BigEndian.Uint64(c.clock.Bytes(8))>>1) % length
		if taken, err := serialTaken(ctx, q, at); err != nil || !taken {
			return at, err
		}
	}
}

// Stopped gives the places in the status lists of the certificates that are suspended or revoked now; state is one of
// the two. One whose end was brought forward counts as suspended from then on, since its badges name the old end.
func (c *Certification) Stopped(ctx context.Context, state State) ([]int, error) {
	return stopped(ctx, c.db.Read(), state, c.clock.Now())
}

// Listed is how many places the status lists need: one more than the highest that was given away.
func (c *Certification) Listed(ctx context.Context) (int, error) { return listed(ctx, c.db.Read()) }

var numberLetters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// number mints a certificate's number: 80 random bits in four groups, without letters that are mistaken for figures.
func (c *Certification) number() string {
	s := numberLetters.EncodeToString(c.clock.Bytes(10))
	return "TG-" + s[0:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
}

// CleanNumber brings a number as somebody typed it into its form, or gives "": small letters, spaces, missing hyphens,
// and the letters that are taken for figures.
func CleanNumber(s string) string {
	if len(s) > 64 {
		return ""
	}
	s = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(s)))
	s = strings.TrimPrefix(s, "TG")
	if _, err := numberLetters.DecodeString(s); err != nil || len(s) != 16 {
		return ""
	}
	return "TG-" + s[0:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
}

// scoreOf is the mean of the scores that counted, in basis points, rounded down; -1 where nothing was scored.
func scoreOf(v programme.Verdict) int {
	sum, n := 0, 0
	for _, i := range v.Items {
		for _, f := range i.Tasks {
			if f.Met && (f.Task.Quiz != "" || f.Task.Roleplay != "") {
				sum, n = sum+f.Have, n+1
			}
		}
	}
	if n == 0 {
		return -1
	}
	return sum / n
}

// basisOf writes down the evidence: every line that a step rests on, and the first reading of every lesson.
func basisOf(g grant) (text, hash string, err error) {
	byNumber := map[int64]evidence.Line{}
	for _, l := range g.d.lines {
		if l.Number > 0 {
			byNumber[l.Number] = l
		}
	}
	b := Basis{Programme: g.p.ID, Version: g.p.Hash(), Since: g.s.FreshFrom}
	for _, i := range g.v.Items {
		piece := Piece{Step: i.Step.ID, State: i.State, At: i.At, Lines: []Proof{}}
		for _, n := range i.Lines {
			piece.Lines = append(piece.Lines, proof(byNumber[n]))
		}
		for _, f := range i.Tasks {
			if f.Met && len(f.Task.Lessons) > 0 {
				piece.Lines = append(piece.Lines, g.d.readings(f.Task.Lessons, g.s.FreshFrom)...)
			}
		}
		b.Items = append(b.Items, piece)
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return "", "", fmt.Errorf("certification: %w", err)
	}
	sum := sha256.Sum256(raw)
	return string(raw), hex.EncodeToString(sum[:]), nil
}

// readings gives the first reading of each lesson since a moment, where it has no line of its own.
func (d *dossier) readings(lessons []string, since int64) (out []Proof) {
	for _, key := range lessons {
		var first *evidence.Line
		for i := range d.lines {
			l := &d.lines[i]
			if l.Kind == evidence.Lesson && l.Subject == key && l.At >= since && (first == nil || l.At < first.At) {
				first = l
			}
		}
		if first != nil && first.Number == 0 {
			out = append(out, proof(*first))
		}
	}
	return out
}

func proof(l evidence.Line) Proof {
	return Proof{Number: l.Number, Kind: l.Kind, Subject: l.Subject, Version: l.Version, Score: l.Score, Source: l.Source, At: l.At}
}

// Evidence reads the basis back, and says whether it is what was hashed when the certificate was issued.
func (c Certificate) Evidence() (b Basis, whole bool, err error) {
	sum := sha256.Sum256([]byte(c.Basis))
	err = json.Unmarshal([]byte(c.Basis), &b)
	return b, hex.EncodeToString(sum[:]) == c.BasisHash, err
}

// ShowsWord says whether the holder lets others see something.
func (c Certificate) ShowsWord(word string) bool {
	return slices.Contains(strings.Fields(c.Shows), word)
}

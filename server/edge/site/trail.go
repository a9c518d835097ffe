package site

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/edge/telling"
	"tongguan/web/pages/trail"
	"tongguan/web/parts"
)

// mountTrail puts the audit trail at its addresses.
func (s *Site) mountTrail(f *fiber.App) {
	f.Get("/audit", s.in(s.auditTrail)).Post("/audit/check", s.in(s.auditCheck))
	f.Get("/audit/:seq", s.in(s.auditEntry)).Get("/audit/:seq/proof", s.in(s.auditProof))
}

// auditTrail shows what the last check of the trail found, and the entries that are looked for.
func (s *Site) auditTrail(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.ReadTrail, access.Other); err != nil {
		return err
	}
	p := trail.Page{Frame: s.frame(c, v, v.voice.T("trail.title")), Act: cutTo(c.Query("act"), 60), Person: cutTo(c.Query("person"), 60),
		From: c.Query("from"), Until: c.Query("until"), Key: s.Notary.VerifierKey(), Witness: s.Witness}
	var err error
	if p.Check, err = s.trailCheck(c, v); err != nil {
		return err
	}
	acts, err := s.Trail.Acts(c.UserContext(), s.DB.Read(), v.actor)
	if err != nil {
		return err
	}
	for _, a := range acts {
		p.Acts = append(p.Acts, parts.Choice{Value: a, Text: v.voice.T("act." + a)})
	}
	f, err := s.trailFilter(c, v, p, acts)
	p.Errors = s.errors(v, err)
	if err != nil && !again(err) {
		return err
	}
	if err == nil {
		err = s.trailEntries(c, v, &p, f)
	} else {
		setStatus(c, err)
		err = nil
	}
	if err != nil {
		return err
	}
	return s.draw(c, trail.PageOf(p))
}

// trailCheck says what the last check found, and what was signed last.
func (s *Site) trailCheck(c *fiber.Ctx, v visit) (trail.Check, error) {
	ctx, q := c.UserContext(), s.DB.Read()
	last, err := s.Trail.LastCheck(ctx, q, v.actor)
	if err != nil {
		return trail.Check{}, err
	}
	size, err := s.Trail.Size(ctx, q, v.actor)
	if err != nil {
		return trail.Check{}, err
	}
	out := trail.Check{Now: size, Running: last.Running() || last.Asked && last.Begun > 0, Ever: last.Done > 0, Size: last.Report.Size, Root: last.Report.Root,
		Whole: last.Report.Whole(), Checkpoints: last.Report.Checkpoints, Proved: last.Report.Proved, Erased: last.Report.Erased, More: last.Report.More}
	if out.Ever {
		out.When = v.voice.DateTime(last.Done, s.Zone)
	}
	if last.Report.First != nil {
		out.First, out.HasFirst = *last.Report.First, true
	}
	for _, f := range last.Report.Faults {
		out.Faults = append(out.Faults, telling.TrailFault(v.voice, f))
	}
	_, tree, at, err := s.Notary.Last()
	if at > 0 {
		out.Signed, out.SignedAt = tree.N, v.voice.DateTime(at, s.Zone)
	}
	return out, err
}

// trailFilter reads what is looked for.
func (s *Site) trailFilter(c *fiber.Ctx, v visit, p trail.Page, acts []string) (f audit.Filter, err error) {
	f.Limit = perPage + 1 // one more tells whether there are more
	f.Before, _ = strconv.ParseInt(c.Query("before"), 10, 64)
	if act := strings.ToLower(strings.TrimSpace(p.Act)); act != "" {
		for _, a := range acts {
			if strings.HasPrefix(a, act) || strings.Contains(strings.ToLower(v.voice.T("act."+a)), act) {
				f.Acts = append(f.Acts, a)
			}
		}
		if f.Acts == nil {
			f.Acts = []string{act} // nothing is found under it
		}
	}
	if f.From, f.Until, err = s.trailDays(p.From, p.Until); err != nil {
		return f, err
	}
	if name := strings.TrimSpace(p.Person); name != "" {
		found, _, err := s.People.List(c.UserContext(), v.actor, people.Filter{Text: name, Limit: mostPeople})
		if err != nil {
			return f, err
		}
		f.People = []string{}
		for _, one := range found {
			f.People = append(f.People, one.ID)
		}
	}
	return f, nil
}

// mostPeople is how many people of a name are looked for at once.
const mostPeople = 20

// trailDays gives the moments between which the days lie, the last one included.
func (s *Site) trailDays(from, until string) (int64, int64, error) {
	read := func(day, field string, add int) (int64, error) {
		if day == "" {
			return 0, nil
		}
		t, err := time.ParseInLocation(time.DateOnly, day, s.Zone)
		if err != nil {
			return 0, fault.New(fault.Invalid, "people.date_form", "date", cutTo(day, 30)).At(field)
		}
		return t.AddDate(0, 0, add).UnixMilli(), nil
	}
	a, err := read(from, "from", 0)
	if err != nil {
		return 0, 0, err
	}
	b, err := read(until, "until", 1)
	return a, b, err
}

func (s *Site) trailEntries(c *fiber.Ctx, v visit, p *trail.Page, f audit.Filter) error {
	entries, err := s.Trail.Search(c.UserContext(), s.DB.Read(), v.actor, f)
	if err != nil {
		return err
	}
	p.Filtered = p.Act+p.Person+p.From+p.Until != ""
	if f.Before > 0 {
		p.Newest = withoutQuery(c, "before")
	}
	if len(entries) == f.Limit {
		entries = entries[:perPage]
		p.Older = withQuery(c, "before", strconv.FormatInt(entries[perPage-1].Seq, 10))
	}
	for _, e := range entries {
		p.Entries = append(p.Entries, s.trailEntry(v, e))
	}
	return s.trailNames(c, p.Entries)
}

// trailEntry lays an entry out; the names are put in for all at once.
func (s *Site) trailEntry(v visit, e audit.Entry) trail.Entry {
	return trail.Entry{Number: e.Seq, URL: "/audit/" + strconv.FormatInt(e.Seq, 10), When: v.voice.DateTime(e.At, s.Zone), Act: v.voice.T("act." + e.Act),
		Actor: e.Actor, Subject: e.Subject, Erased: e.Erased, Facts: flat(e.Facts), Private: flat(e.Private)}
}

// trailNames puts names in the place of ids.
func (s *Site) trailNames(c *fiber.Ctx, entries []trail.Entry) error {
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Actor, e.Subject)
	}
	names, err := s.People.Names(c.UserContext(), slices.DeleteFunc(ids, func(id string) bool { return id == "" }))
	for i := range entries {
		entries[i].Actor, entries[i].Subject = names[entries[i].Actor], names[entries[i].Subject]
	}
	return err
}

// auditCheck has the whole trail checked.
func (s *Site) auditCheck(c *fiber.Ctx, v visit) error {
	if err := s.Trail.AskCheck(c.UserContext(), s.DB.Read(), v.actor, s.Notary); err != nil {
		return err
	}
	return redirect(c, "/audit")
}

// entryProof gives the entry that the address names, with its proof where there is one.
func (s *Site) entryProof(c *fiber.Ctx, v visit) (audit.Entry, audit.Proof, error) {
	seq, err := strconv.ParseInt(c.Params("seq"), 10, 64)
	if err != nil {
		return audit.Entry{}, audit.Proof{}, fault.New(fault.Missing, "error.missing")
	}
	return s.Trail.Prove(c.UserContext(), s.DB.Read(), v.actor, s.Notary, seq)
}

// auditEntry shows one entry and how to check by hand that it is in the tree.
func (s *Site) auditEntry(c *fiber.Ctx, v visit) error {
	e, proof, err := s.entryProof(c, v)
	unproved := fault.KindOf(err) == fault.Conflict
	if err != nil && !unproved {
		return err
	}
	all := []trail.Entry{s.trailEntry(v, e)}
	if err := s.trailNames(c, all); err != nil {
		return err
	}
	number := strconv.FormatInt(e.Seq, 10)
	p := trail.One{Frame: s.frame(c, v, v.voice.T("trail.entry", "seq", e.Seq)), Entry: all[0], Code: e.Act, Proved: !unproved, Leaf: proof.Leaf,
		Record: proof.Record, Path: proof.Path, Size: proof.Size, Root: proof.Root, Signed: proof.Signed, Key: proof.Key,
		Download: "/audit/" + number + "/proof", Back: "/audit"}
	return s.draw(c, trail.OnePage(p))
}

// auditProof sends the proof for programs.
func (s *Site) auditProof(c *fiber.Ctx, v visit) error {
	e, proof, err := s.entryProof(c, v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tongguan-entry-`+strconv.FormatInt(e.Seq, 10)+`.json"`)
	return c.JSON(proof)
}

// shortHash finds what nobody reads to its end; the whole of it is in the trail.
var shortHash = regexp.MustCompile(`\b([0-9a-f]{8})[0-9a-f]{56}\b`)

// flat writes a JSON object as name=value pairs, in the order of the names.
func flat(raw json.RawMessage) string {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	var parts []string
	for _, k := range sortedKeys(m) {
		if value := strings.Trim(string(m[k]), `"`); value != "" && value != "null" && value != "[]" {
			parts = append(parts, k+"="+shortHash.ReplaceAllString(value, "$1…"))
		}
	}
	return strings.Join(parts, " ")
}

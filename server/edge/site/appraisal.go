package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/server/base/access"
	pages "tongguan/web/pages/appraisal"
)

// Sizes of the lists.
const (
	mostBelow  = 50 // people of a manager on a page
	mostCycles = 24 // the latest, two years of months
)

// appraisals shows what of appraisal concerns the reader: their own, their people's, and the cycles that they run.
func (s *Site) appraisals(c *fiber.Ctx, v visit) error {
	mine, err := s.Appraisals.Mine(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := pages.Home{Frame: s.frame(c, v, v.voice.T("appraisal_page.title")), Opens: v.actor.May(access.RunAppraisal, access.Other)}
	if p.Mine, err = s.appraisalLines(c, v, mine); err != nil {
		return err
	}
	if p.Runs = p.Opens || v.actor.May(access.InspectAppraisal, access.Other); p.Runs {
		if p.Cycles, err = s.cycleLines(c, v); err != nil {
			return err
		}
	} else if p.Manages = v.actor.May(access.SetTarget, access.Below); p.Manages {
		if err = s.appraisalsBelow(c, v, &p); err != nil {
			return err
		}
	}
	return s.draw(c, pages.HomePage(p))
}

// appraisalsBelow lists a manager's people, a page by key at a time.
func (s *Site) appraisalsBelow(c *fiber.Ctx, v visit, p *pages.Home) error {
	page, err := s.Appraisals.Records(c.UserContext(), v.actor, appraisal.Filter{After: c.Query("after"), Size: mostBelow})
	if err != nil {
		return err
	}
	page.Records = slices.DeleteFunc(page.Records, func(r appraisal.Record) bool { return r.Person == v.actor.ID })
	if p.Below, err = s.appraisalLines(c, v, page.Records); err != nil {
		return err
	}
	slices.SortStableFunc(p.Below, func(a, b pages.Line) int { return urgency(b) - urgency(a) })
	if c.Query("after") != "" {
		p.First = "/appraisals"
	}
	if page.Next != "" {
		p.More = "/appraisals?after=" + url.QueryEscape(page.Next)
	}
	return nil
}

// urgency orders a list: first what the reader has to do, of that first what is late; last what is over.
func urgency(l pages.Line) int {
	n := 0
	if l.State.Key == string(appraisal.Closed) {
		n--
	}
	if l.Acts {
		n += 2
	}
	if l.Late {
		n++
	}
	return n
}

// appraisalLines words records for a list. The deadlines of a cycle are the same for all of its records.
func (s *Site) appraisalLines(c *fiber.Ctx, v visit, all []appraisal.Record) (out []pages.Line, err error) {
	var who []string
	cycles := map[string]appraisal.Cycle{}
	for _, r := range all {
		who = append(who, r.Person)
		if _, ok := cycles[r.Cycle]; !ok {
			w, err := s.Appraisals.Record(c.UserContext(), v.actor, r.ID)
			if err != nil {
				return nil, err
			}
			cycles[r.Cycle] = w.In
		}
	}
	names, err := s.People.Names(c.UserContext(), who)
	for _, r := range all {
		out = append(out, s.appraisalLine(v, r, cycles[r.Cycle], names[r.Person]))
	}
	return out, err
}

func (s *Site) appraisalLine(v visit, r appraisal.Record, in appraisal.Cycle, name string) pages.Line {
	l := pages.Line{URL: "/appraisals/" + r.ID, Title: r.Title.In(v.lang), Period: periodText(v, r.Period), State: recordState(v, r.State), Late: r.Late,
		Simulated: r.Simulated}
	if r.Person != v.actor.ID {
		l.Who = name
	}
	d := nextOf(v, r, in.Deadlines)
	l.Next, l.Until, l.Acts = v.voice.T("appraisal_page.next."+d.key), s.dueText(v, d.until), d.acts
	if d.key == "" {
		l.Next = ""
	}
	if r.Visible && r.Has {
		l.Score, l.Band = points(r.Score), bandName(v, in, r.Band)
	}
	return l
}

// duty is what comes next in a record.
type duty struct {
	key, until string // until YYYY-MM-DD or ""
	acts       bool   // it is the reader's to do
}

// nextOf says what comes next in a record for the reader.
func nextOf(v visit, r appraisal.Record, on appraisal.Deadlines) duty {
	own, runs := r.Person == v.actor.ID, v.actor.May(access.RunAppraisal, access.Other)
	runs = runs && !own
	switch r.State {
	case appraisal.Targets:
		return targetsNext(v, r, on.Targets, own)
	case appraisal.Measuring:
		return duty{"figures", on.Figures, false}
	case appraisal.Reviewing:
		return duty{"reviews", on.Reviews, false}
	case appraisal.Calibration:
		if runs {
			return duty{"calibrate", on.Calibration, true}
		}
		return duty{"calibration", on.Calibration, false}
	case appraisal.Shown:
		if own {
			return duty{"respond", r.RespondBy, true}
		}
		return duty{"response", r.RespondBy, false}
	case appraisal.Disputed:
		return duty{map[bool]string{true: "rule", false: "decide"}[runs], "", runs}
	case appraisal.Closed:
		return duty{}
	}
	return duty{map[bool]string{true: "file", false: "close"}[runs], "", runs}
}

func targetsNext(v visit, r appraisal.Record, until string, own bool) duty {
	sets := !own && v.actor.May(access.SetTarget, access.Below)
	switch {
	case r.Agreement == appraisal.Agreed:
		return duty{"agreed", until, false}
	case r.Agreement == appraisal.Objected && sets:
		return duty{"objection", until, true}
	case r.Agreement == appraisal.Objected:
		return duty{"objected", until, false}
	case r.Targets == 0 && sets:
		return duty{"set", until, true}
	case r.Targets == 0:
		return duty{"unset", until, false}
	case own:
		return duty{"agree", until, true}
	}
	return duty{"agreement", until, false}
}

func recordState(v visit, state appraisal.State) pages.State {
	return pages.State{Key: string(state), Text: v.voice.T("appraisal_page.state." + string(state))}
}

// bandName names a band as the cycle's scheme does.
func bandName(v visit, in appraisal.Cycle, id string) string {
	if in.Scheme != nil {
		for _, b := range in.Scheme.Bands {
			if b.ID == id {
				return b.Name.In(v.lang)
			}
		}
	}
	return ""
}

// points writes hundredths of a point with both decimals.
func points(n int64) string {
	if n < 0 {
		return "−" + points(-n)
	}
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}

// trimmed writes hundredths without the decimals that say nothing: 2500 is 25, 1250 is 12.5.
func trimmed(n int64) string {
	if n < 0 {
		return "−" + trimmed(-n)
	}
	return strings.TrimSuffix(strings.TrimRight(points(n), "0"), ".")
}

// cycleLines words the latest cycles, those in which something is late first.
func (s *Site) cycleLines(c *fiber.Ctx, v visit) (out []pages.CycleLine, err error) {
	all, err := s.Appraisals.Cycles(c.UserContext(), v.actor)
	if err != nil {
		return nil, err
	}
	for _, one := range all[:min(len(all), mostCycles)] {
		o, err := s.Appraisals.Cycle(c.UserContext(), v.actor, one.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, s.cycleLine(v, o))
	}
	slices.SortStableFunc(out, func(a, b pages.CycleLine) int { return min(len(b.Late), 1) - min(len(a.Late), 1) })
	return out, nil
}

func (s *Site) cycleLine(v visit, o appraisal.Overview) pages.CycleLine {
	url := "/appraisals/cycles/" + o.ID
	l := pages.CycleLine{URL: url, Title: o.Title.In(v.lang), Period: periodText(v, o.Period), People: v.voice.T("appraisal_page.people", "n", o.People),
		Notes: s.cycleWarnings(v, o), Closed: o.ClosedAt > 0}
	l.Shares, l.Bar = shares(v, o, url)
	if o.Late > 0 {
		l.Late = v.voice.T("appraisal_page.late", "n", o.Late)
	}
	if o.ClosedAt == 0 {
		l.Until = v.voice.T("appraisal_page.ends", "date", s.dueText(v, o.Response))
	}
	return l
}

// shares divides a bar among the states, and says it in words.
func shares(v visit, o appraisal.Overview, url string) (out []pages.Share, words string) {
	x, sum := 0, 0
	var said []string
	for _, state := range appraisal.States() {
		n := o.States[state]
		if n == 0 {
			continue
		}
		sum += n
		end := sum * 1000 / max(o.People, 1)
		st := recordState(v, state)
		out = append(out, pages.Share{State: st, N: v.voice.Number(int64(n)), X: strconv.Itoa(x), W: strconv.Itoa(end - x), URL: url + "?state=" + string(state)})
		said = append(said, st.Text+" "+v.voice.Number(int64(n)))
		x = end
	}
	return out, strings.Join(said, v.voice.T("appraisal_page.comma"))
}

// cycleWarnings says what stands in a cycle's way.
func (s *Site) cycleWarnings(v visit, o appraisal.Overview) (out []string) {
	for _, w := range []struct {
		key string
		n   int
	}{{"appraisal_page.untargeted", o.Untargeted}, {"appraisal_page.unagreed", o.Unagreed}, {"appraisal_page.objections", o.Objected}} {
		if w.n > 0 {
			out = append(out, v.voice.T(w.key, "n", w.n))
		}
	}
	return out
}

package site

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/roleplay"
	"tongguan/server/edge/telling"
	"tongguan/web/pages/practice"
	"tongguan/web/parts"
)

// playing is a scene as one visit sees it.
type playing struct {
	visit
	site  *Site
	scene roleplay.Scene
	run   *pipeline.Run
	sight pipeline.Sight
}

func (s *Site) playPage(c *fiber.Ctx, v visit, scene roleplay.Scene, account int) practice.Play {
	x := playing{v, s, scene, scene.Run, scene.Run.Sight()}
	account = min(max(0, account), x.sight.Accounts()-1)
	t, now := x.run.Territory, x.run.State.Now
	base := "/rehearsals/" + scene.ID
	p := practice.Play{Frame: s.frame(c, v, s.worldTitle(v, scene.World)), Title: s.worldTitle(v, scene.World), Form: base + "/turns", Close: base + "/close",
		Turn: scene.Turns, Account: account, Name: x.name(account), Over: now >= t.End(), When: v.voice.T("roleplay.now", "date", x.moment(now)),
		Left: v.voice.T("roleplay.left", "days", int(t.End()-now)/450), Used: int(now) * 100 / int(t.End())}
	i := t.Indicators(&x.run.State, nil)
	p.Figures = []practice.Figure{{Label: v.voice.T("roleplay.sales"), Value: yuan(v, i.Amount)}, {Label: v.voice.T("roleplay.profit"), Value: yuan(v, i.Profit)},
		{Label: v.voice.T("roleplay.customers"), Value: strconv.FormatInt(i.NewCustomers, 10)}, {Label: v.voice.T("roleplay.forecast"), Value: yuan(v, i.Forecast)},
		{Label: v.voice.T("roleplay.fines"), Value: yuan(v, i.Fines)}}
	for a := range x.sight.Accounts() {
		p.Accounts = append(p.Accounts, x.row(a, a == account, base))
	}
	p.Facts, p.Rail, p.Needs, p.Persons = x.facts(account), x.rail(account), x.needs(account), x.persons(account)
	p.News = x.news(account)
	if !p.Over {
		p.Groups = keyed(x.groups(account))
		p.Offer, p.OfferHint = x.offer(account)
		p.Advice, p.AdviceWhy = x.advice(account)
	}
	if o, ok := x.sight.Counter(account); ok && x.sight.See(account, pipeline.Deal) == 0 {
		p.Counter = v.voice.T("roleplay.counter", "terms", x.terms(int64(o)))
	}
	return p
}

// moment is a minute of the world as a date and a time.
func (x playing) moment(at pipeline.Minute) string {
	return x.run.Territory.Calendar.When(at).Format("2006-01-02 15:04")
}

// name is what an account is called: by the world, or by its segment and number.
func (x playing) name(a int) string {
	seg := int(x.sight.See(a, pipeline.Part))
	first := 0
	for i := range seg {
		first += x.run.Territory.World.Segments[i].Accounts
	}
	s := x.run.Territory.World.Segments[seg]
	if n := a - first; n < len(s.Names) {
		return titled(x.visit, s.Names[n])
	}
	return titled(x.visit, s.Title) + " " + strconv.Itoa(a-first+1)
}

func (x playing) row(a int, current bool, base string) practice.Row {
	see := func(f pipeline.Field) int64 { return x.sight.See(a, f) }
	r := practice.Row{URL: fmt.Sprintf("%s?a=%d", base, a+1), Name: x.name(a), Current: current, Stage: x.voice.T("stage." + parts.Stages[stageOf(see(pipeline.Stage))])}
	state, kind := "new", ""
	switch {
	case see(pipeline.Status) == pipeline.Gone:
		state, r.Gone = "gone", true
	case see(pipeline.Complaint) != 0:
		state, kind = "complaint", "tag-red"
	case see(pipeline.Tempted) == 1:
		state, kind = "tempted", "tag-red"
	case see(pipeline.Tickets) > 0:
		state, kind = "ticket", "tag-now"
	case see(pipeline.Reviewed) == 1 || see(pipeline.Legal) == 1 && see(pipeline.Signed) == 0:
		state = "review"
	case see(pipeline.DeliveredAt) != 0:
		state, kind = "customer", "tag-pass"
	case see(pipeline.Signed) != 0:
		state, kind = "signed", "tag-pass"
	case see(pipeline.Deal) != 0:
		state, kind = "agreed", "tag-now"
	case see(pipeline.Moves) != 0:
		state, kind = "talks", "tag-now"
	case see(pipeline.Met) != 0:
		state = "met"
	}
	r.State, r.Kind = x.voice.T("roleplay.state."+state), kind
	return r
}

func stageOf(stage int64) int64 { return min(max(stage, 1), 6) - 1 }

func (x playing) rail(a int) parts.Rail {
	stage := stageOf(x.sight.See(a, pipeline.Stage))
	r := parts.Rail{}
	for i, name := range parts.Stages {
		g := parts.Gate{Stage: name, State: parts.Later, AtWork: true}
		if int64(i) < stage {
			g.State = parts.Passed
		} else if int64(i) == stage {
			g.State = parts.Current
		}
		r.Gates = append(r.Gates, g)
	}
	return r
}

// facts are what the rep knows of an account.
func (x playing) facts(a int) (out []practice.Figure) {
	add := func(key, value string) {
		out = append(out, practice.Figure{Label: x.voice.T("roleplay.fact." + key), Value: value})
	}
	see := func(f pipeline.Field) int64 { return x.sight.See(a, f) }
	add("trust", x.level(see(pipeline.Trust), 250, 450))
	add("patience", x.level(see(pipeline.Patience), 300, 700))
	if n := see(pipeline.Size); n != 0 {
		add("size", yuan(x.visit, n))
	}
	if n := see(pipeline.Screened); n != 0 {
		add("screened", x.voice.T("roleplay.screened."+strconv.FormatInt(n, 10)))
	}
	if n := see(pipeline.CreditSeen); n != 0 {
		add("credit", strconv.FormatInt((n-1)/10, 10))
	}
	if n := see(pipeline.Matched); n != 0 {
		add("product", titled(x.visit, x.run.Territory.World.Products[n-1].Title))
	}
	if n := see(pipeline.Deal); n != 0 {
		add("deal", x.terms(n-1))
		add("price", yuan(x.visit, see(pipeline.Price)))
	}
	if n := see(pipeline.PromisedBy); n != 0 {
		add("promised", x.run.Territory.Calendar.When(pipeline.Minute(n)).Format(time.DateOnly))
	}
	if see(pipeline.DeliveredAt) != 0 {
		add("satisfaction", strconv.FormatInt(see(pipeline.Satisfaction)/10, 10))
	}
	return out
}

// level says a feeling in a word.
func (x playing) level(n, low, high int64) string {
	switch {
	case n < low:
		return x.voice.T("roleplay.level.low")
	case n < high:
		return x.voice.T("roleplay.level.middle")
	}
	return x.voice.T("roleplay.level.high")
}

func (x playing) needs(a int) (out []practice.Need) {
	known, confirmed := x.sight.See(a, pipeline.Known), x.sight.See(a, pipeline.Confirmed)
	for i, c := range x.run.Territory.World.Capabilities {
		if known&(1<<i) != 0 {
			out = append(out, practice.Need{Text: titled(x.visit, c.Title), Confirmed: confirmed&(1<<i) != 0})
		}
	}
	return out
}

func (x playing) persons(a int) (out []practice.Person) {
	met := x.sight.See(a, pipeline.Met)
	for i := range 4 {
		p := practice.Person{Role: x.voice.T("roleplay.person." + strconv.Itoa(i)), Met: met&(1<<i) != 0, View: x.voice.T("roleplay.not_met")}
		if p.Met {
			p.View = x.voice.T("roleplay.met")
			if n := x.sight.See(a, pipeline.Attitude0+pipeline.Field(i)); n != 0 {
				p.View = x.voice.T("roleplay.view." + telling.Leaning(n))
			}
		}
		out = append(out, p)
	}
	return out
}

// terms writes an outcome of the negotiation.
func (x playing) terms(outcome int64) string { return x.teller().Terms(outcome) }

// advice is what the expert policy would do, out of what the rep knows, and the clauses that say why.
func (x playing) advice(a int) (text string, why []parts.Chip) {
	if x.sight.See(a, pipeline.Status) == pipeline.Gone {
		return "", nil
	}
	act := x.run.Advise(&pipeline.Expert, a)
	if act.Kind == pipeline.Wait {
		return x.voice.T("roleplay.coach_waits"), nil
	}
	for _, clause := range act.Kind.Clauses() {
		why = append(why, x.site.chip(x.visit, clause))
	}
	return x.voice.T("roleplay.coach_says", "act", x.actText(act.Kind.String(), act.Arg)), why
}

// groups are the acts that are possible now, by stage.
func (x playing) groups(a int) (out []practice.Group) {
	for _, g := range actGroups {
		group := practice.Group{Title: x.voice.T("roleplay.group." + g.name)}
		for _, kind := range g.acts {
			group.Acts = append(group.Acts, x.acts(a, kind)...)
		}
		switch now := g.name == parts.Stages[stageOf(x.sight.See(a, pipeline.Stage))]; {
		case len(group.Acts) == 0:
		case now && len(out) > 0 && !urgent(out[0], x):
			out = append([]practice.Group{group}, out...)
		default:
			out = append(out, group)
		}
	}
	return out
}

// keyed gives the first acts of a page a digit or a letter each.
func keyed(groups []practice.Group) []practice.Group {
	keys := "123456789abcdefghijklmnopqrstuvwxyz"
	for g := range groups {
		for a := range groups[g].Acts {
			if act := &groups[g].Acts[a]; keys != "" && !act.Danger {
				act.Key, keys = keys[:1], keys[1:]
			}
		}
	}
	return groups
}

// urgent says whether a group is the one that comes first whatever the stage.
func urgent(g practice.Group, x playing) bool { return g.Title == x.voice.T("roleplay.group.urgent") }

var actGroups = []struct {
	name string
	acts []pipeline.ActKind
}{
	{"urgent", []pipeline.ActKind{pipeline.HandleComplaint, pipeline.ReportViolation, pipeline.Decline, pipeline.Pay, pipeline.Assign, pipeline.Solve}},
	{"develop", []pipeline.ActKind{pipeline.Research, pipeline.Screen, pipeline.Call, pipeline.Mail, pipeline.Visit}},
	{"understand", []pipeline.ActKind{pipeline.AskOpen, pipeline.AskProbing, pipeline.AskConfirming, pipeline.Confirm}},
	{"design", []pipeline.ActKind{pipeline.Match, pipeline.Design, pipeline.SubmitReview, pipeline.Present}},
	{"negotiate", []pipeline.ActKind{pipeline.Prepare, pipeline.CreditCheck, pipeline.Accept, pipeline.WalkAway}},
	{"deliver", []pipeline.ActKind{pipeline.SubmitLegal, pipeline.Coordinate, pipeline.Sign, pipeline.Order, pipeline.Track}},
	{"care", []pipeline.ActKind{pipeline.Feedback, pipeline.Revisit}},
	{"team", []pipeline.ActKind{pipeline.Report, pipeline.Meeting, pipeline.Escalate, pipeline.Drop, pipeline.Wait}},
}

func (x playing) acts(a int, kind pipeline.ActKind) (out []practice.Act) {
	args := 1
	if kind == pipeline.Match {
		args = len(x.run.Territory.World.Products)
	}
	for arg := range args {
		act := pipeline.Act{Kind: kind, Account: a, Arg: int64(arg)}
		if !x.sight.Can(act) {
			continue
		}
		label := x.voice.T("simulate.act." + kind.String())
		if kind == pipeline.Match {
			p := x.run.Territory.World.Products[arg]
			label = x.voice.T("roleplay.match", "product", titled(x.visit, p.Title), "price", yuan(x.visit, p.List))
		}
		b := practice.Act{Kind: kind.String(), Arg: strconv.Itoa(arg), Label: label, Danger: kind == pipeline.Pay || kind == pipeline.Drop || kind == pipeline.WalkAway,
			Minutes: x.voice.T("roleplay.minutes", "n", x.run.Territory.World.Minutes[kind.String()])}
		if kind == pipeline.Wait {
			b.Minutes = x.voice.T("roleplay.tomorrow")
		}
		if cs := kind.Clauses(); len(cs) > 0 {
			b.Clause = cs[0]
		}
		out = append(out, b)
	}
	return out
}

// offer is the form of an offer, with what was offered last chosen; none where no offer is possible.
func (x playing) offer(a int) (out []parts.Select, hint string) {
	if !x.sight.Can(pipeline.Act{Kind: pipeline.Offer, Account: a}) {
		return nil, ""
	}
	t := x.run.Territory
	moves := x.sight.See(a, pipeline.Moves)
	var last [4]int64
	if moves > 1 {
		last, _ = t.Terms(pipelineOutcome(x.sight.See(a, pipeline.Move0+pipeline.Field(moves-2))))
	} else {
		last, _ = t.Terms(0)
	}
	for i, values := range [][]int64{t.World.Terms.Discount, t.World.Terms.Payment, t.World.Terms.Delivery, t.World.Terms.Warranty} {
		s := parts.Select{ID: terms[i], Name: terms[i], Label: x.voice.T("roleplay.term." + terms[i])}
		for j, value := range values {
			text := strconv.FormatInt(value, 10)
			if i == 0 {
				text = telling.Basis(value)
			}
			s.Choices = append(s.Choices, parts.Choice{Value: strconv.Itoa(j), Text: x.voice.T("roleplay.term_value."+terms[i], "n", text), Chosen: value == last[i]})
		}
		out = append(out, s)
	}
	return out, x.voice.T("roleplay.rounds_left", "n", t.World.Terms.Rounds-int(moves/2))
}

package site

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/external"
	room "tongguan/courses/reward"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/edge/sheet"
	view "tongguan/web/pages/reward"
	"tongguan/web/parts"
)

// rewardHome is where the navigation leads: to those of others, or to one's own.
func rewardHome(v visit) string {
	if v.actor.May(access.SeeReward, access.Below) || v.actor.May(access.SeeReward, access.Other) {
		return "/rewards"
	}
	return "/rewards/mine"
}

// rewardFilter reads the filters from the address.
func rewardFilter(c *fiber.Ctx) room.Filter {
	return room.Filter{View: room.View(c.Query("view")), Kind: room.Kind(c.Query("kind")), Team: c.Query("team"), After: c.Query("after")}
}

// rewardList lists those of others that the reader may see: first what waits.
func (s *Site) rewardList(c *fiber.Ctx, v visit) error { return s.drawRewards(c, v, "", nil) }

func (s *Site) drawRewards(c *fiber.Ctx, v visit, request string, cause error) error {
	f := rewardFilter(c)
	page, err := s.Rewards.List(c.UserContext(), v.actor, f)
	if err != nil {
		return err
	}
	if request == "" {
		request = s.Clock.ID()
	}
	p := view.List{Frame: s.frame(c, v, v.voice.T("reward.title")), Request: request, Errors: s.errors(v, cause), Empty: v.voice.T("reward.none"),
		MayPropose: v.actor.May(access.ProposeReward, access.Below)}
	if f.View == room.Settled || f.View == room.All {
		p.Empty, p.Hidden = v.voice.T("reward.none_such"), [][2]string{{"view", string(f.View)}}
	}
	if f.After != "" {
		p.First = withoutQuery(c, "after")
	}
	if page.Next != "" {
		p.More = withQuery(c, "after", page.Next)
	}
	if err := s.rewardFrame(c, v, &p); err != nil {
		return err
	}
	if p.Lines, err = s.rewardLines(c.UserContext(), v, page.Rewards); err != nil {
		return err
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, view.ListPage(p))
}

// rewardFrame fills in what stands around the list: tabs, filters, exports, and what proposals can be derived from.
func (s *Site) rewardFrame(c *fiber.Ctx, v visit, p *view.List) error {
	for _, x := range room.Views() {
		current := c.Query("view") == string(x) || x == room.Waiting && c.Query("view") == ""
		p.Tabs = append(p.Tabs, parts.Tab{Text: v.voice.T("reward.view." + string(x)), URL: "/rewards?view=" + string(x), Current: current})
	}
	team, err := s.teamFilter(c, v)
	if err != nil {
		return err
	}
	kinds := parts.Select{ID: "kind", Name: "kind", Label: v.voice.T("reward.kind_head"), Empty: v.voice.T("reward.all_kinds")}
	for _, k := range room.Kinds() {
		kinds.Choices = append(kinds.Choices, parts.Choice{Value: string(k), Text: v.voice.T("reward.kind." + string(k)), Chosen: c.Query("kind") == string(k)})
	}
	p.Filters = []parts.Select{team, kinds}
	q := url.Values{}
	for k, value := range c.Queries() {
		if k != "after" {
			q.Set(k, value)
		}
	}
	for _, kind := range []string{"csv", "xlsx"} {
		p.Exports = append(p.Exports, parts.Link{Text: v.voice.T("cert_team.export_" + kind), URL: "/rewards." + kind + "?" + q.Encode()})
	}
	cycles, err := s.Rewards.Cycles(c.UserContext(), v.actor)
	for _, x := range cycles {
		p.Cycles = append(p.Cycles, parts.Choice{Value: x.ID, Text: rewardPeriod(v, x.Period) + " · " + x.Title.In(v.lang), Chosen: c.FormValue("cycle") == x.ID})
	}
	return err
}

// rewardFolk is the names of those whom some rewards concern, and of all teams.
type rewardFolk struct{ names, teams map[string]string }

func (s *Site) rewardFolk(ctx context.Context, all []room.Reward) (f rewardFolk, err error) {
	var ids []string
	for _, r := range all {
		ids = append(ids, r.Person, r.ProposedBy, r.DecidedBy)
	}
	if f.names, err = s.People.Names(ctx, ids); err != nil {
		return f, err
	}
	f.teams, err = s.Teams.Names(ctx)
	return f, err
}

func (s *Site) rewardLines(ctx context.Context, v visit, all []room.Reward) (out []view.Line, err error) {
	f, err := s.rewardFolk(ctx, all)
	for _, r := range all {
		l := view.Line{URL: "/rewards/" + r.ID, Who: f.names[r.Person], Team: f.teams[r.Team], Kind: string(r.Kind), KindText: v.voice.T("reward.kind." + string(r.Kind)),
			State: string(r.State), StateText: v.voice.T("reward.state." + string(r.State)), Why: s.rewardWhy(v, r, f.names), Date: v.voice.Date(r.ProposedAt, s.Zone)}
		if r.Amount > 0 {
			l.Amount = moneyOf(v, r.Amount)
		}
		if r.DecidedAt > 0 {
			l.Date = v.voice.Date(r.DecidedAt, s.Zone)
		}
		if r.Person == v.actor.ID {
			l.Team, l.Why = "", r.Decision
		}
		out = append(out, l)
	}
	return out, err
}

// rewardWhy says in one line why something was proposed.
func (s *Site) rewardWhy(v visit, r room.Reward, names map[string]string) string {
	if r.Derived {
		return rewardRow(v, r)
	}
	return v.voice.T("reward.proposed_why", "who", names[r.ProposedBy], "why", strings.Join(strings.Fields(r.Proposal), " "))
}

// rewardRow says which months a rule was derived from.
func rewardRow(v visit, r room.Reward) string {
	var periods []string
	for _, m := range r.Months {
		periods = append(periods, rewardPeriod(v, m.Period))
	}
	if len(r.Months) == 0 {
		return ""
	}
	key := "reward.row_one"
	if len(r.Months) > 1 {
		key = "reward.row"
	}
	return v.voice.T(key, "times", len(r.Months), "band", r.Months[0].Name.In(v.lang), "periods", strings.Join(periods, v.voice.T("list.comma")))
}

// rewardPeriod writes a month or a year.
func rewardPeriod(v visit, period string) string {
	month, err := time.Parse("2006-01", period)
	switch {
	case err != nil:
		return v.voice.T("reward.year", "year", period)
	case v.lang == "en":
		return month.Format("Jan 2006")
	}
	return month.Format("2006年1月")
}

// rewardMine lists what was granted to the reader.
func (s *Site) rewardMine(c *fiber.Ctx, v visit) error {
	all, err := s.Rewards.Mine(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := view.Mine{Frame: s.frame(c, v, v.voice.T("reward.mine"))}
	if p.Lines, err = s.rewardLines(c.UserContext(), v, all); err != nil {
		return err
	}
	return s.draw(c, view.MinePage(p))
}

// rewardColumns are the headings of the list as a file.
var rewardColumns = []string{"reward.person", "reward.team", "reward.kind_head", "reward.state_head", "reward.why", "reward.clause", "reward.proposed_on", "reward.decided_on",
	"reward.decided_who", "reward.amount_yuan", "reward.decision", "reward.until"}

// rewardTable is the list as a file, with the filters of the page.
func (s *Site) rewardTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	f := rewardFilter(c)
	f.After, f.Size = "", 500
	first, err := s.Rewards.List(ctx, v.actor, f)
	var header []string
	for _, k := range rewardColumns {
		header = append(header, v.voice.T(k))
	}
	return sheet.Table{Name: v.voice.T("reward.title"), Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		for page := first; ; {
			folk, err := s.rewardFolk(ctx, page.Rewards)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range page.Rewards {
				if !yield(s.rewardCells(v, r, folk), nil) {
					return
				}
			}
			if f.After = page.Next; f.After == "" {
				return
			}
			if page, err = s.Rewards.List(ctx, v.actor, f); err != nil {
				yield(nil, err)
				return
			}
		}
	}}, err
}

func (s *Site) rewardCells(v visit, r room.Reward, f rewardFolk) []sheet.Cell {
	out := []sheet.Cell{sheet.Text(f.names[r.Person]), sheet.Text(f.teams[r.Team]), sheet.Text(v.voice.T("reward.kind." + string(r.Kind))), sheet.Text(v.voice.T("reward.state." + string(r.State))),
		sheet.Text(s.rewardWhy(v, r, f.names)), sheet.Text(r.Clause), sheet.Moment(r.ProposedAt), sheet.Moment(r.DecidedAt), sheet.Text(f.names[r.DecidedBy]), {}, sheet.Text(r.Decision), {}}
	if r.Amount > 0 {
		out[9] = sheet.Decimal(yuanOf(r.Amount))
	}
	if r.Until != "" {
		out[11] = sheet.Date(r.Until)
	}
	return out
}

// fenOf reads an amount in yuan as fen.
func fenOf(yuan string) (int64, error) {
	fen, err := external.Fen(yuan)
	if err != nil {
		return 0, fault.New(fault.Invalid, "reward.amount_form").At("amount")
	}
	return fen, nil
}

// rewardPerson finds whom somebody means: by login, or by a name that only one person has; never the reader themself.
func (s *Site) rewardPerson(ctx context.Context, v visit, who string) (people.Person, error) {
	all, _, err := s.People.List(ctx, v.actor, people.Filter{Text: who})
	if err != nil {
		return people.Person{}, err
	}
	var named []people.Person
	for _, p := range all {
		if p.ID == v.actor.ID {
			continue
		}
		if people.FoldLogin(p.Login) == people.FoldLogin(who) {
			return p, nil
		}
		if p.Name == who {
			named = append(named, p)
		}
	}
	if len(named) == 1 {
		return named[0], nil
	}
	return people.Person{}, fault.New(fault.Invalid, "reward.nobody_such").At("who")
}

package admin

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/config"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
	"tongguan/server/edge/badges"
)

// listed is one certificate as `certificate list -json` prints it.
type listed struct {
	Number    string     `json:"number"`
	Person    string     `json:"person"` // login
	Programme string     `json:"programme"`
	Status    string     `json:"status"`
	Issued    time.Time  `json:"issued"`
	Expires   *time.Time `json:"expires"` // the first moment at which it is no longer valid; null: no end
}

// certificateList lists every certificate, the latest first.
func certificateList(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	rows := []listed{}
	for l, err := range a.Certificates.All(ctx, access.Operator()) {
		if err != nil {
			return err
		}
		rows = append(rows, listed{l.Number, l.Login, l.Programme, string(l.State), time.UnixMilli(l.IssuedAt).UTC(), moment(l.Expires)})
	}
	if *asJSON {
		return d.json(rows)
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		until := d.voice.T("certificate.no_end")
		if r.Expires != nil {
			until = r.Expires.Add(-time.Millisecond).In(a.Zone).Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Number, r.Person, r.Programme, d.voice.T("standing."+r.Status), r.Issued.In(a.Zone).Format(time.DateOnly), until)
	}
	return w.Flush()
}

func moment(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

// explained is what `certificate explain -json` prints.
type explained struct {
	Person      string        `json:"person"`
	Programme   string        `json:"programme"`
	Version     string        `json:"version"` // hash of the programme's text
	Status      string        `json:"status"`
	Eligible    bool          `json:"eligible"` // everything that is asked now is done
	Waiting     bool          `json:"waits_for_approval"`
	Renewal     bool          `json:"renewal"`
	Certificate string        `json:"certificate,omitempty"`
	Missing     []string      `json:"missing"` // certificates that must be held first
	Items       []item        `json:"items"`
	History     []transitions `json:"history"`
}

type item struct {
	Step  string     `json:"step"`
	Title string     `json:"title"`
	State string     `json:"state"` // done, waived, ready, locked
	Due   string     `json:"due,omitempty"`
	Late  bool       `json:"late"`
	At    *time.Time `json:"at"`
	Tasks []finding  `json:"tasks"`
}

type finding struct {
	Kind    string  `json:"kind"`
	Subject string  `json:"subject"`
	Met     bool    `json:"met"`
	Why     string  `json:"why"`
	Have    int     `json:"have"`
	Want    int     `json:"want"`
	Tries   int     `json:"tries"`
	Lines   []int64 `json:"lines"`
}

type transitions struct {
	Before string    `json:"before"`
	After  string    `json:"after"`
	Cause  string    `json:"cause"`
	At     time.Time `json:"at"`
}

// certificateExplain says why a person is or is not certified, item by item.
func certificateExplain(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 2); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	who, err := named(ctx, a, f.Arg(0))
	if err != nil {
		return err
	}
	x, err := a.Certificates.Explain(ctx, access.Operator(), who.ID, f.Arg(1))
	if err != nil {
		return err
	}
	if *asJSON {
		return d.json(d.explained(who, x))
	}
	d.printExplained(who, x)
	return nil
}

// named finds a person by login or id.
func named(ctx context.Context, a *app.App, name string) (people.Person, error) {
	if p, err := a.People.Get(ctx, access.Operator(), name); err == nil || fault.KindOf(err) != fault.Missing {
		return p, err
	}
	found, _, err := a.People.List(ctx, access.Operator(), people.Filter{Text: name})
	for _, p := range found {
		if p.Login == people.FoldLogin(name) {
			return p, nil
		}
	}
	return people.Person{}, errors.Join(err, fault.New(fault.Missing, "cli.nobody", "name", name))
}

func (d *desk) explained(who people.Person, x certification.Explanation) explained {
	out := explained{Person: who.Login, Programme: x.Programme.ID, Version: x.Programme.Hash(), Status: string(x.State), Eligible: x.Verdict.Met && !x.Settled,
		Waiting: x.Waiting, Renewal: x.Renewal, Certificate: x.Standing.Certificate, Missing: append([]string{}, x.Verdict.Missing...), Items: []item{}, History: []transitions{}}
	for _, i := range x.Verdict.Items {
		one := item{Step: i.Step.ID, Title: i.Step.Title.In(d.voice.Lang()), State: string(i.State), Due: i.Due, Late: i.Late, At: moment(i.At), Tasks: []finding{}}
		for _, t := range i.Tasks {
			kind, subject := asked(t.Task)
			one.Tasks = append(one.Tasks, finding{kind, subject, t.Met, string(t.Why), t.Have, t.Want, t.Tries, append([]int64{}, t.Lines...)})
		}
		out.Items = append(out.Items, one)
	}
	for _, tr := range x.History {
		out.History = append(out.History, transitions{string(tr.Before), string(tr.After), string(tr.Cause), time.UnixMilli(tr.At).UTC()})
	}
	return out
}

// asked says what a task asks for.
func asked(t *programme.Task) (kind, subject string) {
	switch {
	case t.Of != "":
		return "lesson", t.Of
	case t.Quiz != "":
		return "quiz", t.Quiz
	case t.Roleplay != "":
		return "roleplay", t.Roleplay
	case t.Session != "":
		return "session", t.Session
	case t.External != "":
		return "external", t.External
	}
	return "signoff", string(t.Signoff)
}

func (d *desk) printExplained(who people.Person, x certification.Explanation) {
	d.say("cli.explain_head", "name", who.Name, "login", who.Login, "programme", x.Programme.Title.In(d.voice.Lang()), "state", d.voice.T("standing."+string(x.State)))
	if x.Standing.Certificate != "" {
		d.say("cli.explain_number", "number", x.Standing.Certificate)
	}
	for _, need := range x.Verdict.Missing {
		d.say("cli.explain_needs", "programme", need)
	}
	for _, i := range x.Verdict.Items {
		d.say("cli.explain_item", "state", d.voice.T("cli.item_"+string(i.State)), "title", i.Step.Title.In(d.voice.Lang()), "due", i.Due)
		for _, t := range i.Tasks {
			kind, subject := asked(t.Task)
			d.say("cli.explain_task", "kind", d.voice.T("cli.task_"+kind), "subject", subject, "why", d.why(kind, t))
		}
	}
	switch {
	case x.Waiting:
		d.say("cli.explain_waits")
	case x.Settled:
		d.say("cli.explain_settled")
	}
}

// why says what was found of a task: scores as per cent, lessons as numbers.
func (d *desk) why(kind string, t programme.Finding) string {
	have, want := fmt.Sprint(t.Have), fmt.Sprint(t.Want)
	if kind == "quiz" || kind == "roleplay" {
		have, want = d.voice.Percent(t.Have), d.voice.Percent(t.Want)
	}
	return d.voice.T("cli.why_"+string(t.Why), "have", have, "want", want)
}

// certificateExport writes a certificate as a signed credential or as a PDF.
func certificateExport(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	format := f.String("format", "vc-jwt", d.help("certificate_format"))
	out := f.String("out", "", d.help("export_out"))
	lang := f.String("lang", d.voice.Lang(), d.help("certificate_lang"))
	number, err := d.oneAnywhere(f, args)
	if err != nil {
		return err
	}
	if *format != "vc-jwt" && *format != "pdf" || *lang != "zh" && *lang != "en" || *out == "" {
		d.warn("cli.export_use")
		return errUsage
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	look, err := a.Certificates.Certificate(ctx, access.Operator(), number)
	if err != nil {
		return err
	}
	var file []byte
	if *format == "pdf" {
		file, err = a.Seal.Print(ctx, look, *lang)
	} else {
		var token string
		token, err = a.Seal.Badge(ctx, look, *lang, nil)
		file = []byte(token + "\n")
	}
	if err == nil {
		err = os.WriteFile(*out, file, 0o644)
	}
	return err
}

// oneAnywhere reads flags before and after the one argument.
func (d *desk) oneAnywhere(f *flag.FlagSet, args []string) (string, error) {
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		args = append(args[1:len(args):len(args)], args[0])
	}
	if err := d.parse(f, args, 1); err != nil {
		return "", err
	}
	return f.Arg(0), nil
}

func (d *desk) warn(k string, args ...any) { fmt.Fprintln(d.err, d.voice.T(k, args...)) }

// certificateRotate makes a new key that signs from now on.
func certificateRotate(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	kind := f.String("kind", string(badges.Ed25519), d.help("key_kind"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	if k := badges.Kind(*kind); k != badges.Ed25519 && k != badges.RSA {
		d.warn("cli.key_kind_unknown")
		return errUsage
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	if _, err := badges.OpenKeys(cfg.BadgeKeys); err != nil {
		return err
	}
	keys, err := badges.Rotate(cfg.BadgeKeys, badges.Kind(*kind))
	if err != nil {
		return err
	}
	set := keys.Set(badges.Site{URL: cfg.URL, Name: cfg.Company})
	d.say("cli.rotated", "folder", cfg.BadgeKeys, "kid", set.Keys[0].Kid, "n", len(set.Keys))
	return nil
}

package admin

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/edge/app"
	"tongguan/server/edge/badges"
)

// verdict is what `certificate verify -json` prints.
type verdict struct {
	Status     string     `json:"status"` // valid, expired, revoked, suspended, altered, early, unknown_key, unchecked
	Reason     string     `json:"reason,omitempty"`
	NotChecked []string   `json:"not_checked"`
	Number     string     `json:"number,omitempty"`
	Programme  string     `json:"programme,omitempty"`
	Title      string     `json:"title,omitempty"`
	Holder     string     `json:"holder,omitempty"` // by name, where the badge gives it
	Issuer     string     `json:"issuer,omitempty"`
	Issued     *time.Time `json:"issued,omitempty"`
	Expires    *time.Time `json:"expires,omitempty"`
}

// certificateVerify says what a badge or a printed certificate is worth. With the published keys and lists as files it
// needs nothing else; without, it takes those of this house.
func certificateVerify(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	keys := f.String("keys", "", d.help("verify_keys"))
	issuer := f.String("issuer", "", d.help("verify_issuer"))
	var lists names
	f.Var(&lists, "list", d.help("verify_list"))
	without := f.Bool("without-lists", false, d.help("verify_without"))
	asJSON := f.Bool("json", false, d.help("json"))
	name, err := d.oneAnywhere(f, args)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	against, err := d.against(ctx, *keys, *issuer, lists)
	if err != nil {
		return err
	}
	at := time.UnixMilli(clock.System().Now())
	v := badges.VerifyFile(file, against, at)
	if !bytes.HasPrefix(file, []byte("%PDF-")) {
		v = badges.Verify(strings.TrimSpace(string(file)), against, at)
	}
	return d.tellVerdict(v, *without, *asJSON)
}

// names are the values of a flag that may be given several times.
type names []string

func (n *names) String() string     { return strings.Join(*n, ",") }
func (n *names) Set(s string) error { *n = append(*n, s); return nil }

// against gathers what to verify with: files where they are named, else what this house publishes.
func (d *desk) against(ctx context.Context, keys, issuer string, lists []string) (badges.Against, error) {
	if keys == "" {
		a, err := d.open(ctx, app.Options{})
		if err != nil {
			return badges.Against{}, err
		}
		defer a.Close() //nolint:errcheck // the program ends here
		return a.Seal.Against(ctx)
	}
	text, err := os.ReadFile(keys)
	if err != nil {
		return badges.Against{}, err
	}
	out := badges.Against{Issuer: issuer}
	if out.Keys, err = badges.ParseSet(text); err != nil {
		return out, err
	}
	if out.Issuer == "" {
		cfg, err := config.Load()
		if err != nil {
			return out, err
		}
		out.Issuer = badges.Site{URL: cfg.URL}.Issuer()
	}
	for _, name := range lists {
		text, err := os.ReadFile(name)
		if err != nil {
			return out, err
		}
		out.Lists = append(out.Lists, strings.TrimSpace(string(text)))
	}
	return out, nil
}

// tellVerdict prints a verdict; only what is valid is no error. What nobody could look up in a list of the revoked is not
// called valid, unless one has said that it shall be.
func (d *desk) tellVerdict(v badges.Verdict, without, asJSON bool) error {
	out := verdict{Status: string(v.State), Reason: string(v.Reason), NotChecked: []string{}}
	for _, n := range v.NotChecked {
		out.NotChecked = append(out.NotChecked, string(n))
		if v.State == badges.Valid && n == badges.NoRevocation && !without {
			out.Status = "unchecked"
		}
	}
	if s := v.Said; s != nil {
		out.Number, out.Programme, out.Title, out.Issuer = last(s.ID), s.Programme, s.Title, s.IssuerName
		if !s.Holder.Hashed {
			out.Holder = s.Holder.Hash
		}
		out.Issued, out.Expires = stated(s.Issued), stated(s.Expires)
	}
	if asJSON {
		if err := d.json(out); err != nil {
			return err
		}
	} else {
		sentence := "cli.verdict_" + out.Status
		d.say(sentence, "title", out.Title, "number", out.Number, "reason", out.Reason)
		if out.Holder != "" {
			d.say("cli.verdict_holder", "name", out.Holder)
		}
		for _, n := range out.NotChecked {
			sentence = "cli.unchecked_" + n
			d.say(sentence)
		}
	}
	if out.Status != string(badges.Valid) {
		return errors.New(d.voice.T("cli.not_valid", "status", out.Status))
	}
	return nil
}

func last(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

func stated(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

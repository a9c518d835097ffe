package admin

import (
	"context"
	"fmt"
	"os"
	"strings"

	"tongguan/server/base/access"
	"tongguan/server/edge/app"
	"tongguan/server/edge/personal"
)

// peopleExport writes everything that is kept about a person into a file.
func peopleExport(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	out := f.String("out", "", d.help("export_out"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	if !strings.HasSuffix(*out, ".zip") && !strings.HasSuffix(*out, ".json") {
		fmt.Fprintln(d.err, d.voice.T("cli.export_suffix"))
		return errUsage
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	who, err := a.People.ByLogin(ctx, access.Operator(), f.Arg(0))
	if err != nil {
		return err
	}
	e, err := a.Personal.Export(ctx, access.Operator(), who.ID)
	if err != nil {
		return err
	}
	var data []byte
	if strings.HasSuffix(*out, ".json") {
		data, err = e.JSON()
	} else {
		data, err = e.Zip(personal.Explain(d.book))
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, data, 0o600); err != nil {
		return err
	}
	d.say("cli.exported", "login", who.Login, "n", len(e.Tables), "file", *out)
	return nil
}

// peopleSuspend ends a person's sessions and lets them in no more.
func peopleSuspend(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	who, err := a.People.ByLogin(ctx, access.Operator(), f.Arg(0))
	if err != nil {
		return err
	}
	if err := a.People.Suspend(ctx, access.Operator(), who.ID); err != nil {
		return err
	}
	d.say("cli.suspended", "login", who.Login)
	return nil
}

// peopleErase takes a person out of the database and leaves a pseudonym.
func peopleErase(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	reason := f.String("reason", "", d.help("erase_reason"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	who, err := a.People.ByLogin(ctx, access.Operator(), f.Arg(0))
	if err != nil {
		return err
	}
	if err := a.Personal.Erase(ctx, access.Operator(), personal.Erasure{Person: who.ID, Confirm: f.Arg(0), Reason: *reason}); err != nil {
		return err
	}
	d.say("cli.erased", "id", who.ID)
	return nil
}

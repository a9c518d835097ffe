package admin

import (
	"context"
	"fmt"
	"text/tabwriter"

	"tongguan/server/base/config"
	"tongguan/server/base/db"
)

// showConfig prints every setting with its present value.
func showConfig(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	if *asJSON {
		return d.json(cfg.Settings())
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, s := range cfg.Settings() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, s.Value, s.Help)
	}
	return w.Flush()
}

// migrate brings the schema up to date.
func migrate(ctx context.Context, d *desk, args []string) error {
	if err := d.parse(d.flags(), args, 0); err != nil {
		return err
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	base, err := db.Open(cfg.Database, cfg.Pool)
	if err != nil {
		return err
	}
	defer base.Close() //nolint:errcheck // the program ends here
	ran, err := base.Migrate(ctx)
	for _, name := range ran {
		d.say("cli.migrated", "file", name)
	}
	if err == nil && len(ran) == 0 {
		d.say("cli.up_to_date")
	}
	return err
}

package admin

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/edge/app"
	company "tongguan/server/edge/demo"
	"tongguan/server/edge/site"
)

// serve runs the academy for a company. On a database without people it prints the link that creates the
// administrator.
func serve(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	folder := f.String("content", "", d.help("content"))
	auto := f.Bool("migrate", true, d.help("migrate"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	a, err := app.Build(cfg, app.Options{Content: *folder, Clock: clock.System(), Log: d.log})
	if err != nil {
		return err
	}
	if *auto {
		if _, err := a.DB.Migrate(ctx); err != nil {
			return err
		}
	} else if err := a.Ready(ctx); err != nil {
		return err
	}
	token, err := a.Door.FirstLink(ctx)
	if err != nil {
		return err
	}
	return a.Serve(ctx, nil, func(addr string) {
		d.say("cli.serving", "url", address(cfg, addr))
		if token != "" {
			d.say("cli.first_admin", "url", address(cfg, addr)+"/welcome/"+token)
		}
	})
}

// address is where people reach the site; with a port chosen by the system, that one.
func address(cfg config.Config, addr string) string {
	if strings.HasSuffix(cfg.Addr, ":0") && cfg.URL == "http://"+cfg.Addr {
		return "http://" + addr
	}
	return cfg.URL
}

// demo runs the academy with an invented company, made at the first start.
func demo(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	folder := f.String("content", "", d.help("content"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	c, err := company.Read(app.Content(""))
	if err != nil {
		return err
	}
	if os.Getenv("TONGGUAN_COMPANY") == "" && len(c.Teams) > 0 {
		cfg.Company = c.Teams[0].Name
	}
	d.say("cli.demo_filling")
	filled, err := company.Fill(ctx, cfg, app.Options{Content: *folder, Clock: clock.System(), Log: d.log}, c)
	if err != nil {
		return err
	}
	a, err := app.Build(cfg, app.Options{Content: *folder, Clock: clock.System(), Log: d.log, Demo: true})
	if err != nil {
		return err
	}
	return a.Serve(ctx, signIns(c), func(addr string) {
		if !filled {
			d.say("cli.demo_kept", "data", cfg.Data)
		}
		d.say("cli.serving", "url", address(cfg, addr))
		d.printSignIns(c)
	})
}

func signIns(c company.Company) []site.Demo {
	out := make([]site.Demo, len(c.Accounts))
	for i, a := range c.Accounts {
		out[i] = site.Demo{Role: string(a.MainRole()), Name: a.Name, Login: a.Login, Password: c.Password}
	}
	return out
}

func (d *desk) printSignIns(c company.Company) {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, a := range c.Accounts {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", d.voice.T("role."+string(a.MainRole())), a.Login, c.Password, a.Name)
	}
	_ = w.Flush()
}

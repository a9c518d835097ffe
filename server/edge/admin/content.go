package admin

import (
	"context"
	"errors"
	"fmt"

	"tongguan/server/base/fault"
	"tongguan/server/edge/app"
	"tongguan/server/edge/check"
)

// contentLint reads the content as the server would and says what is wrong with it, file and line.
func contentLint(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	folder := f.String("content", "", d.help("content"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	problems := check.Lint(app.Content(*folder))
	if *asJSON {
		if err := d.json(d.describe(problems)); err != nil {
			return err
		}
	} else {
		for _, p := range d.describe(problems) {
			fmt.Fprintf(d.out, "%s:%d: %s\n", p.File, p.Line, p.Text)
		}
	}
	if n := len(problems); n > 0 {
		return errors.New(d.voice.T("cli.lint_problems", "n", n))
	}
	if !*asJSON {
		d.say("cli.lint_good")
	}
	return nil
}

type described struct {
	fault.Problem
	Text string `json:"text"`
}

func (d *desk) describe(ps []fault.Problem) []described {
	out := make([]described, len(ps))
	for i, p := range ps {
		out[i] = described{p, d.voice.T(p.Key, pairs(p.Args)...)}
	}
	return out
}

package prose

// Compare gives the first difference of each kind between how a page and its translation are built, at the line of the
// translation.
func Compare(page, translation *Page) []Spot {
	if page.Refused || translation.Refused {
		return nil
	}
	level := func(a, b Mark) bool { return a.Level == b.Level }
	text := func(a, b Mark) bool { return a.Text == b.Text }
	always := func(Mark, Mark) bool { return true }
	var out []Spot
	for _, k := range []struct {
		key    string
		zh, en []Mark
		same   func(a, b Mark) bool
	}{
		{"lint.differs_headings", page.Headings, translation.Headings, level},
		{"lint.differs_tables", page.Tables, translation.Tables, always},
		{"lint.differs_checks", page.Checks, translation.Checks, text},
		{"lint.differs_callouts", page.Callouts, translation.Callouts, text},
		{"lint.differs_figures", page.Figures, translation.Figures, text},
	} {
		i := 0
		for i < len(k.zh) && i < len(k.en) && k.same(k.zh[i], k.en[i]) {
			i++
		}
		if i == len(k.zh) && i == len(k.en) {
			continue
		}
		line := 0
		if i < len(k.en) {
			line = k.en[i].Line
		}
		out = append(out, Spot{line, k.key, []any{"n", i + 1, "zh", len(k.zh), "en", len(k.en)}})
	}
	return out
}

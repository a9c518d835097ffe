// Package digest says in words what somebody is reminded of: as a mail, and on a page.
package digest

import (
	"html/template"
	"strings"
	"time"

	"tongguan/courses/reminder"
	"tongguan/server/base/outbox"
	"tongguan/web/words"
)

// Writer writes the mails.
type Writer struct {
	Words *words.Book
	URL   string // under which people reach the site, without a slash at its end
}

// line is one thing in the mail.
type line struct{ Text, When, URL string }

// Mail is what somebody is told by mail: how much there is and the most urgent of it in the subject, then one line each
// with its date and where it is done.
func (w Writer) Mail(p reminder.Person, day string, items []reminder.Item) outbox.Mail {
	v := w.Words.In(p.Lang)
	m := mail{Lang: map[string]string{"zh": "zh-CN"}[v.Lang()], Hello: v.T("reminder.hello", "name", p.Name), Lead: v.T("reminder.lead", "n", len(items)),
		Foot: v.T("reminder.foot"), Account: w.URL + "/account"}
	if m.Lang == "" {
		m.Lang = v.Lang()
	}
	for _, i := range items {
		m.Lines = append(m.Lines, line{Sentence(v, i), When(v, day, i.Due), w.URL + i.Path})
	}
	return outbox.Mail{Subject: m.subject(v), Text: m.plain(), HTML: m.html()}
}

type mail struct {
	Lang, Hello, Lead, Foot, Account string
	Lines                            []line
}

func (m mail) subject(v words.Voice) string {
	first := m.Lines[0]
	if first.When == "" {
		return v.T("reminder.subject_undated", "n", len(m.Lines), "what", first.Text)
	}
	return v.T("reminder.subject", "n", len(m.Lines), "what", first.Text, "when", first.When)
}

func (m mail) plain() string {
	var b strings.Builder
	b.WriteString(m.Hello + "\n\n" + m.Lead + "\n")
	for _, l := range m.Lines {
		b.WriteString("\n- " + l.Text + "\n")
		if l.When != "" {
			b.WriteString("  " + l.When + "\n")
		}
		b.WriteString("  " + l.URL + "\n")
	}
	b.WriteString("\n-- \n" + m.Foot + "\n" + m.Account + "\n")
	return b.String()
}

var page = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"></head><body>
<p>{{.Hello}}</p>
<p>{{.Lead}}</p>
<ul>
{{range .Lines}}<li><a href="{{.URL}}">{{.Text}}</a>{{if .When}}<br>{{.When}}{{end}}</li>
{{end}}</ul>
<p><small>{{.Foot}} <a href="{{.Account}}">{{.Account}}</a></small></p>
</body></html>
`))

func (m mail) html() string {
	var b strings.Builder
	if err := page.Execute(&b, m); err != nil {
		panic("digest: " + err.Error()) // texts only
	}
	return b.String()
}

// Sentence says what a reminder is about.
func Sentence(v words.Voice, i reminder.Item) string {
	return v.T("reminder.item."+i.Key, "what", i.What.In(v.Lang()), "in", i.In.In(v.Lang()), "who", i.Who)
}

// When says how far off a day is, and its date; "" where there is none.
func When(v words.Voice, today, due string) string {
	a, err1 := time.Parse(time.DateOnly, today)
	b, err2 := time.Parse(time.DateOnly, due)
	if err1 != nil || err2 != nil {
		return ""
	}
	date := v.Date(b.UnixMilli(), time.UTC)
	switch days := int(b.Sub(a).Hours() / 24); {
	case days < 0:
		return v.T("reminder.when.late", "n", -days, "date", date)
	case days == 0:
		return v.T("reminder.when.today", "date", date)
	case days == 1:
		return v.T("reminder.when.tomorrow", "date", date)
	default:
		return v.T("reminder.when.ahead", "n", days, "date", date)
	}
}

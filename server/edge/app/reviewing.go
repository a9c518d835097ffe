package app

import (
	"strings"

	"tongguan/courses/review"
	"tongguan/server/base/outbox"
)

// letter writes the mail that brings a customer their link, in both languages: nobody knows yet which one they read.
func (a *App) letter(i review.Invitation) outbox.Mail {
	var text []string
	for _, lang := range []string{"zh", "en"} {
		v := a.Words.In(lang)
		text = append(text, v.T("reviews.mail.hello", "contact", i.Contact), v.T("reviews.mail.lead", "company", a.Config.Company, "name", i.Name),
			a.Config.URL+"/reviews/customer/"+i.Token, v.T("reviews.mail.foot", "date", i.Due))
	}
	return outbox.Mail{Subject: a.Words.In("zh").T("reviews.mail.subject", "company", a.Config.Company, "name", i.Name), Text: strings.Join(text, "\n\n") + "\n"}
}

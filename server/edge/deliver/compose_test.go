package deliver

import (
	"net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/server/base/outbox"
)

// Whatever stands in a mail, it has the headers that it should have and one recipient.
func TestNothingBeginsAHeader(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching("(a|\r|\n|\r\n|:|Bcc: x@y.z|<|>|\"|,|;|=\\?utf-8\\?q\\?=0A\\?=|通| |\t|\x00|\u2028){0,12}"))
	rapid.Check(t, func(t *rapid.T) {
		taken := outbox.Taken{ID: "06abc", Mail: outbox.Mail{To: "a@example.cn", Subject: text.Draw(t, "subject"), Text: text.Draw(t, "text"), HTML: text.Draw(t, "html")}}
		if rapid.Bool().Draw(t, "name") {
			taken.To = text.Draw(t, "name") + " <a@example.cn>"
		}
		from := mail.Address{Name: text.Draw(t, "from"), Address: "tongguan@example.cn"}
		m, err := compose(taken, from)
		if err != nil {
			return
		}
		var raw strings.Builder
		if _, err := m.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		got, err := mail.ReadMessage(strings.NewReader(raw.String()))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for n := range got.Header {
			if len(got.Header[n]) != 1 {
				t.Fatalf("%s stands %d times", n, len(got.Header[n]))
			}
			names = append(names, n)
		}
		want := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
		if taken.HTML == "" {
			want = slices.Insert(want, 1, "Content-Transfer-Encoding")
		}
		slices.Sort(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Fatal(diff, raw.String())
		}
		if to, err := m.GetRecipients(); err != nil || !slices.Equal(to, []string{"<a@example.cn>"}) {
			t.Fatal(to, err)
		}
	})
}

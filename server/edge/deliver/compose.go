package deliver

import (
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"tongguan/server/base/outbox"
)

// compose makes the message. Addresses are parsed and written anew, and every other header is encoded where it holds
// anything but printable ASCII, so that nothing anybody has entered begins a header of its own.
func compose(t outbox.Taken, from netmail.Address) (*mail.Msg, error) {
	to, err := netmail.ParseAddress(t.To)
	if err != nil {
		return nil, fmt.Errorf("deliver: %q is no address: %w", t.To, err)
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.From(from.String()); err != nil {
		return nil, fmt.Errorf("deliver: sender: %w", err)
	}
	if err := m.To(to.String()); err != nil {
		return nil, fmt.Errorf("deliver: %q is no address: %w", t.To, err)
	}
	m.Subject(t.Subject)
	m.SetMessageIDWithValue(t.ID + from.Address[strings.LastIndexByte(from.Address, '@'):])
	m.SetDateWithValue(time.UnixMilli(t.Created).UTC()) // of the writing, so that it is the same each time
	m.SetGenHeader("Auto-Submitted", "auto-generated")  // RFC 3834: nobody's absence is to be announced to it
	m.SetBodyString(mail.TypeTextPlain, t.Text)
	if t.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, t.HTML)
	}
	return m, nil
}

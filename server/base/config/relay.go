package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Security is how a connection to a mail server is kept from others.
type Security string

// The three ways.
const (
	StartTLS Security = "starttls" // TLS after the greeting, required
	WholeTLS Security = "tls"      // TLS from the first byte
	Plain    Security = "none"     // for a relay in the house
)

// Relay is the mail server that takes our mails.
type Relay struct {
	Host     string
	Port     int
	User     string // "" where none is asked for
	Password string
	Security Security
	From     mail.Address // the sender of every mail
}

// ports are those of each scheme where none is given.
var ports = map[string]int{"smtp": 587, "smtps": 465}

// Relay reads TONGGUAN_SMTP_URL and TONGGUAN_MAIL_FROM; nil where no mail server is named. No error repeats the address:
// it may hold the password, wherever a mistake has put it.
func (c Config) Relay() (*Relay, error) {
	r, err := relay(c.SMTP)
	if err != nil {
		return nil, fmt.Errorf("config: TONGGUAN_SMTP_URL %w", err)
	}
	if c.MailFrom == "" && r == nil {
		return nil, nil
	}
	from, err := mail.ParseAddress(c.MailFrom)
	if err != nil {
		return nil, errors.New("config: TONGGUAN_MAIL_FROM must be an address, such as 通关 <tongguan@example.cn>, when TONGGUAN_SMTP_URL is set")
	}
	if r != nil {
		r.From = *from
	}
	return r, nil
}

func relay(text string) (*Relay, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || ports[u.Scheme] == 0 || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return nil, errors.New("must look like smtp://user:password@host:587 or smtps://user:password@host:465; / ? # % in a password are written %2F %3F %23 %25")
	}
	r := &Relay{Host: u.Hostname(), Port: ports[u.Scheme], Security: StartTLS}
	if u.Port() != "" {
		if r.Port, err = strconv.Atoi(u.Port()); err != nil || r.Port < 1 || r.Port > 65535 {
			return nil, errors.New("names a port that does not exist")
		}
	}
	if u.Scheme == "smtps" {
		r.Security = WholeTLS
	}
	r.User = u.User.Username()
	r.Password, _ = u.User.Password()
	if (r.User == "") != (r.Password == "") {
		return nil, errors.New("names a user without a password, or a password without a user")
	}
	return r, r.options(u)
}

// options reads what follows the question mark: tls=none, and nothing else.
func (r *Relay) options(u *url.URL) error {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q) > 1 || len(q) == 1 && !slices.Equal(q["tls"], []string{"none"}) {
		return errors.New("may end in ?tls=none and in nothing else")
	}
	if len(q) == 0 {
		return nil
	}
	if r.Security == WholeTLS || r.User != "" {
		return errors.New("must not say tls=none with smtps, nor with a password, which anybody on the way could read")
	}
	r.Security = Plain
	return nil
}

// hideInRelay hides everything between the user's name and the last @, or all of it where a mistake may have put the
// password elsewhere.
func hideInRelay(text string) string {
	r, err := relay(text)
	if err != nil {
		return "•••"
	}
	if r == nil || r.User == "" {
		return text
	}
	at, name := strings.LastIndexByte(text, '@'), strings.Index(text, "://")+len("://")
	return text[:name] + url.User(r.User).String() + ":•••" + text[at:]
}

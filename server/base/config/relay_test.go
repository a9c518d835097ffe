package config

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRelayIsRead(t *testing.T) {
	from := mail.Address{Name: "通关", Address: "tongguan@example.cn"}
	for text, want := range map[string]Relay{
		"smtp://mail.example.cn":                              {"mail.example.cn", 587, "", "", StartTLS, from},
		"smtp://u:p@mail.example.cn:2525/":                    {"mail.example.cn", 2525, "u", "p", StartTLS, from},
		"smtps://u%40example.cn:p%2F%3F%23%25@[2001:db8::1]":  {"2001:db8::1", 465, "u@example.cn", "p/?#%", WholeTLS, from},
		"smtps://me@example.cn:p@ss:word@mail.example.cn:465": {"mail.example.cn", 465, "me@example.cn", "p@ss:word", WholeTLS, from},
		"smtp://127.0.0.1:25?tls=none":                        {"127.0.0.1", 25, "", "", Plain, from},
	} {
		got, err := Config{SMTP: text, MailFrom: "通关 <tongguan@example.cn>"}.Relay()
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	if r, err := (Config{}).Relay(); r != nil || err != nil {
		t.Errorf("no mail: %+v, %v", r, err)
	}
	if r, err := (Config{MailFrom: "a@example.cn"}).Relay(); r != nil || err != nil {
		t.Errorf("a sender and no server: %+v, %v", r, err)
	}
}

func TestBadRelayIsRefusedAndNotRepeated(t *testing.T) {
	for _, text := range []string{
		"mail.example.cn:587", "http://mail.example.cn", "smtp://", "smtp://u:s3cret@", "smtp://u:s3cret@mail:0", "smtp://u:s3cret@mail:70000",
		"smtp://u:s3cret@mail:587/inbox", "smtp://u:s3/cret@mail", "smtp://u:s3#cret@mail", "smtp://u:123#s3cret@mail", "smtp://u:s3?cret@mail",
		"smtp://u:%s3cret@mail", "smtp://u@mail", "smtp://:s3cret@mail", "smtp://u:s3cret@mail?tls=none", "smtps://mail?tls=none",
		"smtp://mail?tls=maybe", "smtp://mail?tls=none&tls=none", "smtp://mail?tls=none&x=1", "smtp://mail?x=s3cret", "smtp://u:s3cret@mail\r\n",
	} {
		c := Config{SMTP: text, MailFrom: "a@example.cn"}
		if r, err := c.Relay(); err == nil {
			t.Errorf("%s is %+v", text, r)
		} else if strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, from := range []string{"", "tongguan", "a@b\r\nBcc: c@d", "a@b, c@d"} {
		if _, err := (Config{SMTP: "smtp://mail", MailFrom: from}).Relay(); err == nil {
			t.Errorf("%q sends", from)
		}
	}
}

func TestRelayHidesItsPassword(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "smtp://mail:25?tls=none": "smtp://mail:25?tls=none", "smtp://mail": "smtp://mail",
		"smtp://u:s3cret@mail:587":               "smtp://u:•••@mail:587",
		"smtps://me@example.cn:s3@cr:et@mail":    "smtps://me%40example.cn:•••@mail",
		"smtp://me%40example.cn:s3%2Fcret@mail/": "smtp://me%40example.cn:•••@mail/",
		"smtp://u:s3/cret@mail":                  "•••",
		"smtp://u:12#cret@mail":                  "•••",
		"smtp://u:12?cret@mail":                  "•••",
	} {
		if got := hideInRelay(text); got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
}

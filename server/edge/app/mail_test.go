package app_test

import (
	"context"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/config"
	"tongguan/server/base/db"
	"tongguan/server/base/outbox"
)

// Where a mail server is set, what is queued is tried without anybody's doing; here nobody listens, and the failure shows.
func TestMailsAreTriedWhereAServerIsSet(t *testing.T) {
	if h := one(t, options{}); h.Outbox != nil {
		t.Error("mails are queued that nobody sends")
	}
	h := one(t, options{change: func(c *config.Config) {
		c.SMTP, c.MailFrom, c.Checkpoint = "smtp://127.0.0.1:1?tls=none", "tongguan@example.cn", time.Hour
	}})
	ctx, stop := context.WithCancel(t.Context())
	err := h.DB.Write(ctx, func(q db.Q) error { return h.Outbox.Put(ctx, q, outbox.Mail{Key: "1", To: "a@example.cn"}) })
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() { h.Tend(ctx); close(ended) }()
	for tried := false; !tried; time.Sleep(100 * time.Millisecond) {
		f, err := h.Outbox.Failures(ctx, access.Operator())
		if err != nil {
			t.Fatal(err)
		}
		tried = len(f) == 1 && !f[0].Final
	}
	stop()
	<-ended
}

package deliver

import (
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/outbox"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type wordDecoder = mime.WordDecoder

var (
	ctx   = context.Background()
	start = time.UnixMilli(1_770_000_000_000)
)

type house struct {
	*testing.T
	*post
	d       *db.DB
	box     *outbox.Outbox
	clock   *clock.Clock
	advance func(time.Duration)
}

func newHouse(t *testing.T, d *db.DB, o opened) *house {
	c, advance := clock.Fake(start, 1)
	return &house{t, openPost(t, o), d, outbox.New(d, c), c, advance}
}

func (h *house) put(ms ...outbox.Mail) {
	h.Helper()
	err := h.d.Write(ctx, func(q db.Q) error {
		for i, m := range ms {
			if m.Key == "" {
				m.Key = fmt.Sprint(i)
			}
			if err := h.box.Put(ctx, q, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) deliverer(s config.Security, user, password string) *Deliverer {
	d := New(h.box, h.relay(s, user, password))
	d.Roots = h.roots
	return d
}

// want says how many mails have arrived and how many are in trouble for now and for good.
func (h *house) want(arrived, trouble, final int) {
	h.Helper()
	f, err := h.box.Failures(ctx, access.Operator())
	if err != nil {
		h.Fatal(err)
	}
	finals := 0
	for _, x := range f {
		if x.Final {
			finals++
		}
	}
	if got := len(h.letters()); got != arrived || len(f) != trouble || finals != final {
		h.Fatalf("%d arrived, %d failed, %d for good; want %d, %d, %d: %+v", got, len(f), finals, arrived, trouble, final, f)
	}
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) bad(err error) {
	h.Helper()
	if err == nil {
		h.Fatal("no error")
	}
	if strings.Contains(err.Error(), "zhang") {
		h.Fatalf("the log shows an address: %v", err)
	}
}

var example = outbox.Mail{To: "张伟 <zhang@example.cn>", Subject: "您的新课程：价格谈判（第二单元）——请在十一月三十日以前读完，并参加通关考试", Text: "您好，\n\n.一个点\nFrom 行首\n" + strings.Repeat("长", 2000), HTML: "<p>您好</p>"}

func TestMailArrivesAsWritten(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), opened{})
	h.put(example)
	h.ok(h.deliverer(config.Plain, "", "").Deliver(ctx))
	h.want(1, 0, 0)
	l := h.letters()[0]
	got := []string{l.from, l.to, l.header(t, "Subject"), l.header(t, "Auto-Submitted"), l.header(t, "Date")}
	want := []string{"tongguan@example.cn", "zhang@example.cn", example.Subject, "auto-generated", start.UTC().Format(time.RFC1123Z)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]mail.Address{"From": {Name: `通关 "学院"`, Address: "tongguan@example.cn"}, "To": {Name: "张伟", Address: "zhang@example.cn"}} {
		if a, err := l.Header.AddressList(name); err != nil || len(a) != 1 || *a[0] != want {
			t.Errorf("%s: %v, %v", name, l.Header[name], err)
		}
	}
	if l.Header.Get("List-Unsubscribe") != "" || l.Header.Get("User-Agent") != "" || l.Header.Get("X-Mailer") != "" {
		t.Errorf("%v", l.Header)
	}
	if diff := cmp.Diff([]string{"text/plain " + example.Text, "text/html " + example.HTML}, parts(t, l)); diff != "" {
		t.Error(diff)
	}
}

// parts reads the alternatives of a mail, each with its type before it.
func parts(t *testing.T, l letter) (out []string) {
	t.Helper()
	kind, with, err := mime.ParseMediaType(l.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	for r := multipart.NewReader(strings.NewReader(l.body), with["boundary"]); ; {
		p, err := r.NextRawPart()
		if err != nil {
			return out
		}
		kind, with, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil || !strings.EqualFold(with["charset"], "utf-8") || p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Errorf("%v, %v", p.Header, err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, kind+" "+strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
}

func TestTLSAndPassword(t *testing.T) {
	for name, c := range map[string]struct {
		opened
		security       config.Security
		user, password string
		stranger       bool // the authority is not known
		arrives        bool
	}{
		"starttls":                  {opened{starttls: true}, config.StartTLS, "", "", false, true},
		"starttls and password":     {opened{starttls: true, password: true}, config.StartTLS, "学院", "p@ss:/词", false, true},
		"tls and password":          {opened{whole: true, password: true}, config.WholeTLS, "学院", "p@ss:/词", false, true},
		"wrong password":            {opened{starttls: true, password: true}, config.StartTLS, "学院", "secret", false, false},
		"no password asked for":     {opened{starttls: true}, config.StartTLS, "学院", "p@ss:/词", false, false},
		"unknown authority":         {opened{starttls: true}, config.StartTLS, "", "", true, false},
		"unknown authority, tls":    {opened{whole: true}, config.WholeTLS, "", "", true, false},
		"no starttls offered":       {opened{}, config.StartTLS, "", "", false, false},
		"password without starttls": {opened{password: true}, config.StartTLS, "学院", "p@ss:/词", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, dbtest.SQLite(t), c.opened)
			h.put(example)
			d := h.deliverer(c.security, c.user, c.password)
			if c.stranger {
				_, d.Roots = certificate(t)
			}
			if err := d.Deliver(ctx); !c.arrives {
				h.bad(err)
				h.want(0, 1, 0) // how we are set up can be mended
				return
			} else if err != nil {
				t.Fatal(err)
			}
			h.want(1, 0, 0)
			if l := h.letters()[0]; !l.secure || h.signedIn != c.user {
				t.Errorf("secure: %t, signed in: %q", l.secure, h.signedIn)
			}
		})
	}
}

func answer(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "as the test wants it"}
}

func TestWhatServersAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		where string
		code  int
		final int
	}{
		"recipient unknown": {"rcpt", 550, 1}, "greylisted": {"rcpt", 450, 0}, "content refused": {"data", 554, 1}, "disk full": {"data", 452, 0},
		"sender not ours": {"mail", 553, 0}, "going down": {"mail", 421, 0}, "going down later": {"data", 421, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, dbtest.SQLite(t), opened{})
			no := answer(c.code)
			switch c.where {
			case "rcpt":
				h.rcpt = func(string) error { return no }
			case "data":
				h.data = func(int, *smtp.Conn) error { return no }
			default:
				h.sender = func() error { return no }
			}
			d := h.deliverer(config.Plain, "", "")
			h.put(example)
			h.bad(d.Deliver(ctx))
			h.want(len(h.letters()), 1, c.final)
			no = nil
			before := len(h.letters())
			h.ok(d.Deliver(ctx)) // it is not due
			h.want(before, 1, c.final)
			h.advance(time.Minute)
			h.ok(d.Deliver(ctx))
			h.want(before+1-c.final, c.final, c.final)
		})
	}
}

// One mail that nobody wants holds up none of the others.
func TestOneBadMailAmongMany(t *testing.T) {
	for _, code := range []int{450, 550, 421} {
		h := newHouse(t, dbtest.SQLite(t), opened{})
		h.rcpt = func(to string) error {
			if to == "zhang2@example.cn" {
				return answer(code)
			}
			return nil
		}
		var all []outbox.Mail
		for i := range 5 {
			all = append(all, outbox.Mail{To: fmt.Sprintf("zhang%d@example.cn", i), Text: "x"})
		}
		all[3].To = "no address\r\nBcc: zhang@example.cn"
		h.put(all...)
		h.bad(h.deliverer(config.Plain, "", "").Deliver(ctx))
		h.want(3, 2, 1+max(0, code/100-4))
	}
}

func TestNobodyThere(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), opened{})
	h.put(example, example)
	d := h.deliverer(config.Plain, "", "")
	port := d.relay.Port
	d.relay.Port = 1 // nobody listens there
	h.bad(d.Deliver(ctx))
	h.want(0, 2, 0)
	d.relay.Port = port
	h.advance(time.Minute)
	h.ok(d.Deliver(ctx))
	h.want(2, 0, 0)
}

// A server that falls silent is waited for, but not for ever, and then the others have their turn.
func TestServerFallsSilent(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), opened{})
	over := make(chan bool)
	t.Cleanup(func() { close(over) })
	h.rcpt = func(to string) error {
		if to == "zhang@example.cn" {
			<-over
		}
		return nil
	}
	d := h.deliverer(config.Plain, "", "")
	d.patience = 200 * time.Millisecond
	h.put(example, outbox.Mail{To: "li@example.cn", Text: "x"})
	h.bad(d.Deliver(ctx))
	h.want(1, 1, 0)
}

// Nor is one that never says a word.
func TestServerNeverSpeaks(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), opened{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.ok(err)
	defer l.Close() //nolint:errcheck // nothing was written
	for _, s := range []config.Security{config.Plain, config.WholeTLS} {
		d := h.deliverer(s, "", "")
		d.patience, d.relay.Port = 200*time.Millisecond, l.Addr().(*net.TCPAddr).Port
		h.put(example)
		h.bad(d.Deliver(ctx))
		h.want(0, 1, 0)
		h.advance(time.Hour)
	}
}

// The server takes the mail and is gone before it says so: it is sent again, and can be known by its Message-ID.
func TestConnectionBreaksAfterData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		h := newHouse(t, db, opened{})
		h.data = func(n int, c *smtp.Conn) error {
			if n == 1 {
				return c.Conn().Close()
			}
			return nil
		}
		d := h.deliverer(config.Plain, "", "")
		h.put(example, example, example)
		h.bad(d.Deliver(ctx))
		h.want(3, 1, 0) // the others went over a new connection
		h.advance(time.Minute)
		h.ok(d.Deliver(ctx))
		h.want(4, 0, 0)
		l := h.letters()
		if a, b := l[0].header(t, "Message-Id"), l[3].header(t, "Message-Id"); a != b || !strings.HasSuffix(a, "@example.cn>") || len(h.callers) != 3 {
			t.Errorf("%s, %s over %d connections", a, b, len(h.callers))
		}
		if a, b := l[0].Header.Get("Date"), l[3].Header.Get("Date"); a != b {
			t.Errorf("%s, %s", a, b)
		}
	})
}

func TestManyGoOverOneConnection(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), opened{starttls: true})
	h.put(slices.Repeat([]outbox.Mail{example}, batch)...)
	h.ok(h.deliverer(config.StartTLS, "", "").Deliver(ctx))
	h.want(batch, 0, 0)
	if len(h.callers) != 1 {
		t.Errorf("%d connections", len(h.callers))
	}
}

func TestWhoIsStoppedGivesBack(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t), opened{})
	stopped, stop := context.WithCancel(ctx)
	h.data = func(n int, _ *smtp.Conn) error {
		if n == 2 {
			stop()
		}
		return nil
	}
	d := h.deliverer(config.Plain, "", "")
	h.put(slices.Repeat([]outbox.Mail{example}, 5)...)
	if err := d.Deliver(stopped); err != nil {
		t.Fatal(err)
	}
	h.want(2, 0, 0)
	h.ok(d.Deliver(ctx)) // at once, and those that are out no more
	h.want(5, 0, 0)
}

func TestTwoDeliverersSendEachOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, opened{})
		h.put(slices.Repeat([]outbox.Mail{example}, 3*batch)...)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if err := h.deliverer(config.Plain, "", "").Deliver(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		h.want(3*batch, 0, 0)
		seen := map[string]bool{}
		for _, l := range h.letters() {
			seen[l.Header.Get("Message-Id")] = true
		}
		if len(seen) != 3*batch {
			t.Errorf("%d different mails", len(seen))
		}
	})
}

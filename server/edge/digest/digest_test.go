package digest_test

import (
	"context"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/outbox"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/deliver"
	"tongguan/server/edge/digest"
	"tongguan/web/words"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

// letter is a mail that arrived.
type letter struct {
	To, Subject string
	Parts       map[string]string // by media type
}

// post is a mail server in this process.
type post struct {
	*testing.T
	mu  sync.Mutex
	got []letter
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p: p}, nil }

type session struct {
	p  *post
	to string
}

func (s *session) Reset()                                    { s.to = "" }
func (s *session) Logout() error                             { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *session) Data(r io.Reader) error                    { return s.p.take(s.to, r) }

func (p *post) take(to string, r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	l := letter{to, subject, map[string]string{}}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return err
		}
		l.Parts[kind] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, l)
	return nil
}

// open opens the post and says how it is reached.
func open(t *testing.T) (*post, config.Relay) {
	t.Helper()
	p := &post{T: t}
	s := smtp.NewServer(p)
	s.Domain = "post.example.cn"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l) //nolint:errcheck // ends when it is closed
	t.Cleanup(func() { _ = s.Close() })
	return p, config.Relay{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: config.Plain, From: mail.Address{Name: "通关", Address: "t@example.cn"}}
}

// node is one of several that share a database.
type node struct {
	*reminder.Reminders
	*deliver.Deliverer
}

func items() (out []reminder.Item) {
	in := catalog.Text{ZH: "新员工通关", EN: "New-hire gate"}
	for i, due := range []string{"2026-10-18", "2026-10-24", "2026-10-25", "2026-10-26", "2026-11-01"} {
		out = append(out, reminder.Item{Key: "step", What: catalog.Text{ZH: "第" + string('一'+rune(i)) + "步", EN: "Step <" + string('A'+rune(i)) + ">"}, In: in, Due: due,
			Path: "/programmes/onboarding#s" + string('a'+rune(i))})
	}
	return out
}

// Somebody with five things due gets one mail with five lines, once, from two nodes that both remind and both send every
// ten minutes, through the night in which clocks are put back.
func TestOneMailWithFiveLines(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, relay := open(t)
		c, advance := clock.Fake(time.Date(2026, 10, 25, 0, 0, 0, 0, zone), 1)
		trail := audit.New(c)
		folk := people.New(d, c, trail, team.New(d, c, trail))
		id, err := folk.Create(ctx, access.Operator(), people.Person{Login: "rep", Name: "周小满", Email: "rep@example.cn", Lang: "zh", Roles: []access.Role{access.Learner}})
		if err != nil {
			t.Fatal(err)
		}
		at, err := reminder.ParseHour("02:30") // which comes twice in this night
		if err != nil {
			t.Fatal(err)
		}
		var nodes []node
		for range 2 {
			o := outbox.New(d, c)
			r := reminder.New(reminder.Parts{DB: d, Clock: c, Zone: zone, People: folk, Outbox: o, At: at, Write: digest.Writer{Words: book, URL: "https://tongguan.example.cn"}.Mail})
			r.From(func(context.Context, []reminder.Person, string) (map[string][]reminder.Item, error) {
				return map[string][]reminder.Item{id: items()}, nil
			})
			nodes = append(nodes, node{r, deliver.New(o, relay)})
		}
		for range 25 * 6 { // a day that has twenty-five hours
			var wg sync.WaitGroup
			for _, n := range nodes {
				wg.Go(func() {
					if err := n.Tell(ctx); err != nil {
						t.Error(err)
					}
					if err := n.Deliver(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			advance(10 * time.Minute)
		}
		p.holds("rep@example.cn")
	})
}

func (p *post) holds(to string) {
	p.Helper()
	if len(p.got) != 1 {
		p.Fatalf("%d mails", len(p.got))
	}
	l := p.got[0]
	if l.To != to || l.Subject != "5 件事要办，最急的是新员工通关：第一步（已过期 7 天，2026年10月18日到期）" {
		p.Errorf("%s: %s", l.To, l.Subject)
	}
	for kind, mark := range map[string]string{"text/plain": "\n- ", "text/html": "<li>"} {
		if n := strings.Count(l.Parts[kind], mark); n != 5 {
			p.Errorf("%s has %d lines:\n%s", kind, n, l.Parts[kind])
		}
		for _, want := range []string{"周小满", "https://tongguan.example.cn/programmes/onboarding#sa", "今天到期", "明天到期", "还有 7 天，2026年11月1日到期"} {
			if !strings.Contains(l.Parts[kind], want) {
				p.Errorf("%s does not say %q:\n%s", kind, want, l.Parts[kind])
			}
		}
	}
}

func TestMailInEnglishIsEscaped(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	m := digest.Writer{Words: book, URL: "https://t.example"}.Mail(reminder.Person{Name: "O'Neil <x>", Lang: "en"}, "2026-10-25",
		append(items()[2:3], reminder.Item{Key: "sign", Who: "<b>", Path: "/signoffs"}))
	if want := "2 things to do, most urgent: New-hire gate: Step <C> (due today)"; m.Subject != want {
		t.Errorf("%q", m.Subject)
	}
	if strings.Contains(m.HTML, "<b>") || strings.Contains(m.HTML, "<x>") || !strings.Contains(m.HTML, "Step &lt;C&gt;") || !strings.Contains(m.Text, "Step <C>") {
		t.Errorf("%s\n%s", m.HTML, m.Text)
	}
}

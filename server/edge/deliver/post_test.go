package deliver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tongguan/server/base/config"
)

// post is a mail server.
type post struct {
	addr  *net.TCPAddr
	roots *x509.CertPool

	mu       sync.Mutex
	got      []letter
	callers  map[string]bool // by address: after STARTTLS a session begins anew on the same connection
	signedIn string
	sender   func() error          // what MAIL is answered; nil: yes
	rcpt     func(to string) error // the same for RCPT
	data     func(n int, c *smtp.Conn) error
}

// letter is a mail that has arrived whole.
type letter struct {
	from, to string
	secure   bool
	*mail.Message
	body string
}

// opened is how a post receives.
type opened struct {
	whole, starttls, password bool
}

func openPost(t *testing.T, o opened) *post {
	t.Helper()
	p := &post{callers: map[string]bool{}}
	cert, roots := certificate(t)
	p.roots = roots
	s := smtp.NewServer(p.backend(o.password))
	s.Domain, s.EnableSMTPUTF8, s.ErrorLog, s.MaxLineLength = "post.example.cn", true, silent{}, 998
	s.ReadTimeout, s.WriteTimeout = 10*time.Second, 10*time.Second
	if o.starttls {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().(*net.TCPAddr)
	if o.whole {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p
}

// silent keeps what the server says about broken connections to itself.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// relay is how the post is reached.
func (p *post) relay(s config.Security, user, password string) config.Relay {
	return config.Relay{Host: "127.0.0.1", Port: p.addr.Port, User: user, Password: password, Security: s,
		From: mail.Address{Name: `通关 "学院"`, Address: "tongguan@example.cn"}}
}

func (p *post) letters() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.got...)
}

func (p *post) backend(password bool) smtp.Backend {
	return smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.callers[c.Conn().RemoteAddr().String()] = true
		s := &session{p: p, c: c}
		if password {
			return guarded{s}, nil
		}
		return s, nil
	})
}

type session struct {
	p        *post
	c        *smtp.Conn
	from, to string
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	if s.p.sender != nil {
		return s.p.sender()
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.to != "" {
		return errors.New("a second recipient")
	}
	s.to = to
	if s.p.rcpt != nil {
		return s.p.rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	_, secure := s.c.TLSConnectionState()
	s.p.mu.Lock()
	s.p.got = append(s.p.got, letter{s.from, s.to, secure, m, string(body)})
	n := len(s.p.got)
	s.p.mu.Unlock()
	if s.p.data != nil {
		return s.p.data(n, s.c)
	}
	return nil
}

// guarded asks for a password.
type guarded struct{ *session }

func (g guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

func (g guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "学院" || password != "p@ss:/词" {
			return smtp.ErrAuthFailed
		}
		g.p.mu.Lock()
		defer g.p.mu.Unlock()
		g.p.signedIn = user
		return nil
	}), nil
}

// certificate makes one for the loopback address, and the authority that signed it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "house"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "post"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	roots, der := x509.NewCertPool(), [2][]byte{}
	for i, c := range []*x509.Certificate{authority, leaf} {
		if der[i], err = x509.CreateCertificate(rand.Reader, c, authority, &key.PublicKey, key); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der[0])
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der[1]}, PrivateKey: key}, roots
}

// header is a decoded header.
func (l letter) header(t *testing.T, name string) string {
	t.Helper()
	if n := len(l.Header[name]); n != 1 {
		t.Errorf("%d headers %s", n, name)
	}
	text, err := new(wordDecoder).DecodeHeader(l.Header.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text)
}

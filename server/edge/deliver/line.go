package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"

	"github.com/wneessen/go-mail"

	"tongguan/server/base/config"
)

// line is a connection to the mail server, when it is open.
type line struct {
	relay    config.Relay
	roots    *x509.CertPool
	patience time.Duration
	client   *mail.Client // nil: not open
	conn     net.Conn     // what the client speaks over, which it does not close when it fails
}

// refusal is a failure that trying again cannot mend.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// open connects where there is no connection.
func (l *line) open(ctx context.Context) error {
	if l.client != nil {
		return nil
	}
	client, err := mail.NewClient(l.relay.Host, l.options()...)
	if err != nil {
		return err
	}
	l.conn = nil
	if err := client.DialWithContext(ctx); err != nil {
		l.drop()
		return err
	}
	l.client = client
	return nil
}

func (l *line) options() []mail.Option {
	out := []mail.Option{mail.WithPort(l.relay.Port), mail.WithTimeout(l.patience), mail.WithTLSPolicy(mail.TLSMandatory),
		mail.WithTLSConfig(l.tls()), mail.WithDialContextFunc(l.dial)}
	switch l.relay.Security {
	case config.WholeTLS:
		out = append(out, mail.WithSSL())
	case config.Plain:
		out = append(out, mail.WithTLSPolicy(mail.NoTLS))
	}
	if l.relay.User != "" {
		// Left alone, the library tries NTLM before PLAIN, and Exchange offers it without meaning it.
		out = append(out, mail.WithUsername(l.relay.User), mail.WithPassword(l.relay.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	return out
}

func (l *line) tls() *tls.Config {
	return &tls.Config{ServerName: l.relay.Host, RootCAs: l.roots, MinVersion: tls.VersionTLS12}
}

func (l *line) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	if l.relay.Security == config.WholeTLS {
		conn, err = (&tls.Dialer{Config: l.tls()}).DialContext(ctx, network, address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
	}
	if err == nil {
		l.conn = conn
	}
	return conn, err
}

// send sends one mail. It drops a connection of which it is not certain that the next mail can begin on it.
func (l *line) send(m *mail.Msg) error {
	err := l.client.Send(m)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok || e.ErrorCode() == 0 || l.client.Reset() != nil {
		l.drop()
	}
	if m.IsDelivered() { // what failed came after it
		return nil
	}
	if ok && e.ErrorCode()/100 == 5 && aboutTheMail(e.Reason) {
		return refusal{err}
	}
	return err
}

// aboutTheMail says whether the server spoke of this mail. What it says before, to the sender that all mails share,
// is about how we are set up: that can be mended, and no mail must be lost by it.
func aboutTheMail(r mail.SendErrReason) bool {
	return r == mail.ErrSMTPRcptTo || r == mail.ErrSMTPData || r == mail.ErrSMTPDataClose
}

// drop ends a connection without a word.
func (l *line) drop() {
	if l.conn != nil {
		_ = l.conn.Close() // it is given up, in whatever state
	}
	l.client, l.conn = nil, nil
}

// hangUp ends a connection in good order.
func (l *line) hangUp() {
	if l.client != nil {
		_ = l.client.Close() // everything that was sent is acknowledged
	}
	l.drop()
}

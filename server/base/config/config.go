// Package config reads the settings from the environment.
package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known on a machine that has none installed

	"github.com/caarlos0/env/v11"
)

// Config is every setting; `help` is what `config` prints beside it.
type Config struct {
	Addr       string        `env:"TONGGUAN_ADDR" envDefault:"127.0.0.1:8080" help:"address to listen on"`
	Data       string        `env:"TONGGUAN_DATA" envDefault:"./data" help:"folder for the SQLite file, the secret and the audit checkpoints"`
	Database   string        `env:"TONGGUAN_DATABASE" help:"a SQLite file, or a PostgreSQL DSN (postgres://… or host=… port=…); default: tongguan.db in the data folder" secret:"dsn"`
	SecretFile string        `env:"TONGGUAN_SECRET_FILE" help:"file with the secret that signs API tokens and forms; made on first start; every node of a fleet needs the same one; default: secret in the data folder"`
	URL        string        `env:"TONGGUAN_URL" help:"address under which people reach the site (https://… makes cookies Secure); default: http:// and the listening address"`
	Company    string        `env:"TONGGUAN_COMPANY" envDefault:"通关 Tongguan" help:"the company's name, as its certificates give it"`
	BadgeKeys  string        `env:"TONGGUAN_BADGE_KEYS" help:"folder with the keys (*.pem) that sign certificates; the one with the greatest name signs, all are published; the first is made; every node needs the same; default: badge-keys in the data folder"`
	Zone       string        `env:"TONGGUAN_TIMEZONE" envDefault:"Asia/Shanghai" help:"zone in which dates are shown and due dates end"`
	Proxies    []string      `env:"TONGGUAN_TRUSTED_PROXIES" help:"addresses of reverse proxies whose X-Forwarded-For is believed, comma-separated"`
	Session    time.Duration `env:"TONGGUAN_SESSION" envDefault:"336h" help:"how long a sign-in lasts"`
	Pool       int           `env:"TONGGUAN_DATABASE_CONNECTIONS" envDefault:"16" help:"database connections a node keeps at most"`
	Hashers    int           `env:"TONGGUAN_PASSWORD_HASHERS" help:"passwords hashed at the same time (each takes 19 MiB and a core); default: half of the cores"`
	Stats      bool          `env:"TONGGUAN_STATS" envDefault:"false" help:"serve /stats (statements run, memory held) for bench"`
	LLM        string        `env:"TONGGUAN_LLM_URL" help:"address of an OpenAI-compatible chat endpoint (…/v1) that may voice customers in role-plays, never in exams; empty: off"`
	LLMKey     string        `env:"TONGGUAN_LLM_KEY" help:"its key" secret:"whole"`
	LLMModel   string        `env:"TONGGUAN_LLM_MODEL" help:"the model that it is asked for"`
	SMTP       string        `env:"TONGGUAN_SMTP_URL" help:"mail server: smtp://user:password@host:587 (STARTTLS is required), smtps://…:465, or smtp://host:25?tls=none for a relay in the house; empty: no mail is sent" secret:"relay"`
	MailFrom   string        `env:"TONGGUAN_MAIL_FROM" help:"sender of every mail: an address, with a name (通关 <tongguan@example.cn>) or without"`
	DigestAt   string        `env:"TONGGUAN_DIGEST_AT" envDefault:"08:00" help:"time of day in the zone above at which people are told what is due, by one mail and on their page; off: never"`
	Checkpoint time.Duration `env:"TONGGUAN_CHECKPOINT_EVERY" envDefault:"1h" help:"how often a signed checkpoint of the audit trail is written beside the database"`
	Witness    string        `env:"TONGGUAN_AUDIT_WITNESS" help:"address of whoever keeps signed checkpoints of the audit trail out of the operator's reach; one is mailed a day; empty: nobody"`
}

// Load reads the environment, fills what depends on the data folder and checks every value.
func Load() (Config, error) {
	c, err := env.ParseAs[Config]()
	if err != nil {
		return c, fmt.Errorf("config: %w", err)
	}
	if c.Database == "" {
		c.Database = filepath.Join(c.Data, "tongguan.db")
	}
	if c.SecretFile == "" {
		c.SecretFile = filepath.Join(c.Data, "secret")
	}
	if c.BadgeKeys == "" {
		c.BadgeKeys = filepath.Join(c.Data, "badge-keys")
	}
	if c.URL == "" {
		c.URL = "http://" + c.Addr
	}
	if c.Hashers == 0 {
		c.Hashers = max(1, runtime.NumCPU()/2)
	}
	c.URL = strings.TrimRight(c.URL, "/")
	return c, c.check()
}

// check refuses values that would only fail later, or worse, work differently from what was meant.
func (c Config) check() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("config: TONGGUAN_ADDR: %w", err)
	}
	if u, err := url.Parse(c.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errors.New("config: TONGGUAN_URL must begin with http:// or https:// and name a host")
	}
	if _, err := c.Location(); err != nil {
		return fmt.Errorf("config: TONGGUAN_TIMEZONE: %w", err)
	}
	for _, p := range c.Proxies {
		_, err1 := netip.ParseAddr(p)
		_, err2 := netip.ParsePrefix(p)
		if err1 != nil && err2 != nil {
			return fmt.Errorf("config: TONGGUAN_TRUSTED_PROXIES: %q is neither an address nor a range such as 10.0.0.0/8", p)
		}
	}
	if c.Pool < 2 || c.Hashers < 1 {
		return errors.New("config: TONGGUAN_DATABASE_CONNECTIONS must be at least 2 and TONGGUAN_PASSWORD_HASHERS at least 1")
	}
	if _, err := time.Parse("15:04", c.DigestAt); c.DigestAt != "off" && err != nil {
		return fmt.Errorf("config: TONGGUAN_DIGEST_AT: %q is neither a time such as 08:00 nor off", c.DigestAt)
	}
	if c.Session < time.Minute || c.Checkpoint < time.Second {
		return errors.New("config: TONGGUAN_SESSION must be at least 1m and TONGGUAN_CHECKPOINT_EVERY at least 1s")
	}
	if _, err := mail.ParseAddress(c.Witness); c.Witness != "" && (err != nil || c.SMTP == "") {
		return fmt.Errorf("config: TONGGUAN_AUDIT_WITNESS: %q must be an address, and TONGGUAN_SMTP_URL must name a mail server", c.Witness)
	}
	_, err := c.Relay()
	return err
}

// Location is the zone in which dates are shown.
func (c Config) Location() (*time.Location, error) { return time.LoadLocation(c.Zone) }

// Secure says whether people reach the site over TLS.
func (c Config) Secure() bool { return strings.HasPrefix(c.URL, "https://") }

// Secret reads the secret file, making it with 32 random bytes, readable to its owner only, where there is none.
func (c Config) Secret() ([]byte, error) {
	text, err := os.ReadFile(c.SecretFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeSecret(c.SecretFile)
	}
	if err != nil {
		return nil, fmt.Errorf("config: TONGGUAN_SECRET_FILE: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < 32 {
		return nil, fmt.Errorf("config: %s must hold at least 32 bytes in hexadecimal", c.SecretFile)
	}
	return secret, nil
}

// makeSecret writes the file under another name and links it into place, so that of two processes that start
// at once both end up with the same secret, and neither ever reads half of one.
func makeSecret(path string) ([]byte, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-") // readable to its owner only
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a second name of the file, or nobody's
	_, err = f.WriteString(hex.EncodeToString(secret) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path) // ours, or that of another process that was faster
}

// Setting is one line of what `config` prints.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Help  string `json:"help"`
}

// Settings lists every setting with its present value, passwords hidden.
func (c Config) Settings() []Setting {
	v := reflect.ValueOf(c)
	out := make([]Setting, v.NumField())
	for i := range out {
		f := v.Type().Field(i)
		value := fmt.Sprint(v.Field(i).Interface())
		switch {
		case f.Tag.Get("secret") == "dsn":
			value = HidePassword(value)
		case f.Tag.Get("secret") == "relay":
			value = hideInRelay(value)
		case f.Tag.Get("secret") == "whole" && value != "":
			value = "•••"
		}
		out[i] = Setting{Name: f.Tag.Get("env"), Value: value, Help: f.Tag.Get("help")}
	}
	return out
}

var (
	urlPassword = regexp.MustCompile(`(://[^:/@\s]*:)\S*@`) // to the last @: a password may hold one
	dsnPassword = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'|(?:\\.|[^\s\\])+)`)
)

// HidePassword replaces the password in a DSN of either form.
func HidePassword(dsn string) string {
	return dsnPassword.ReplaceAllString(urlPassword.ReplaceAllString(dsn, "${1}•••@"), "${1}•••")
}

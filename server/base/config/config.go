// Package config reads the settings from the environment.
package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
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
	Zone       string        `env:"TONGGUAN_TIMEZONE" envDefault:"Asia/Shanghai" help:"zone in which dates are shown and due dates end"`
	Proxies    []string      `env:"TONGGUAN_TRUSTED_PROXIES" help:"addresses of reverse proxies whose X-Forwarded-For is believed, comma-separated"`
	Session    time.Duration `env:"TONGGUAN_SESSION" envDefault:"336h" help:"how long a sign-in lasts"`
	Pool       int           `env:"TONGGUAN_DATABASE_CONNECTIONS" envDefault:"16" help:"database connections a node keeps at most"`
	Hashers    int           `env:"TONGGUAN_PASSWORD_HASHERS" envDefault:"2" help:"passwords hashed at the same time (each takes 19 MiB)"`
	Stats      bool          `env:"TONGGUAN_STATS" envDefault:"false" help:"serve /stats (statements run, memory held) for bench"`
	Checkpoint time.Duration `env:"TONGGUAN_CHECKPOINT_EVERY" envDefault:"1h" help:"how often a signed checkpoint of the audit trail is written beside the database"`
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
	if c.URL == "" {
		c.URL = "http://" + c.Addr
	}
	if _, err := c.Location(); err != nil {
		return c, fmt.Errorf("config: TONGGUAN_TIMEZONE: %w", err)
	}
	if c.Pool < 2 || c.Hashers < 1 {
		return c, errors.New("config: TONGGUAN_DATABASE_CONNECTIONS must be at least 2 and TONGGUAN_PASSWORD_HASHERS at least 1")
	}
	return c, nil
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

func makeSecret(path string) ([]byte, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	text := []byte(hex.EncodeToString(secret) + "\n")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path) // another process made it in between
	}
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text)
	return text, errors.Join(err, f.Sync(), f.Close())
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
		if f.Tag.Get("secret") == "dsn" {
			value = HidePassword(value)
		}
		out[i] = Setting{Name: f.Tag.Get("env"), Value: value, Help: f.Tag.Get("help")}
	}
	return out
}

var (
	urlPassword = regexp.MustCompile(`(://[^:/@\s]*:)[^@]*@`)
	dsnPassword = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)`)
)

// HidePassword replaces the password in a DSN of either form.
func HidePassword(dsn string) string {
	return dsnPassword.ReplaceAllString(urlPassword.ReplaceAllString(dsn, "${1}•••@"), "${1}•••")
}

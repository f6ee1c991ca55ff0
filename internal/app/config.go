package app

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"vigie/internal/base/fault"
)

// Config is everything one says to the program before it starts: by flag, by
// environment (the flag's name in capitals after VIGIE_) or by file (vigie.json
// in the data directory). What people change while it runs is in the pages.
type Config struct {
	Data     string `help:"Directory of the data." default:"./vigie-data" env:"VIGIE_DATA" type:"path"`
	Database string `help:"postgres://… for several nodes; empty: one SQLite file in the data directory." env:"VIGIE_DATABASE"`
	Addr     string `help:"Address to listen on." default:"127.0.0.1:8420" env:"VIGIE_ADDR"`
	URL      string `help:"Address by which people reach Vigie, for links in mails; empty: http://ADDR." env:"VIGIE_URL" name:"url"`

	SecretKey string `help:"Key that seals tokens, 32 bytes in base64; empty: secret.key in the data directory." env:"VIGIE_SECRET_KEY" name:"secret-key"`
	Mail      string `help:"Mail server: smtp://user:password@host:587?from=vigie@example.org; empty: letters are kept in the data directory." env:"VIGIE_MAIL"`
	// AllowPrivate opens the guard of outgoing calls for networks in the house.
	AllowPrivate []string `help:"Private networks that channels may live on (10.0.0.0/8, 127.0.0.0/8…)." env:"VIGIE_ALLOW_PRIVATE" name:"allow-private"`
	Grammar      string   `help:"A grammar program of the house: address of LanguageTool (http://127.0.0.1:8081) or of Grammalecte (http://127.0.0.1:8080/gc_text/fr); empty: none." env:"VIGIE_GRAMMAR"`

	Grace    time.Duration `help:"How late a post may still leave by itself." default:"1h" env:"VIGIE_GRACE"`
	Practice time.Duration `help:"How long the practice network takes to answer." default:"50ms" env:"VIGIE_PRACTICE_LATENCY" name:"practice-latency"`
	// Settle shortens the patience with what nobody knows the end of, and with
	// silent nodes (four times as long): for tests that kill the program. Too
	// short, a slow request is believed lost and sent twice.
	Settle   time.Duration `help:"For tests: how long a request may still land." default:"0s" env:"VIGIE_SETTLE" hidden:""`
	Dev      bool          `help:"Serve the gallery of components at /_components." env:"VIGIE_DEV"`
	LogLevel slog.Level    `help:"debug, info, warn or error." default:"info" env:"VIGIE_LOG" name:"log"`
}

// secretFields never show.
var secretFields = map[string]bool{"SecretKey": true}

// LogValue prints the configuration without its secrets.
func (c Config) LogValue() slog.Value {
	v := reflect.ValueOf(c)
	var out []slog.Attr
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		text := fmt.Sprint(v.Field(i).Interface())
		switch {
		case secretFields[name] && text != "":
			text = "set"
		case strings.Contains(text, "://"):
			text = withoutPassword(text)
		}
		out = append(out, slog.String(strings.ToLower(name), text))
	}
	return slog.GroupValue(out...)
}

func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(not an address)"
	}
	q := u.Query()
	for name := range q { // postgres takes ?password= and ?sslpassword= too
		if strings.Contains(strings.ToLower(name), "password") {
			q.Set(name, "xxxxx")
			u.RawQuery = q.Encode()
		}
	}
	return u.Redacted()
}

// SQLite tells whether the data is one file here.
func (c Config) SQLite() bool { return !strings.HasPrefix(c.Database, "postgres") }

// DatabaseURL is what sqldb opens.
func (c Config) DatabaseURL() string {
	if c.SQLite() {
		if c.Database != "" {
			return c.Database
		}
		return filepath.Join(c.Data, "vigie.db")
	}
	return c.Database
}

// PublicURL is the address of the instance, without a slash at its end.
func (c Config) PublicURL() string {
	if c.URL != "" {
		return strings.TrimRight(c.URL, "/")
	}
	return "http://" + c.Addr
}

// HTTPS tells whether people reach the instance by https.
func (c Config) HTTPS() bool { return strings.HasPrefix(c.PublicURL(), "https://") }

// prepare checks what can be checked before anything opens, and makes the data
// directory. Errors are invalid.
func (c *Config) prepare() error {
	if c.Data == "" {
		c.Data = "vigie-data"
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fault.New(fault.Invalid, "app.data").With("path", c.Data).Because(err)
	}
	if u, err := url.Parse(c.PublicURL()); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fault.New(fault.Invalid, "app.url").With("url", c.URL)
	}
	_, err := c.private()
	return err
}

func (c Config) private() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.AllowPrivate {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return nil, fault.New(fault.Invalid, "app.allow_private").With("prefix", s).Because(err)
		}
		out = append(out, p)
	}
	return out, nil
}

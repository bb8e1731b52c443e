package node

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
	"time"

	"go.yaml.in/yaml/v3"

	"tongban/catalog/area"
	"tongban/consensus/feed"
	"tongban/consensus/quorum"
	"tongban/consensus/refusal"
	"tongban/intake/exchange"
	"tongban/node/peers"
	"tongban/node/presence"
	"tongban/node/store"
)

// ConfigFile is the name of the one configuration file in a data directory.
const ConfigFile = "tongban.yaml"

// Config is what an operator may set. Everything else is in the Register.
type Config struct {
	Center   area.Center  `yaml:"center"`
	Profile  string       `yaml:"profile"` // "village" or "hub"
	Peer     PeerConfig   `yaml:"peer"`
	Enrol    ListenConfig `yaml:"enrol"`
	Presence ListenConfig `yaml:"presence"`
	API      APIConfig    `yaml:"api"`
	Disk     DiskConfig   `yaml:"disk"`
	Log      LogConfig    `yaml:"log"`
	Timing   TimingConfig `yaml:"timing"`
	Devices  DeviceConfig `yaml:"devices"`
}

// DeviceConfig is what stands on the desks of clerks.
type DeviceConfig struct {
	URL string `yaml:"url"` // where a clerk's own machine answers for its card reader and camera; "": off
}

// check says what is wrong with it: pages of this node hand it nothing, and
// they ask nobody but the machine that they are shown on.
func (d DeviceConfig) check() error {
	if d.URL == "" {
		return nil
	}
	u, err := url.Parse(d.URL)
	if err != nil || u.Scheme != "http" || u.Port() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost" {
		return fmt.Errorf("devices.url: %q, want http://127.0.0.1:PORT", d.URL)
	}
	return nil
}

// PeerConfig is how other centers reach this one.
type PeerConfig struct {
	Listen   []string `yaml:"listen"`   // multiaddrs; none: this node only dials out
	Announce []string `yaml:"announce"` // multiaddrs written into the directory; none: those listened on
}

// APIConfig is where the API and the pages answer.
type APIConfig struct {
	Listen string `yaml:"listen"` // host:port; empty switches it off
	Public string `yaml:"public"` // https://host of what stands before it for the public; none: it is not public

	TLS  TLSConfig  `yaml:"tls"`
	OIDC OIDCConfig `yaml:"oidc"`

	Appointments bool `yaml:"appointments"` // people book them on the public pages
	HomeVisits   bool `yaml:"home_visits"`  // and ask there for visits at home
}

// TLSConfig is with which certificate the API and the pages are served. Without
// one they are served in the clear.
type TLSConfig struct {
	Cert  string   `yaml:"cert"`  // file of a certificate chain, PEM; relative to the data directory
	Key   string   `yaml:"key"`   // file of its key, PEM
	Self  bool     `yaml:"self"`  // the node makes one for itself
	Names []string `yaml:"names"` // hosts and addresses in that, beside those listened on
}

// On reports whether there is a certificate.
func (t TLSConfig) On() bool { return t.Self || t.Cert != "" }

// check says what is wrong with it.
func (t TLSConfig) check() error {
	switch {
	case t.Self && (t.Cert != "" || t.Key != ""):
		return errors.New("api.tls: self and cert exclude each other")
	case (t.Cert == "") != (t.Key == ""):
		return errors.New("api.tls: cert and key belong together")
	case len(t.Names) > 0 && !t.Self:
		return errors.New("api.tls.names: only a certificate that the node makes (self) takes names")
	case len(t.Names) > maxTLSNames:
		return fmt.Errorf("api.tls.names: %d of them, at most %d", len(t.Names), maxTLSNames)
	}
	for _, name := range t.Names {
		if net.ParseIP(name) == nil && !hostShape.MatchString(name) {
			return fmt.Errorf("api.tls.names: %q is no host and no address", name)
		}
	}
	return nil
}

const maxTLSNames = 50

var hostShape = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$`)

// ListenConfig is a host:port; empty switches the service off.
type ListenConfig struct {
	Listen string `yaml:"listen"`
}

// DiskConfig is when a node stops taking work in, in MiB. Zeros are what the
// profile says.
type DiskConfig struct {
	MinFreeMiB uint64 `yaml:"min_free_mib"`
	BallastMiB uint64 `yaml:"ballast_mib"`
}

func (d DiskConfig) space() store.Space {
	if d == (DiskConfig{}) {
		return store.Space{}
	}
	refuse := max(d.MinFreeMiB, 16) << 20
	return store.Space{Warn: 4 * refuse, Refuse: refuse, Stop: refuse / 4, Ballast: d.BallastMiB << 20, Every: time.Second}
}

// LogConfig is what is logged and how.
type LogConfig struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // text, json
}

// announced is what the directory may say before the node has listened: only
// addresses that mean something elsewhere.
func (p PeerConfig) announced() []string {
	if len(p.Announce) > 0 {
		return p.Announce
	}
	var out []string
	for _, a := range p.Listen {
		if !strings.Contains(a, "/0.0.0.0/") && !strings.Contains(a, "/::/") && !strings.HasSuffix(a, "/tcp/0") {
			out = append(out, a)
		}
	}
	return out
}

// public is the address where it means something elsewhere, else "".
func (l ListenConfig) public() string {
	host, port, err := net.SplitHostPort(l.Listen)
	if err != nil || port == "0" || host == "" || net.ParseIP(host).IsUnspecified() {
		return ""
	}
	return l.Listen
}

// TimingConfig scales the clocks of consensus. Fast is for one machine or one
// room; it is not for a line that may be slow.
type TimingConfig struct {
	Fast bool `yaml:"fast"`
}

func (t TimingConfig) quorum() quorum.Timing {
	if !t.Fast {
		return quorum.Timing{Commit: 50 * time.Millisecond} // a voter signs only what it heard is committed
	}
	return quorum.Timing{
		Heartbeat: 600 * time.Millisecond, Election: 600 * time.Millisecond, Lease: 400 * time.Millisecond,
		Commit: 25 * time.Millisecond, RPC: 5 * time.Second,
	}
}

func (t TimingConfig) feed() feed.Delays {
	if !t.Fast {
		return feed.Delays{}
	}
	return feed.Delays{Silence: 5 * time.Second, RetryMin: 100 * time.Millisecond, RetryMax: 5 * time.Second, Avoid: time.Minute, Look: 2 * time.Second}
}

func (t TimingConfig) signOfLife() time.Duration {
	if !t.Fast {
		return 0
	}
	return time.Second
}

func (t TimingConfig) exchange() exchange.Timing {
	if !t.Fast {
		return exchange.Timing{}
	}
	return exchange.Timing{First: 200 * time.Millisecond, Most: 5 * time.Second, Reoffer: 5 * time.Second}
}

func (t TimingConfig) peers() peers.Timing {
	if !t.Fast {
		return peers.Timing{}
	}
	return peers.Timing{Dial: 3 * time.Second, RetryMin: 100 * time.Millisecond, RetryMax: 2 * time.Second, KeepAlive: 3 * time.Second}
}

func (t TimingConfig) presence() presence.Timing {
	if !t.Fast {
		return presence.Timing{}
	}
	return presence.Timing{Probe: time.Second, ProbeTimeout: 500 * time.Millisecond, Gossip: 200 * time.Millisecond, PushPull: 10 * time.Second, Join: 2 * time.Second}
}

// leaderless is how long a voter waits for a leader before it follows.
func (t TimingConfig) leaderless() time.Duration {
	if t.Fast {
		return 8 * time.Second
	}
	return time.Minute
}

//go:embed tongban.yaml.tmpl
var configTemplate string

// DefaultConfig is the configuration of a center of that level on its usual
// ports.
func DefaultConfig(center area.Center) Config {
	c := Config{
		Center:   center,
		Profile:  "village",
		Peer:     PeerConfig{Listen: []string{"/ip4/0.0.0.0/tcp/7400"}},
		Enrol:    ListenConfig{"0.0.0.0:7401"},
		Presence: ListenConfig{"0.0.0.0:7402"},
		API:      APIConfig{Listen: "127.0.0.1:7403", Appointments: true},
		Log:      LogConfig{Level: "info", Format: "text"},
	}
	if center != "" && center.Level() <= area.Town {
		c.Profile = "hub"
	}
	return c
}

// Text is the configuration as a file, with its comments.
func (c Config) Text() ([]byte, error) {
	t, err := template.New(ConfigFile).Parse(configTemplate)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return b.Bytes(), nil
}

// WriteConfig writes the configuration file, with its comments, into a data
// directory.
func WriteConfig(dir string, c Config) error {
	b, err := c.Text()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ConfigFile), b, 0o600)
}

// ReadConfig reads and checks the configuration of a data directory.
func ReadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, ConfigFile)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return Config{}, refusal.Newf(refusal.NotFound, "read configuration",
			"make a node with 'tongban realm create' or 'tongban join', or name its folder with --dir",
			"%s holds no node (no %s)", dir, ConfigFile)
	}
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	c := DefaultConfig("")
	c.Peer.Listen = nil
	d := yaml.NewDecoder(io.LimitReader(f, 1<<20))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return Config{}, refusal.New(refusal.Malformed, "read "+path, "mend the file; 'tongban config' prints one with comments", err)
	}
	if err := c.Check(); err != nil {
		return Config{}, refusal.New(refusal.Malformed, "read "+path, "mend the file", err)
	}
	return c, nil
}

// Check tells everything that is wrong with a configuration at once.
func (c Config) Check() error {
	var errs []error
	if _, err := area.ParseCenter(string(c.Center)); err != nil {
		errs = append(errs, fmt.Errorf("center: %w", err))
	}
	if c.Profile != "village" && c.Profile != "hub" {
		errs = append(errs, fmt.Errorf("profile: %q, want village or hub", c.Profile))
	}
	for name, listen := range map[string]string{"enrol": c.Enrol.Listen, "presence": c.Presence.Listen, "api": c.API.Listen} {
		if listen == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(listen); err != nil {
			errs = append(errs, fmt.Errorf("%s.listen: %w", name, err))
		}
	}
	if u, err := url.Parse(c.API.Public); c.API.Public != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.HasSuffix(c.API.Public, "/")) {
		errs = append(errs, fmt.Errorf("api.public: %q, want an address such as https://banshi.example.cn, without a slash at its end", c.API.Public))
	}
	if c.API.HomeVisits && !c.API.Appointments {
		errs = append(errs, errors.New("api.home_visits: they are asked for on the pages of api.appointments, which is off"))
	}
	if err := c.API.TLS.check(); err != nil {
		errs = append(errs, err)
	}
	if err := c.API.checkOIDC(); err != nil {
		errs = append(errs, err)
	}
	if err := c.Devices.check(); err != nil {
		errs = append(errs, err)
	}
	if level := new(slog.Level); level.UnmarshalText([]byte(c.Log.Level)) != nil {
		errs = append(errs, fmt.Errorf("log.level: %q, want debug, info, warn or error", c.Log.Level))
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		errs = append(errs, fmt.Errorf("log.format: %q, want text or json", c.Log.Format))
	}
	return errors.Join(errs...)
}

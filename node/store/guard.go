package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"tongban/consensus/refusal"
)

// Space is how much free disk means what, in bytes.
//
// The distances matter: between two looks the node can write what its
// memtables and compactions hold, and none of the limits may be jumped over.
type Space struct {
	Warn    uint64        // below: said in the log and in the status
	Refuse  uint64        // below: nothing new is taken in
	Stop    uint64        // below: the ballast is let go; without ballast the node stops
	Ballast uint64        // a file that takes room now so that there is some to give back
	Every   time.Duration // between two looks
}

var spaces = map[Profile]Space{
	Village: {Warn: 2 << 30, Refuse: 384 << 20, Stop: 96 << 20, Ballast: 64 << 20, Every: time.Second},
	Hub:     {Warn: 10 << 30, Refuse: 2 << 30, Stop: 512 << 20, Ballast: 256 << 20, Every: time.Second},
}

// Level is how things stand with the disk.
type Level uint8

// The levels.
const (
	Ample     Level = iota
	Low             // worth a look
	Refusing        // nothing new is taken in
	Emergency       // the ballast is gone; what runs is brought to an end
	Full            // the node must stop now
)

var levels = [...]string{"ample", "low", "refusing", "emergency", "full"}

// String returns the English word.
func (l Level) String() string { return levels[l] }

// Guard watches the free space of the disk under the database. Safe for
// concurrent use.
type Guard struct {
	space   Space
	dir     string
	ballast string // the file
	statfs  func(string) (free, size uint64, err error)
	log     *slog.Logger

	free  atomic.Uint64
	level atomic.Uint32

	mu    sync.Mutex
	state watch // guarded by mu
}

// watch is the guard's state: the last level, and whether the ballast is
// there.
type watch struct {
	level Level
	held  bool
}

// deed is what the guard has to do after a look.
type deed uint8

const (
	nothing deed = iota
	letGo        // give the ballast back
	rebuild      // take it again
)

// look is the guard's rule, without any disk. Going down each limit counts as
// it stands; going up takes a quarter more, and room for the ballast, so that
// a disk at its limit does not swing.
func look(w watch, s Space, free uint64) (watch, deed) {
	if !w.held && free >= s.Refuse+s.Refuse/4+s.Ballast {
		w.held = true
		w.level = levelOf(s, free-s.Ballast)
		return w, rebuild
	}
	switch {
	case free < s.Stop && w.held:
		return watch{Emergency, false}, letGo
	case free < s.Stop:
		w.level = Full
	case !w.held:
		w.level = Emergency // until there is room for the ballast again
	case w.level >= Refusing && free < s.Refuse+s.Refuse/4:
		w.level = Refusing
	default:
		w.level = levelOf(s, free)
	}
	return w, nothing
}

func levelOf(s Space, free uint64) Level {
	switch {
	case free < s.Refuse:
		return Refusing
	case free < s.Warn:
		return Low
	}
	return Ample
}

func newGuard(cfg Config) (*Guard, error) {
	g := &Guard{
		space: cfg.Space, dir: cfg.Dir, ballast: filepath.Join(cfg.Dir, "ballast"),
		statfs: cfg.Statfs, log: cfg.Log,
	}
	if g.space == (Space{}) {
		g.space = spaces[cfg.Profile]
	}
	if g.space.Every <= 0 {
		g.space.Every = time.Second
	}
	if g.statfs == nil {
		g.statfs = statfs
	}
	if err := g.adopt(); err != nil {
		return nil, err
	}
	if _, err := g.Check(); err != nil {
		return nil, err
	}
	if g.Level() == Full {
		return nil, refusal.Newf(refusal.DiskFull, "open the data directory "+cfg.Dir,
			"free some space on that disk, then start again; nothing is lost", "%s", g.sentence())
	}
	return g, nil
}

// adopt takes over the ballast of an earlier run, when it has the right size.
func (g *Guard) adopt() error {
	g.state.level = Low
	info, err := os.Stat(g.ballast)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("look at the ballast: %w", err)
	case uint64(info.Size()) != g.space.Ballast:
		return os.Remove(g.ballast)
	}
	g.state.held = true
	return nil
}

// Err is nil while there is room, and else the refusal (refusal.DiskFull) with
// which whoever takes something in turns it away.
func (g *Guard) Err() error {
	if g.Level() < Refusing {
		return nil
	}
	return refusal.Newf(refusal.DiskFull, "",
		"free some space on the disk of the data directory; the node goes on by itself then", "%s", g.sentence())
}

// Level is what the last look found.
func (g *Guard) Level() Level { return Level(g.level.Load()) }

// Free is how many bytes the last look found free.
func (g *Guard) Free() uint64 { return g.free.Load() }

func (g *Guard) sentence() string {
	return fmt.Sprintf("%d MiB free under %s, %d MiB are needed to take anything in",
		g.Free()>>20, g.dir, g.space.Refuse>>20)
}

// Check looks now.
func (g *Guard) Check() (Level, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	free, _, err := g.statfs(g.dir)
	if err != nil {
		return g.Level(), fmt.Errorf("look at the free space under %s: %w", g.dir, err)
	}
	g.free.Store(free)
	before := g.Level()
	next, do := look(g.state, g.space, free)
	switch do {
	case letGo:
		err = os.Remove(g.ballast)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil // somebody was quicker
		}
	case rebuild:
		if err = reserve(g.ballast, g.space.Ballast); err != nil {
			// No ballast is worse than a ballast, but no reason to refuse work:
			// look again next time.
			g.log.Warn("could not lay the ballast", "error", err)
			next.held, err = false, nil
		}
	}
	g.state = next
	g.level.Store(uint32(next.level))
	if next.level != before {
		g.say(before, next.level, do)
	}
	return next.level, err
}

func (g *Guard) say(before, now Level, do deed) {
	level := slog.LevelInfo
	switch {
	case now >= Emergency:
		level = slog.LevelError
	case now > Ample && now > before:
		level = slog.LevelWarn
	}
	g.log.Log(context.Background(), level, "disk space", "level", now.String(), "was", before.String(),
		"free_mib", g.Free()>>20, "ballast_released", do == letGo)
}

// run looks until ctx ends. Its error says that the disk is full.
func (g *Guard) run(ctx context.Context) error {
	tick := time.NewTicker(g.space.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		level, err := g.Check()
		if err != nil {
			g.log.Warn("the free space is unknown", "error", err)
			continue
		}
		if level == Full {
			return refusal.Newf(refusal.DiskFull, "go on writing",
				"free some space on that disk, then start again; nothing is lost", "%s", g.sentence())
		}
	}
}

package peers

import (
	"context"
	"log/slog"
	"sync"

	"github.com/libp2p/go-libp2p/gologshim"
)

var routeOnce sync.Once

// routeLibraryLog sends libp2p's own log lines to ours. The library has one
// log for the process and keeps it from its first line on, so the first node
// of a process gives its log for all.
func routeLibraryLog(log *slog.Logger) {
	routeOnce.Do(func() { gologshim.SetDefaultHandler(onlyWarnings{log.Handler()}) })
}

// onlyWarnings leaves out what libp2p says below a warning: its everyday talk
// about connections that failed is told by us, with the center's name.
type onlyWarnings struct{ slog.Handler }

func (h onlyWarnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h onlyWarnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyWarnings{h.Handler.WithAttrs(attrs)}
}

func (h onlyWarnings) WithGroup(name string) slog.Handler {
	return onlyWarnings{h.Handler.WithGroup(name)}
}

// Package api is the node's HTTP surface: JSON for the command line and for
// pages, described at /openapi.json.
//
// It must never decide anything (the desk, the Register and the exchange do),
// and never answer a request without a token, but for the bare words of
// /healthz and /readyz, for the pages that openPath names, and for those of
// staffPath, which ask for an account.
package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tongban/catalog/rule"
	"tongban/node/frame"
	"tongban/node/onboard"
	"tongban/node/visitor"
)

// MaxBody is the largest request body, in bytes: a case with its scanned
// papers.
const MaxBody = 16 << 20

// Server answers HTTP. Make it with New; it is safe for concurrent use.
type Server struct {
	// Constructor parameters.
	node  Services
	token string
	log   *slog.Logger

	index   *index
	onboard *onboard.Onboard
	handler http.Handler
}

// New builds the server over a node's services. token is what every request
// must bring, as "Authorization: Bearer …", but for the pages: those who work
// here open them with an account, strangers a few without.
func New(node Services, token, version string, log *slog.Logger) *Server {
	s := &Server{node: node, token: token, log: log}
	s.index = newIndex(node.Register, node.Cabinet, node.Self, node.Now)
	s.onboard = s.onboarding()
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Tongban 通办", version)
	config.Info.Description = "One center's node. Every call needs the local token as a bearer token."
	config.DocsPath = "" // its page loads scripts from elsewhere
	config.CreateHooks = nil
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[rule.Document](), reflect.TypeFor[map[string]any]())
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer"},
	}
	config.Security = []map[string][]string{{"token": {}}}
	api := humago.New(mux, config)
	s.registerNode(api)
	s.registerCatalogue(api)
	s.registerCenters(api)
	s.registerCases(api)
	s.registerDocuments(api)
	s.registerActions(api)
	s.registerTogether(api)
	s.registerCounter(api)
	s.registerExchange(api)
	s.registerRequests(api)
	s.registerRatings(api)
	s.registerPrivacy(api)
	s.registerHall(api)
	s.registerAccounts(api)
	s.registerOnboard(api)
	s.registerArchive(mux, api)
	s.registerPapers(mux, api)
	s.registerNational(mux, api)
	s.registerSupervise(api)
	stream(mux, api, op("backup", http.MethodGet, "/v1/backup", "write everything that the node holds, but for its key", "node"), s.backup)
	stream(mux, api, op("inbox", http.MethodPost, "/v1/inbox", "take a file in that another node's outbox wrote", "exchange"), s.take)
	stream(mux, api, op("form-keep", http.MethodPost, "/v1/forms", "keep a file that items will name", "catalogue"), s.keepForm)
	stream(mux, api, op("form", http.MethodGet, "/v1/forms/{hash}", "give a file out that an item names", "catalogue"), s.form)
	mux.Handle("GET /web/", assets)
	hang(mux, s.catalogue(func(*http.Request) frame.Bar { return frame.Bar{Home: "/catalogue"} }))
	public := sync.OnceValue(s.openPages) // built like the rooms, when the first page is asked for
	for _, path := range []string{"/public", "/p/", "/progress", "/progress/", "/guide", "/guide/", "/appointment", "/appointment/"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { public().ServeHTTP(w, r) })
	}
	rate := s.ratePage()
	mux.Handle("GET /rate/", rate)
	mux.Handle("POST /rate/", rate)
	mux.HandleFunc("GET /healthz", s.healthy)
	mux.HandleFunc("GET /readyz", s.ready)
	staff, guarded := sync.OnceValue(s.staff), s.guard(mux) // the rooms are built when the first page is asked for
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.careful(w.Header())
		if staffPath(r.URL.Path) && r.Header.Get("Authorization") == "" { // whoever has the token needs no account
			staff().ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
	return s
}

// schemaName puts the package before the name of a type: several packages have
// a Status. What drafting is asked and answers is the API's own.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "api" || pkg == "drafting" || pkg == "." {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// ServeHTTP answers one request. Nothing, the OpenAPI document included, is
// served without a token.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers on l until ctx ends, then lets running requests finish for at
// most five seconds. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	var keeping sync.WaitGroup
	defer keeping.Wait()
	kept, stop := context.WithCancel(ctx)
	defer stop()
	keeping.Go(func() { s.index.keep(kept) })
	keeping.Go(func() { s.onboard.Run(kept) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// careful is what every answer says to a browser. Pages say more of what they
// may load; nothing says less.
func (s *Server) careful(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if s.node.HSTS {
		h.Set("Strict-Transport-Security", "max-age=15552000")
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
}

// guard lets through who has the token, and logs who has not.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || openPath(r.URL.Path) {
			visitor.DontWait(w, openTime)
			next.ServeHTTP(w, r)
			return
		}
		if !s.authentic(r) {
			s.log.Warn("request refused: no valid token", "method", r.Method, "path", r.URL.Path, "from", visitor.Asker(r))
			writeProblem(w, problem(http.StatusUnauthorized, "unauthenticated",
				"this node answers nobody without its token",
				"send the content of the file \"token\" in the data directory as a bearer token"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		next.ServeHTTP(w, r)
	})
}

// openTime is how long a stranger has for sending a form, and for taking the
// answer: whoever sends a byte a minute holds no connection for long.
const openTime = 20 * time.Second

func (s *Server) authentic(r *http.Request) bool {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && s.same(bearer)
}

func (s *Server) same(given string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) }

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if why := s.node.NotReady(); why != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("not ready: " + why + "\n"))
		return
	}
	w.Write([]byte("ready\n"))
}

package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"tongban/tools/golden"
)

const secret = "the token"

// fetch asks a server without services, as far as it has an answer.
func fetch(t *testing.T, s *Server, method, path, token string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// Who has no token does not even learn what there is to ask.
func TestTheDescriptionNeedsTheToken(t *testing.T) {
	s := New(Services{}, secret, "test", slog.New(slog.DiscardHandler))
	for _, path := range []string{"/openapi.json", "/openapi.yaml", "/openapi-3.0.json", "/openapi-3.0.yaml", "/schemas/Done.json", "/docs"} {
		for _, token := range []string{"", "another", secret + " "} {
			w := fetch(t, s, http.MethodGet, path, token)
			if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "/v1/") {
				t.Errorf("%s with token %q: %d %s", path, token, w.Code, w.Body)
			}
		}
	}
	if w := fetch(t, s, http.MethodGet, "/openapi.json", secret); w.Code != http.StatusOK {
		t.Errorf("with the token: %d %s", w.Code, w.Body)
	}
}

// The golden file is what programs of other people rely on: a line that goes
// away or changes breaks them.
func TestTheDescriptionListsEveryPath(t *testing.T) {
	s := New(Services{}, secret, "test", slog.New(slog.DiscardHandler))
	var described struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string `json:"summary"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(fetch(t, s, http.MethodGet, "/openapi.json", secret).Body.Bytes(), &described); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for path, operations := range described.Paths {
		for method, o := range operations {
			if !strings.HasPrefix(path, "/v1/") || o.OperationID == "" || o.Summary == "" {
				t.Errorf("%s %s is described as %+v", method, path, o)
			}
			lines = append(lines, path+" "+strings.ToUpper(method)+" "+o.OperationID+"\n")
		}
	}
	slices.Sort(lines)
	golden.Check(t, "openapi.golden", strings.Join(lines, ""))
}

// What answers under /v1 is registered together with its description, by route
// or stream. Nothing else may be put beside them.
func TestNothingIsServedUndescribed(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, "mux.Handle") && strings.Contains(line, "/v1") {
				t.Errorf("%s: served but not described: %s", f.Name(), strings.TrimSpace(line))
			}
		}
	}
}

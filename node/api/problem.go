package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/consensus/refusal"
)

// Problem is how an error looks on the wire: what was wrong, its stable code,
// and what to do.
type Problem struct {
	Status  int      `json:"status"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Hint    string   `json:"hint,omitempty"`
	Details []string `json:"details,omitempty"` // every fault found in the input, with its place
}

func (p *Problem) Error() string { return p.Message }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

func problem(status int, code, message, hint string) *Problem {
	return &Problem{Status: status, Code: code, Message: message, Hint: hint}
}

// statuses maps codes to HTTP; a code that is not here is a rule that said no.
var statuses = map[refusal.Code]int{
	refusal.Malformed:   http.StatusUnprocessableEntity,
	refusal.NotFound:    http.StatusNotFound,
	refusal.Forbidden:   http.StatusForbidden,
	refusal.Unavailable: http.StatusServiceUnavailable,
	refusal.TooLarge:    http.StatusRequestEntityTooLarge,
	refusal.DiskFull:    http.StatusInsufficientStorage,
}

// fail turns an error into what the caller may see. What carries no code is
// our own fault: it is logged whole and shown without its inside.
func (s *Server) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	code := refusal.CodeOf(err)
	if code == "" {
		s.log.Error("request failed", "op", op, "err", err)
		return problem(http.StatusInternalServerError, "internal", op+": "+err.Error(), "the node's log has more")
	}
	status, ok := statuses[code]
	if !ok {
		status = http.StatusConflict
	}
	return problem(status, string(code), err.Error(), refusal.HintOf(err))
}

// writeError answers a stream's error as JSON operations answer theirs.
func (s *Server) writeError(w http.ResponseWriter, op string, err error) {
	p, _ := s.fail(op, err).(*Problem)
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// huma asks this variable for every error of its own (a body that does not
// fit the schema), so that they look like ours.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := problem(status, "malformed", message, "")
		if status >= http.StatusInternalServerError {
			p.Code = "internal"
		}
		for _, err := range errs {
			if err != nil {
				p.Details = append(p.Details, err.Error())
			}
		}
		return p
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

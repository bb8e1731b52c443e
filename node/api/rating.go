package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/node/citizen"
)

// RatingPath names a rating, and who looks: what they may see follows from
// that.
type RatingPath struct {
	ID rating.ID `path:"id" maxLength:"60"`
}

// Viewing is who looks at ratings.
type Viewing struct {
	Staff string      `query:"staff" maxLength:"100" doc:"who looks"`
	Role  rating.Role `query:"role" enum:"window,handler" default:"window" doc:"in which capacity: only whoever handles ratings sees whose they are"`
}

func (v Viewing) viewer() rating.Viewer { return rating.Viewer{Staff: v.Staff, Role: v.Role} }

// GivenAtCounter is a rating that staff take in: on the tablet that they hold
// out, or by telephone.
type GivenAtCounter struct {
	Staff     string         `json:"staff" minLength:"1" maxLength:"100"`
	Case      casefile.ID    `json:"case,omitempty" maxLength:"60"`
	Visit     string         `json:"visit,omitempty" maxLength:"128" doc:"as it is named, or by the number of today's queue ticket"`
	Grade     int            `json:"grade" minimum:"1" maximum:"5" doc:"1 (best) to 5"`
	Channel   rating.Channel `json:"channel,omitempty" enum:"pc,mobile,qr,tablet,terminal,phone,message"`
	Words     string         `json:"words,omitempty" maxLength:"500" doc:"kept encrypted, never shown to whom the rating is about"`
	Name      string         `json:"name,omitempty" maxLength:"50"`
	Telephone string         `json:"telephone,omitempty" maxLength:"30"`
}

// LinkWish asks for the link by which an applicant rates a case or a visit.
type LinkWish struct {
	Case  casefile.ID `json:"case,omitempty" maxLength:"60"`
	Visit string      `json:"visit,omitempty" maxLength:"128" doc:"as it is named, or by the number of today's queue ticket"`
}

// Acted is one step of a rectification: who takes it, and the step.
type Acted[F any] struct {
	Staff string `json:"staff" minLength:"1" maxLength:"100"`
	Form  F      `json:"form"`
}

// ContactForm says that whoever gave a bad rating was called.
type ContactForm struct {
	Unreached bool   `json:"unreached,omitempty"`
	Note      string `json:"note,omitempty" maxLength:"1000" doc:"no personal data"`
}

// FindingForm is what the verification came to.
type FindingForm struct {
	Complex bool   `json:"complex,omitempty" doc:"it can't be put right at once: the longer limit counts"`
	Text    string `json:"text" minLength:"1" maxLength:"1000"`
}

// AnswerForm is what was put right.
type AnswerForm struct {
	Text string `json:"text" minLength:"1" maxLength:"1000" doc:"shown to whoever gave the rating"`
}

// FollowUpForm asks whether that was enough.
type FollowUpForm struct {
	Dissatisfied bool   `json:"dissatisfied,omitempty"`
	Note         string `json:"note,omitempty" maxLength:"1000"`
}

// AppealForm says that a rating is wrong or malicious.
type AppealForm struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

// ReviewForm is another's word on an appeal.
type ReviewForm struct {
	Upheld bool   `json:"upheld,omitempty" doc:"the rating is left out of the figures; it stays in the book"`
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

func (s *Server) registerRatings(api huma.API) {
	r := s.node.Ratings
	route(s, api, op("ratings", http.MethodGet, "/v1/ratings", "list ratings, the newest first", "ratings"),
		func(_ context.Context, in *struct {
			Viewing
			Bad    bool         `query:"bad" doc:"only bad ratings"`
			Open   bool         `query:"open" doc:"only those about which something is still to be done"`
			Late   bool         `query:"late" doc:"only those of which a limit is over"`
			From   workday.Date `query:"from" maxLength:"10" doc:"given on that day or later"`
			To     workday.Date `query:"to" maxLength:"10"`
			Case   casefile.ID  `query:"case" maxLength:"60"`
			Before uint64       `query:"before" doc:"paging: as the page before says"`
			Limit  int          `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (rating.List, error) {
			return r.List(rating.Query{Bad: in.Bad, Open: in.Open, Late: in.Late, From: in.From, To: in.To,
				Case: in.Case, Before: in.Before, Limit: in.Limit}, in.viewer())
		})
	route(s, api, op("rating-add", http.MethodPost, "/v1/ratings", "take a rating in at the counter", "ratings"),
		func(ctx context.Context, in *struct{ Body GivenAtCounter }) (rating.View, error) {
			b := in.Body
			given, err := r.Give(ctx, b.Staff, rating.Form{
				Subject: rating.Subject{Case: b.Case, Visit: s.node.Desk.VisitOf(b.Visit)}, Grade: b.Grade, Channel: b.Channel,
				Private: rating.Private{Words: b.Words, Name: b.Name, Telephone: b.Telephone},
			})
			if err != nil {
				return rating.View{}, err
			}
			return r.Show(given.ID, rating.Viewer{Staff: b.Staff})
		})
	route(s, api, op("rating-link", http.MethodPost, "/v1/ratings/links", "give out the link by which an applicant rates", "ratings"),
		func(_ context.Context, in *struct{ Body LinkWish }) (rating.Link, error) {
			return r.Link(rating.Subject{Case: in.Body.Case, Visit: s.node.Desk.VisitOf(in.Body.Visit)})
		})
	route(s, api, op("rating-figures", http.MethodGet, "/v1/ratings/figures", "count the ratings of a period", "ratings"), s.ratingFigures)
	route(s, api, op("rating-verify", http.MethodPost, "/v1/ratings/verify", "verify the book of ratings from its first entry", "ratings"),
		func(ctx context.Context, _ *none) (Verified, error) { return s.verifyBook(ctx, r.Verify) })
	route(s, api, op("rating", http.MethodGet, "/v1/ratings/{id}", "show a rating", "ratings"),
		func(_ context.Context, in *struct {
			RatingPath
			Viewing
		}) (rating.View, error) {
			return r.Show(in.ID, in.viewer())
		})
	route(s, api, op("rating-reveal", http.MethodPost, "/v1/ratings/{id}/reveal", "show a rating with what was written, and by whom", "ratings"), s.reveal)
	step(s, api, "contact", "say that whoever gave a bad rating was called", func(f ContactForm) rating.Step {
		return rating.Contact{Reached: !f.Unreached, Note: f.Note}
	})
	step(s, api, "find", "say what the verification came to", func(f FindingForm) rating.Step {
		return rating.Finding{Complex: f.Complex, Text: f.Text}
	})
	step(s, api, "rectify", "answer a bad rating", func(f AnswerForm) rating.Step { return rating.Answer{Text: f.Text} })
	step(s, api, "follow-up", "say whether the answer was enough", func(f FollowUpForm) rating.Step {
		return rating.FollowUp{Satisfied: !f.Dissatisfied, Note: f.Note}
	})
	step(s, api, "appeal", "appeal against a bad rating", func(f AppealForm) rating.Step { return rating.Appeal{Reason: f.Reason} })
	step(s, api, "review", "decide on an appeal, as another", func(f ReviewForm) rating.Step {
		return rating.Review{Upheld: f.Upheld, Reason: f.Reason}
	})
}

// step gives one step of a rectification its path.
func step[F any](s *Server, api huma.API, name, summary string, read func(F) rating.Step) {
	route(s, api, op("rating-"+name, http.MethodPost, "/v1/ratings/{id}/"+name, summary, "ratings"),
		func(_ context.Context, in *struct {
			RatingPath
			Body Acted[F]
		}) (rating.View, error) {
			if _, err := s.node.Ratings.Do(in.ID, in.Body.Staff, read(in.Body.Form)); err != nil {
				return rating.View{}, err
			}
			return s.node.Ratings.Show(in.ID, rating.Viewer{Staff: in.Body.Staff})
		})
}

// Revealing is who wants to see what was written with a rating, and why.
type Revealing struct {
	Staff  string      `json:"staff" maxLength:"100" doc:"who looks"`
	Role   rating.Role `json:"role,omitempty" enum:"window,handler" doc:"in which capacity: only whoever handles ratings sees whose they are"`
	Reason string      `json:"reason,omitempty" maxLength:"500" doc:"why; left out: to handle the rating"`
}

// reveal shows a rating with what was written, the name and the telephone, to
// whoever handles ratings; the privacy audit has that before the answer.
func (s *Server) reveal(_ context.Context, in *struct {
	RatingPath
	Body Revealing
}) (rating.View, error) {
	ask := in.Body
	v, err := s.node.Ratings.Reveal(in.ID, rating.Viewer{Staff: ask.Staff, Role: ask.Role})
	if err != nil {
		return rating.View{}, err
	}
	reason := ask.Reason
	if reason == "" {
		reason = "处理评价"
	}
	err = s.node.Privacy.Rating(string(in.ID), []string{"words", "name", "telephone"},
		privacy.Asker{Staff: ask.Staff, Reason: reason, Role: string(ask.Role)})
	if err != nil {
		return rating.View{}, err
	}
	return v, nil
}

func (s *Server) ratingFigures(ctx context.Context, in *struct {
	From workday.Date `query:"from" required:"true" maxLength:"10" doc:"the first day"`
	To   workday.Date `query:"to" required:"true" maxLength:"10" doc:"the last day"`
	By   rating.By    `query:"by" enum:"item,window,department"`
}) ([]rating.Figures, error) {
	return s.countRatings(ctx, in.From, in.To, in.By)
}

// countRatings counts the ratings of a period beside the cases that could have
// been rated.
func (s *Server) countRatings(ctx context.Context, from, to workday.Date, by rating.By) ([]rating.Figures, error) {
	var served []rating.Served
	var failed error
	s.node.Cabinet.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool {
		if failed = ctx.Err(); failed != nil {
			return false
		}
		if day := workday.DateOf(msTime(c.Concluded)); c.Concluded == 0 || day < from || day > to {
			return true
		}
		state, err := s.node.Cabinet.State(c.ID)
		if err != nil {
			failed = err
			return false
		}
		one, ok, err := s.node.Ratings.Could(&state, from, to, by)
		if ok {
			served = append(served, one)
		}
		failed = err
		return err == nil
	})
	if failed != nil {
		return nil, failed
	}
	return s.node.Ratings.Figures(from, to, by, served)
}

// verifyBook answers what came of verifying a book.
func (s *Server) verifyBook(ctx context.Context, verify func(context.Context) (chain.Head, error)) (Verified, error) {
	started := s.node.Now()
	head, err := verify(ctx)
	if err != nil && ctx.Err() != nil {
		return Verified{}, ctx.Err()
	}
	return verified(started, head.Index, err), nil
}

// gradeOf is the grade that a request tells, in words; ok is false for one that
// tells none.
func gradeOf(r casefile.Request) (words string, ok bool) {
	var b casefile.RatedBody
	ok = r.Kind == casefile.RatingRequest && wire.Decode(r.Body, &b) == nil && b.Grade != 0
	return strings.TrimSpace(fmt.Sprintf("grade %d %s", b.Grade, b.Channel)), ok
}

// ratePage is where an applicant rates, by the link that was given out.
func (s *Server) ratePage() http.Handler {
	return citizen.Rate(citizen.Rater{
		Self: func() area.Center { return s.node.Self().Center },
		Name: s.centerName,
		Page: func(t rating.Token) (rating.Page, error) { return s.node.Ratings.Page(t) },
		Give: func(ctx context.Context, t rating.Token, f rating.Form) (rating.State, error) {
			return s.node.Ratings.GiveBy(ctx, t, f)
		},
		Now: s.node.Now,
		Log: s.log,
	})
}

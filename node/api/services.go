package api

import (
	"context"
	"io"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/forms"
	"tongban/catalog/register"
	"tongban/consensus/certify"
	"tongban/consensus/chain"
	"tongban/consensus/feed"
	"tongban/consensus/quorum"
	"tongban/intake/archive"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/exchange"
	"tongban/intake/hall"
	"tongban/intake/national/batch"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/intake/supervise/chase"
	"tongban/node/account"
	"tongban/node/enrol"
	"tongban/node/peers"
	"tongban/node/presence"
	"tongban/node/workbench/counter/draft"
	"tongban/node/workbench/lobby/machine"
)

// Services is the node as the API sees it. All of it is safe for concurrent
// use.
type Services struct {
	Self     func() casefile.Party
	Register *register.Register
	Cabinet  *cabinet.Cabinet
	Desk     *desk.Desk
	Hall     *hall.Hall
	Exchange *exchange.Exchange
	Ratings  *rating.Ratings
	Privacy  *privacy.Privacy
	Forms    *forms.Store
	Chases   *chase.Book
	Accounts *account.Accounts
	Sessions *account.Sessions
	Intakes  *draft.Store   // half filled, of those who sit at the counter
	Machines *machine.Store // screens and kiosks of the hall
	Devices  string         // the origin of a clerk's card reader and camera; "": none
	// Propose brings commands of this center to the Register and waits until
	// this node's copy has them.
	Propose func(ctx context.Context, wishes ...Wish) ([]register.Result, error)
	// Invite writes a ticket.
	Invite func(center area.Center, life time.Duration, rejoin bool) (enrol.Ticket, error)
	// TransferLead hands the lead of the voters to another.
	TransferLead func(ctx context.Context, to string) error
	Status       func() Status
	Now          func() time.Time
	// Public is the address at which the public reaches the pages, without a
	// slash at its end; "" where it does not.
	Public string
	// HSTS: browsers are told to ask for nothing in the clear. Only with a
	// certificate that they trust: with another they could not be calmed.
	HSTS     bool
	NotReady func() string // "" when the node serves
	Backup   func(ctx context.Context, w io.Writer) error
	// Content is what lies outside the logs, as it travels; SealArchive is this
	// node's seal under archive.Domain.
	Content     archive.Blobs
	SealArchive func(body []byte) []byte
	// Batches opens the book of what was sent to the provincial platform.
	Batches func(batch.Source) *batch.Book
}

// Wish is one command before it has a number.
type Wish struct {
	Body  register.Body
	Staff string
	Note  string
}

// Status is the node at one moment.
type Status struct {
	Center      area.Center       `json:"center"`
	Name        string            `json:"name,omitempty"`
	Incarnation uint32            `json:"incarnation"`
	Realm       string            `json:"realm"`
	RealmName   string            `json:"realm_name,omitempty"`
	Version     string            `json:"version"`
	Now         time.Time         `json:"now"`
	Started     time.Time         `json:"started"`
	StartTime   string            `json:"start_time"`       // from the start of the process until it served
	Resident    uint64            `json:"resident_bytes"`   // memory of the process
	Heap        uint64            `json:"heap_bytes"`       // of it, live objects
	Goroutines  int               `json:"goroutines"`       //
	Disk        DiskStatus        `json:"disk"`             //
	Fenced      string            `json:"fenced,omitempty"` // why this node may not write
	NotReady    string            `json:"not_ready,omitempty"`
	Register    RegisterStatus    `json:"register"`
	Role        string            `json:"role"` // leader, voter, follower
	Quorum      *quorum.Status    `json:"quorum,omitempty"`
	Certify     *certify.Status   `json:"certify,omitempty"`
	Feed        feed.Status       `json:"feed"`
	Line        peers.Line        `json:"line"` // to the center above
	Connected   []area.Center     `json:"connected"`
	Presence    []presence.Member `json:"presence,omitempty"`
	TLS         *TLSStatus        `json:"tls,omitempty"` // of the API; none: it is in the clear
	Cases       CaseCount         `json:"cases"`
	BackedUp    *time.Time        `json:"backed_up,omitempty"` // when a backup was last written whole
	Outbox      int               `json:"outbox"`              // rows that wait
	Oldest      *time.Time        `json:"oldest_row,omitempty"`
}

// TLSStatus is the certificate of the API.
type TLSStatus struct {
	Self        bool      `json:"self"`        // the node made it
	Fingerprint string    `json:"fingerprint"` // SHA-256, as browsers show it
	Names       []string  `json:"names"`
	Ends        time.Time `json:"ends"`
}

// DiskStatus is how full the disk is.
type DiskStatus struct {
	Level    string `json:"level"`
	Free     uint64 `json:"free_bytes"`
	Database int64  `json:"database_bytes"`
}

// RegisterStatus is how far this copy reaches.
type RegisterStatus struct {
	Head          chain.Head `json:"head"`
	Certified     uint64     `json:"certified"`
	CertifiedTime int64      `json:"certified_time"` // the voters' word, Unix milliseconds
	Voters        []string   `json:"voters"`
	Feature       uint16     `json:"feature"`
	Items         int        `json:"items"`
	Centers       int        `json:"centers"`
	UpgradeNeeded uint64     `json:"upgrade_needed,omitempty"` // the first record that this program does not know
}

// CaseCount counts this center's cases.
type CaseCount struct {
	Mine    int `json:"mine"`    // held here, open
	Arrived int `json:"arrived"` // offered to this center
	Sent    int `json:"sent"`    // offered by it, not yet answered
}

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
	"tongban/node/account/provider"
	"tongban/node/drafting"
	"tongban/node/enrol"
	"tongban/node/peers"
	"tongban/node/presence"
	"tongban/node/workbench/casework/phrase"
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
	Provider *provider.Provider // of sign-ins; nil: there is none
	Intakes  *draft.Store       // half filled, of those who sit at the counter
	Phrases  *phrase.Store      // of those who write opinions
	Machines *machine.Store     // screens and kiosks of the hall
	Devices  string             // the origin of a clerk's card reader and camera; "": none
	// Propose brings commands of this center to the Register and waits until
	// this node's copy has them.
	Propose func(ctx context.Context, wishes ...Wish) ([]register.Result, error)
	// Try tells what would come of a command of this center, and changes nothing.
	Try func(w Wish) (register.Result, error)
	// Invite writes a ticket.
	Invite func(center area.Center, life time.Duration, rejoin bool) (enrol.Ticket, error)
	// TransferLead hands the lead of the voters to another.
	TransferLead func(ctx context.Context, to string) error
	Status       func() Status
	// Seen is when a center was last there, and whether it is now; zero: not
	// since this node began to run.
	Seen func(area.Center) (at time.Time, up bool)
	Now  func() time.Time
	// Public is the address at which the public reaches the pages, without a
	// slash at its end; "" where it does not.
	Public string
	Online Online // what people do at this center from elsewhere
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

// Online is what people without an account may do on the public pages, beside
// reading them.
type Online struct {
	Appointments bool // book them
	HomeVisits   bool // ask for visits at home
}

// Wish is one command before it has a number.
type Wish = drafting.Wish

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

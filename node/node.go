// Package node is one center's node, wired together: its key, its disk, its
// lines, its copy of the Register, its casefiles, its desk and its API, under
// one supervisor.
//
// It must never hold a rule of the field: it only brings together those that
// do.
package node

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tongban/catalog/forms"
	"tongban/catalog/register"
	"tongban/consensus/certify"
	"tongban/consensus/feed"
	"tongban/consensus/quorum"
	"tongban/consensus/raftstore"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/desk"
	"tongban/intake/exchange"
	"tongban/intake/hall"
	"tongban/intake/lookup"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/intake/supervise/chase"
	"tongban/node/account"
	"tongban/node/account/provider"
	"tongban/node/api"
	"tongban/node/enrol"
	"tongban/node/identity"
	"tongban/node/peers"
	"tongban/node/presence"
	"tongban/node/store"
	"tongban/node/workbench/casework/phrase"
	"tongban/node/workbench/counter/draft"
	"tongban/node/workbench/lobby/machine"
)

const fencedHint = "ask the center above for a rejoin ticket ('tongban invite --rejoin'), then 'tongban join' with this data directory"

// Options are what a program hands to a node beside its configuration.
type Options struct {
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
	Version string
	Machine string // id of the machine that the node runs on; "": what the system says
}

// machine is the id of the machine, "" where it has none.
func (o Options) machine() string {
	if o.Machine != "" {
		return o.Machine
	}
	return identity.Machine()
}

// Node is one running center. Make it with Open, then Run.
type Node struct {
	// Constant after Open.
	dir     string
	config  Config
	trust   Trust
	log     *slog.Logger
	now     func() time.Time
	version string
	host    string // id of the machine; "" where it has none
	opened  time.Time

	identity  *identity.Identity
	start     identity.Start
	store     *store.Store
	register  *register.Register
	directory directory
	peers     *peers.Peers
	attach    *attach.Store
	exchange  *exchange.Exchange
	forms     *forms.Store
	cabinet   *cabinet.Cabinet
	chases    *chase.Book
	hall      *hall.Hall
	desk      *desk.Desk
	people    *lookup.Index
	privacy   *privacy.Privacy
	ratings   *rating.Ratings
	accounts  *account.Accounts
	sessions  *account.Sessions
	provider  *provider.Provider // nil where nobody is asked who somebody is
	intakes   *draft.Store
	phrases   *phrase.Store
	sightings sightings
	machines  *machine.Store
	feed      *feed.Service
	certify   *certify.Service
	roles     *roles
	client    *quorum.Client
	proposals *proposals
	enrol     *enrol.Server // nil where the node invites nobody
	api       *api.Server
	cert      *certificate // of the API; nil where it is in the clear
	listener  net.Listener // of the API; nil where it is off
	ready     chan struct{}
	telling   atomic.Bool  // the directory is being told an address
	keying    atomic.Bool  // the pool is being given its first key
	started   atomic.Int64 // nanoseconds from Open to Run

	mu       sync.Mutex
	presence *presence.Pool // guarded by mu; nil where it is off or not yet in
}

// Open opens the node of a data directory: everything that can be refused is
// refused here. Run must follow; Close releases it without.
func Open(dir string, o Options) (_ *Node, err error) {
	n := &Node{dir: dir, log: o.Log, now: o.Now, version: o.Version, host: o.machine(), ready: make(chan struct{})}
	if n.now == nil {
		n.now = time.Now
	}
	n.opened = n.now()
	defer func() {
		if err != nil {
			n.Close()
		}
	}()
	if n.config, err = ReadConfig(dir); err != nil {
		return nil, err
	}
	if n.trust, err = readTrust(dir); err != nil {
		return nil, err
	}
	if n.identity, err = identity.Load(dir); err != nil {
		return nil, err
	}
	n.log = n.log.With("self", string(n.config.Center)) // "center" is another one, in many lines
	for _, step := range []func() error{
		n.openStore, n.openRegister, n.openPeers, n.openIntake, n.openAccounts, n.openConsensus, n.openDoors,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *Node) openStore() (err error) {
	profile := store.Village
	if n.config.Profile == "hub" {
		profile = store.Hub
	}
	n.store, err = store.Open(store.Config{
		Dir: n.dir, Profile: profile, Log: n.log, Space: n.config.Disk.space(),
	})
	if err != nil {
		return err
	}
	n.start, err = n.identity.Begin(n.store, n.host, rand.Reader)
	if err != nil {
		return err
	}
	n.proposals, err = openProposals(n.store.DB())
	return err
}

func (n *Node) openRegister() (err error) {
	n.register, err = register.Open(n.store.DB(), register.Trust{Realm: n.trust.Realm, Root: n.trust.Root})
	if err != nil {
		return err
	}
	n.directory = directory{n.register, n.config.Center, n.trust.Contacts, n.now}
	return nil
}

func (n *Node) openPeers() (err error) {
	profile := peers.Village
	if n.config.Profile == "hub" {
		profile = peers.Hub
	}
	n.peers, err = peers.New(peers.Config{
		Key: n.key(), Self: n.config.Center, Listen: n.config.Peer.Listen,
		Directory: lines{n.directory}, Profile: profile, Log: n.log, Now: n.now,
		Up: n.peerUp, Down: n.peerDown, Timing: n.config.Timing.peers(),
	})
	if err != nil {
		return err
	}
	n.forms = forms.New(forms.Config{Files: forms.Files{DB: n.store.DB()}, Network: n.peers, Sources: n.directory.sources, Log: n.log})
	return nil
}

func (n *Node) openIntake() (err error) {
	db := n.store.DB()
	blobKey, err := readHex(filepath.Join(n.dir, blobKeyFile))
	if err != nil {
		return fmt.Errorf("read the attachments' key: %w", err)
	}
	if n.attach, err = attach.Open(db, blobKey, rand.Reader); err != nil {
		return err
	}
	if n.intakes, err = draft.Open(db, blobKey, n.now); err != nil {
		return err
	}
	if n.phrases, err = phrase.Open(db, blobKey); err != nil {
		return err
	}
	if n.machines, err = machine.Open(db, n.now, account.Cookies{Center: n.config.Center, Secure: n.config.API.secure()}); err != nil {
		return err
	}
	n.exchange, err = exchange.New(exchange.Config{
		Realm: n.trust.Realm, DB: db, Network: n.peers, Directory: roads{n.directory, n.peers.IsConnected},
		Self: n.self, Key: n.key, Machine: n.machine(), Fence: n.fence,
		Now: n.now, Rand: rand.Reader, Log: n.log, Timing: n.config.Timing.exchange(),
	})
	if err != nil {
		return err
	}
	n.cabinet, err = cabinet.Open(cabinet.Config{
		DB: db, Register: parties{n.directory}, Self: n.self, Key: n.key(), Now: n.now,
		Outbox: n.exchange, Blobs: n.attach, Log: n.log,
	})
	if err != nil {
		return err
	}
	n.exchange.Attach(exchange.Cabinet(n.cabinet), n.attach)
	if err = n.openChases(); err != nil {
		return err
	}
	n.people = lookup.New(db, blobKey)
	if err = n.openHall(); err != nil {
		return err
	}
	if err = n.openPrivacy(); err != nil {
		return err
	}
	if err = n.openRatings(); err != nil {
		return err
	}
	n.privacy.Beside(n.hall, n.ratings)
	n.desk, err = desk.New(desk.Config{
		Keeping: n.privacy,
		Roster:  clerks{n.hall.Staff},
		Visits:  n.hall,
		People:  n.people,
		DB:      db, Cases: guarded{n.cabinet, n.store.Guard()}, Blobs: n.attach,
		Register: parties{n.directory}, Self: n.self, Now: n.now, Rand: rand.Reader, Log: n.log,
	})
	if err != nil {
		return err
	}
	if !n.start.Verdict.Sound() {
		n.fence(n.start.Reason)
	}
	n.liftFence()
	return nil
}

func (n *Node) openConsensus() error {
	n.feed = feed.New(feed.Config{
		Journal: n.register, Network: n.peers, Sources: n.sources,
		Founders: register.Trust{Realm: n.trust.Realm, Root: n.trust.Root}.Founders,
		Now:      n.now, Rand: jitter, Log: n.log,
		Delays: n.config.Timing.feed(), SignOfLife: n.config.Timing.signOfLife(),
	})
	n.certify = certify.New(certify.Config{
		Self: string(n.config.Center), Key: n.key(), DB: n.store.DB(), Ledger: n.register,
		Network: n.peers, IsLeader: func() bool { return n.roles.leads() }, Now: n.now, Log: n.log,
		Certified: n.certified,
	})
	n.client = quorum.NewClient(n.peers, n.orderers)
	n.roles = &roles{
		log: n.log, isVoter: n.isVoter, changed: n.register.Changed,
		open: n.openQuorum, opened: n.voting, retired: n.relay, moved: n.feed.Wake,
		leaderless: n.config.Timing.leaderless(),
	}
	n.relay()
	return nil
}

// openDoors opens what listens beside the peers' port.
func (n *Node) openDoors() (err error) {
	n.enrol, err = enrol.New(enrol.Config{
		Self: n.config.Center, Key: n.key(), Realm: n.trust.Realm, Root: n.trust.Root,
		Listen: n.config.Enrol.Listen, DB: n.store.DB(),
		Current: n.enrolled, Propose: n.proposeEnrolment, Welcome: n.welcome,
		Log: n.log, Now: n.now, Random: rand.Reader,
	})
	if err != nil {
		return fmt.Errorf("listen for joining nodes: %w", err)
	}
	if n.config.API.Listen == "" {
		return nil
	}
	if n.config.API.TLS.On() {
		if n.cert, err = openCertificate(n.dir, n.config.API, n.now, n.log); err != nil {
			return err
		}
	}
	token, err := os.ReadFile(filepath.Join(n.dir, TokenFile))
	if err != nil {
		return fmt.Errorf("read the API's token: %w", err)
	}
	n.api = api.New(n.services(), string(trimNewline(token)), n.version, n.log)
	n.listener, err = net.Listen("tcp", n.config.API.Listen)
	if err != nil {
		return fmt.Errorf("listen for the API: %w", err)
	}
	if n.config.API.TLS.On() {
		n.listener = tls.NewListener(n.listener, n.cert.server())
	}
	return nil
}

// Close releases what Open took, where Run was never called.
func (n *Node) Close() error {
	var errs []error
	if n.listener != nil {
		n.listener.Close() // Serve may have closed it
	}
	if n.enrol != nil {
		errs = append(errs, n.enrol.Close())
	}
	if n.peers != nil {
		errs = append(errs, n.peers.Close())
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	return errors.Join(errs...)
}

// Center is the center that this node is.
func (n *Node) Center() string { return string(n.config.Center) }

// Desk is what the staff of this center do.
func (n *Node) Desk() *desk.Desk { return n.desk }

// Register is this node's copy of the Register.
func (n *Node) Register() *register.Register { return n.register }

// Cabinet is this node's casefiles.
func (n *Node) Cabinet() *cabinet.Cabinet { return n.cabinet }

// Exchange is this node's outbox.
func (n *Node) Exchange() *exchange.Exchange { return n.exchange }

// Ready is closed when the node's services run.
func (n *Node) Ready() <-chan struct{} { return n.ready }

// APIAddr is the host:port of the API that it got; "" where it is off.
func (n *Node) APIAddr() string {
	if n.listener == nil {
		return ""
	}
	return n.listener.Addr().String()
}

// --- consensus ---

// isVoter: the Register names this center, or it is about to found the realm.
// A node that runs on an old copy of its disk might vote twice: it does not.
func (n *Node) isVoter() bool {
	if !n.start.Verdict.Sound() {
		return false
	}
	if n.register.Head().Index == 0 {
		_, err := os.Stat(filepath.Join(n.dir, genesisFile))
		return err == nil
	}
	_, ok := n.register.Voters().Member(string(n.config.Center))
	return ok
}

// voters are those of the Register, or the founder before there is one. Whoever
// a change leaves out stays until that change is certified: the set that it
// replaces must vouch for it, and may need every one of them to.
func (n *Node) voters() []string {
	if n.register.Head().Index == 0 {
		return []string{string(n.config.Center)}
	}
	voters := n.directory.voters()
	change := n.register.Voters().Index
	if _, certified := n.register.CertificateAt(change); certified {
		return voters
	}
	for _, m := range n.register.VotersAt(change).Members {
		if !slices.Contains(voters, m.ID) {
			voters = append(voters, m.ID)
		}
	}
	return voters
}

// certified is called when the voters' word reaches further.
func (n *Node) certified() {
	n.feed.Announce()
	if q := n.roles.quorum(); q != nil {
		q.Follow()
	}
}

// sources is from whom the journal is taken; nobody while this node votes.
func (n *Node) sources() []string {
	if !n.roles.follows() {
		return nil
	}
	return n.directory.sources()
}

// orderers is whom a proposal goes to: the voters, then up the line.
func (n *Node) orderers() []string {
	var out []string
	for _, v := range n.directory.voters() {
		if v != string(n.config.Center) {
			out = append(out, v)
		}
	}
	for _, c := range n.directory.above() {
		out = append(out, string(c))
	}
	return out
}

func (n *Node) openQuorum() (*quorum.Quorum, error) {
	return quorum.Open(quorum.Config{
		Self: string(n.config.Center), Machine: n.register, Store: raftstore.New(n.store.DB()),
		SnapshotDir: filepath.Join(n.dir, snapshotDir), Network: n.peers, Voters: n.voters,
		Timing: n.config.Timing.quorum(), Now: n.now, Log: n.log,
	})
}

// voting founds the realm where this node is its founder, and wakes who makes
// certificates whenever the lead changes.
func (n *Node) voting(ctx context.Context, q *quorum.Quorum) error {
	if n.register.Head().Index == 0 {
		if err := n.foundRealm(ctx, q); err != nil {
			return err
		}
	}
	for {
		changed := q.Changed()
		n.certify.Wake()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

func (n *Node) foundRealm(ctx context.Context, q *quorum.Quorum) error {
	path := filepath.Join(n.dir, genesisFile)
	genesis, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil // another voter founded it
	}
	if err != nil {
		return err
	}
	if err := q.Bootstrap(); err != nil {
		n.log.Debug("bootstrap", "err", err) // a second start: the group is there
	}
	answers, err := q.Propose(ctx, [][]byte{genesis})
	if err != nil {
		return fmt.Errorf("found the realm: %w", err)
	}
	result, err := register.ReadResult(answers[0])
	if err != nil {
		return err
	}
	if err := result.Err("found the realm"); err != nil {
		return err
	}
	n.log.Info("the realm is founded", "realm", n.trust.Realm)
	return os.Remove(path)
}

// relay passes others' proposals on while this node does not vote.
func (n *Node) relay() { n.peers.Handle(quorum.ProposeProtocol, n.client.Relay) }

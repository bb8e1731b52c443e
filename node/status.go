package node

import (
	"context"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/archive"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/national/batch"
	"tongban/node/account"
	"tongban/node/api"
	"tongban/node/store"
)

// services is the node as its API sees it.
func (n *Node) services() api.Services {
	return api.Services{
		Self: n.self, Register: n.register, Cabinet: n.cabinet, Desk: n.desk, Hall: n.hall, Exchange: n.exchange, Ratings: n.ratings, Privacy: n.privacy, Forms: n.forms, Chases: n.chases, Accounts: n.accounts, Sessions: n.sessions, Provider: n.provider,
		Intakes: n.intakes, Devices: n.config.Devices.URL, Machines: n.machines,
		Propose: n.Propose, Try: n.Try, Invite: n.Invite, TransferLead: n.transferLead,
		Seen: n.seen, Phrases: n.phrases,
		Status: n.Status, Now: n.now, Public: n.config.API.Public, Online: api.Online{Appointments: n.config.API.Appointments, HomeVisits: n.config.API.HomeVisits}, HSTS: n.config.API.hsts(), NotReady: n.notReady,
		Backup: func(ctx context.Context, w io.Writer) error {
			return n.store.Backup(ctx, w, n.now(), account.SessionRows()...)
		},
		Content: n.attach, SealArchive: func(b []byte) []byte { return chain.Sign(n.key(), archive.Domain, b) },
		Batches: func(s batch.Source) *batch.Book {
			return batch.New(batch.Config{DB: n.store.DB(), Source: s, Now: n.now})
		},
	}
}

func (n *Node) transferLead(ctx context.Context, to string) error {
	q := n.roles.quorum()
	if q == nil || !q.IsLeader() {
		return refusal.Newf(refusal.Conflict, "hand the lead over", "ask the node that leads", "this node does not lead")
	}
	return q.TransferLeadership(ctx, to)
}

// notReady says why the node does not serve yet; "" when it does. A fenced
// node serves: it answers what it knows.
func (n *Node) notReady() string {
	select {
	case <-n.ready:
	default:
		return "starting"
	}
	if n.register.Head().Index == 0 {
		return "the Register has not come down yet"
	}
	if _, ok := n.register.Center(n.config.Center); !ok {
		return "this center's entry has not come down yet"
	}
	if _, ok := n.keyless(); ok && n.config.Center == n.register.Publisher() {
		return "the presence pool has no key yet" // its record comes first, so that a founded realm always begins alike
	}
	return ""
}

// Status is the node at this moment.
func (n *Node) Status() api.Status {
	self := n.self()
	s := api.Status{
		Center: self.Center, Incarnation: self.Incarnation, Realm: n.trust.Realm, Version: n.version,
		Now: n.now(), Started: n.opened, StartTime: n.startTime().Round(time.Millisecond).String(),
		Resident: resident(), Goroutines: runtime.NumGoroutine(),
		NotReady: n.notReady(), Role: "follower",
		Feed: n.feed.Status(), Line: n.peers.Line(), Connected: n.peers.Connected(),
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s.Heap = mem.HeapAlloc
	if l, ok := n.register.Center(self.Center); ok {
		s.Name = l.Name
	}
	if f, ok := n.register.Founding(); ok {
		s.RealmName = f.Name
	}
	s.Fenced, _ = n.cabinet.Fenced()
	if at, err := n.store.BackedUp(); err == nil && !at.IsZero() {
		s.BackedUp = &at
	}
	guard := n.store.Guard()
	tables, values := n.store.Size()
	s.Disk = api.DiskStatus{Level: guard.Level().String(), Free: guard.Free(), Database: tables + values}
	s.Register = n.registerStatus()
	if q := n.roles.quorum(); q != nil {
		status, certify := q.Status(), n.certify.Status()
		s.Quorum, s.Certify, s.Role = &status, &certify, "voter"
		if q.IsLeader() {
			s.Role = "leader"
		}
	}
	if n.cert != nil {
		s.TLS = n.cert.status()
	}
	if p := n.pool(); p != nil {
		s.Presence = p.Members()
	}
	s.Cases = n.countCases(self)
	for _, row := range n.exchange.Rows("") {
		s.Outbox++
		if s.Oldest == nil || row.Since.Before(*s.Oldest) {
			s.Oldest = &row.Since
		}
	}
	return s
}

func (n *Node) registerStatus() api.RegisterStatus {
	r := n.register
	s := api.RegisterStatus{Head: r.Head(), Voters: n.directory.voters(), Feature: r.Feature()}
	if cert, ok := r.NewestCertificate(); ok {
		s.Certified, s.CertifiedTime = cert.Checkpoint.Head.Index, cert.Time()
	}
	s.Items = r.CountItems(itemsSeenBy(n.config.Center))
	if listed, err := r.Centers("", "", 0); err == nil {
		s.Centers = len(listed)
	}
	if at, needed := r.UpgradeNeeded(); needed {
		s.UpgradeNeeded = at
	}
	return s
}

// countCases counts as far as a status should look: a thousand open cases.
func (n *Node) countCases(self casefile.Party) (c api.CaseCount) {
	mine, err := n.cabinet.List(cabinet.Filter{Mine: self.Center, Open: true}, "", 1000)
	if err != nil {
		n.log.Error("count cases", "err", err)
	}
	for _, s := range mine {
		switch {
		case s.Offer == nil:
			c.Mine++
		case s.Offer.To.Center == self.Center:
			c.Arrived++
		default:
			c.Sent++
		}
	}
	return c
}

// startTime is from Open to Run.
func (n *Node) startTime() time.Duration { return time.Duration(n.started.Load()) }

// resident is the memory of this process in bytes, 0 where the system does not
// say.
func resident() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// RestoreBackup fills a data directory from a backup; the key stays the
// directory's own. The node that starts on it writes nothing until it has
// joined again.
func RestoreBackup(ctx context.Context, dir string, r io.Reader, o Options) error {
	if _, err := ReadConfig(dir); err != nil {
		return err
	}
	return store.Restore(ctx, dir, r, o.Log)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node"
	"tongban/node/store"
)

// many is how many counters a busy hall has.
const many = 32

// intake measures how many cases a second a node takes in so that they are on
// its disk, beside what the disk itself can do with the same bytes.
//
// The node is a village whose line is cut: it is enrolled under a town and a
// district that are not there, so every case has rows in the outbox.
func intake(ctx context.Context, b *bench) (err error) {
	dir := filepath.Join(b.dir, "intake")
	c, err := newCity(ctx, dir, wujiang, tongli, yejian)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.publish(ctx, wujiang); err != nil {
		return err
	}
	if err := c.stop(wujiang, tongli); err != nil {
		return err
	}
	rows, bytes, err := weigh(ctx, c)
	if err != nil {
		return err
	}
	b.say("a case is %.1f rows, %.0f bytes", rows, bytes)
	log, err := openJournal(b.dir, int(bytes))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	plain, err := store.Open(store.Config{
		Dir: filepath.Join(b.dir, "bare"), Log: slog.New(slog.DiscardHandler), Space: store.Space{Warn: 4, Refuse: 2, Stop: 1},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plain.Close()) }()
	bare := &bare{db: plain.DB(), rows: int(rows + 0.5), size: int(bytes / rows)}
	desk := counter(ctx, c)

	long := time.Second
	if b.short {
		long = 400 * time.Millisecond
	}
	for _, clients := range []int{1, many} {
		who := "1 client"
		if clients > 1 {
			who = fmt.Sprintf("%d clients", clients)
		}
		of := []*series{
			{what: "cases opened and received, " + who, unit: "/s"},
			{what: "disk alone, the same bytes, " + who, unit: "/s"},
			{what: "badger alone, synced, the same rows, " + who, unit: "/s"},
		}
		for range b.rounds(7, 3) {
			for i, commit := range []commits{desk, log.commit, bare.commit} {
				perSecond, err := rate(clients, long, commit)
				if err != nil {
					return err
				}
				of[i].add(perSecond)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		b.say("%s: desk %.0f/s, disk %.0f/s, badger %.0f/s", who, median(of[0].values), median(of[1].values), median(of[2].values))
		b.add(of[0], of[0].over(of[1], "disk"), of[0].over(of[2], "badger"))
		b.add(of[1])
		b.add(of[2], of[2].over(of[1], "disk"))
	}
	b.note("one whole node, the village profile, its line cut (every case waits in the outbox); desk.Open with a sealed "+
		"applicant and papers received: %.1f rows, %.0f bytes a case. Disk alone: as many bytes appended to one preallocated file, "+
		"fdatasync, whoever waits shares the next one.", rows, bytes)
	return nil
}

// counter opens cases at the village's desk: the applicant's record, the case
// and what was received, durable when it returns.
func counter(ctx context.Context, c *city) commits {
	it := c.items["D01"]
	var papers []desk.Paper
	asked, _ := condition.Select(&it, situation) // wrong answers are refused at the counter
	for _, m := range asked.Materials {
		state := casefile.OriginalSeen
		if m.Copies > 0 {
			state = casefile.Copy
		}
		papers = append(papers, desk.Paper{ID: m.ID, State: state})
	}
	form := desk.OpenForm{
		Item: it.Ref.Code, Answers: situation, Subject: yejian.Area(), Agency: true, Papers: papers,
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "测试申请人", Telephone: "00000000000", Address: "苏州市吴江区"}},
	}
	return func(int) error {
		c.counted.Add(1)
		_, err := c.nodes[yejian].Desk().Open(ctx, desk.By{Staff: staff}, form)
		return err
	}
}

// weigh finds what a case is on the disk: it opens some, stops the node, counts
// what its database holds more than before, and starts it again with the
// patience of a node whose line is cut.
func weigh(ctx context.Context, c *city) (rows, bytes float64, err error) {
	const cases = 128
	open := counter(ctx, c)
	var had [2]int
	for round := range 2 {
		if round == 1 {
			for range cases {
				if err := open(0); err != nil {
					return 0, 0, err
				}
			}
		}
		if err := c.stop(yejian); err != nil {
			return 0, 0, err
		}
		n, size, err := count(c.folder(yejian))
		if err != nil {
			return 0, 0, err
		}
		rows, bytes = float64(n-had[0])/cases, float64(size-had[1])/cases
		had = [2]int{n, size}
		if err := patient(c, yejian); err != nil {
			return 0, 0, err
		}
		if err := c.start(ctx, yejian); err != nil {
			return 0, 0, err
		}
	}
	return rows, bytes, nil
}

// patient gives a node the timers that it has in the field.
func patient(c *city, center area.Center) error {
	config, err := node.ReadConfig(c.folder(center))
	if err != nil {
		return err
	}
	config.Timing.Fast = false
	return node.WriteConfig(c.folder(center), config)
}

// count reads a stopped node's database: rows and bytes of all cases.
func count(dir string) (rows, bytes int, err error) {
	s, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler), Space: store.Space{Warn: 4, Refuse: 2, Stop: 1}})
	if err != nil {
		return 0, 0, err
	}
	err = s.DB().View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if one := it.Item(); strings.HasPrefix(string(one.Key()), "m/") {
				continue
			}
			rows++
			bytes += len(it.Item().Key()) + int(it.Item().ValueSize())
		}
		return nil
	})
	return rows, bytes, errors.Join(err, s.Close())
}

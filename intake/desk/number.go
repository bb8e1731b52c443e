package desk

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// series is a row of numbers that are given out one after another.
type series struct {
	name   string // names the row on the disk
	prefix string
	suffix string
	digits int
	most   uint32
}

// number is one number of a series, given out but perhaps not yet written.
type number struct {
	series series
	serial uint32
	of     casefile.ID // the case that bears it
}

func (n number) String() string {
	return fmt.Sprintf("%s%0*d%s", n.series.prefix, n.series.digits, n.serial, n.series.suffix)
}

// seriesOfCases is the row of case numbers (办件编号) of an item on a day: the
// implementation code, the day and a serial of four, as the field writes them,
// and a mark of the site, because several centers take in for one body and may
// not know of each other. Where the item has no such code the center, its
// incarnation, the day and a serial make the number.
func seriesOfCases(it *item.Item, self casefile.Party, day workday.Date) series {
	date := strings.ReplaceAll(string(day), "-", "")
	if mark, ok := siteMark(self); ok && item.CheckImplement(it.Implement) == nil {
		return series{name: "case/" + it.Implement + date, prefix: it.Implement + date, suffix: mark, digits: 4, most: 9999}
	}
	prefix := fmt.Sprintf("%s-%d-%s-", self.Center, self.Incarnation, date)
	return series{name: "case/" + prefix, prefix: prefix, digits: 4, most: 999_999}
}

// siteMark names a center and its incarnation within a city in seven
// characters, so that a whole number keeps within the fifty of GB/T 39046: the
// last eight digits of the division code in base 36, then the incarnation. It
// has none where the center is a branch or was restored too often; the long
// form is used there.
func siteMark(p casefile.Party) (string, bool) {
	if p.Center.Site() != "" || p.Incarnation >= 36 {
		return "", false
	}
	n, err := strconv.ParseUint(string(p.Center.Area()[4:]), 10, 64)
	if err != nil {
		return "", false
	}
	mark := fmt.Sprintf("%06s%s", strconv.FormatUint(n, 36), strconv.FormatUint(uint64(p.Incarnation), 36))
	return strings.ToUpper(mark), true
}

// marks are what a document number says of its kind.
var marks = map[notice.Kind]string{
	notice.OneTime: "告", notice.Acceptance: "受", notice.Decline: "不受", notice.Decision: "决",
	notice.Return: "退", notice.Withdrawal: "撤", notice.DeemedWithdrawn: "视撤", notice.Termination: "终", notice.Revocation: "撤受",
	notice.Posting: "公", notice.Survey: "勘", notice.FeeNotice: "缴", notice.FeeReceipt: "据", notice.Service: "送", notice.Certificate: "出",
	notice.Correction: "更", notice.Mandate: "代受", notice.Undertaking: "承", notice.Slip: "流",
}

// seriesOfDocuments is the row of document numbers (文号) of one kind in a year:
// 〔年〕 and six digits; a restored center's incarnation stands before them.
func seriesOfDocuments(kind notice.Kind, self casefile.Party, day workday.Date) series {
	prefix := fmt.Sprintf("%s%s〔%d〕", self.Center, marks[kind], day.Year())
	if self.Incarnation > 1 {
		prefix += fmt.Sprintf("%d-", self.Incarnation)
	}
	return series{
		name:   fmt.Sprintf("doc/%s/%d/%d", kind, day.Year(), self.Incarnation),
		prefix: prefix, suffix: "号", digits: 6, most: 999_999,
	}
}

// numbers gives out serials. A serial is written in the transaction of the
// event that bears it, under a key of its own: a crash leaves no hole, two
// calls never wait for each other's disk, and a number finds its case.
type numbers struct {
	db *badger.DB

	mu   sync.Mutex
	last map[string]uint32   // highest given out, by series
	free map[string][]uint32 // given out and not used: the next call gets them
}

func newNumbers(db *badger.DB) *numbers {
	return &numbers{db: db, last: map[string]uint32{}, free: map[string][]uint32{}}
}

func numberKey(series string, serial uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte("d/n/"+series+"/"), serial)
}

// take gives out the next serial of a series.
func (n *numbers) take(s series) (number, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if free := n.free[s.name]; len(free) > 0 {
		n.free[s.name] = free[1:]
		return number{series: s, serial: free[0]}, nil
	}
	last, known := n.last[s.name]
	if !known {
		var err error
		if last, err = n.highest(s.name); err != nil {
			return number{}, fmt.Errorf("read the numbers of %s: %w", s.name, err)
		}
	}
	if last >= s.most {
		return number{}, refusal.Newf(NumbersSpent, "give a number", "take the case in tomorrow, or at another counter",
			"all %d numbers of %s are given out", s.most, s.name)
	}
	n.last[s.name] = last + 1
	return number{series: s, serial: last + 1}, nil
}

// giveBack returns numbers whose event was not written.
func (n *numbers) giveBack(g *given) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, one := range g.numbers {
		n.free[one.series.name] = append(n.free[one.series.name], one.serial)
	}
	clear(g.numbers)
}

func (n *numbers) highest(name string) (uint32, error) {
	var highest uint32
	prefix := []byte("d/n/" + name + "/")
	err := n.db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Reverse, opts.PrefetchValues, opts.Prefix = true, false, prefix
		it := txn.NewIterator(opts)
		defer it.Close()
		if it.Seek(append(append([]byte{}, prefix...), 0xff, 0xff, 0xff, 0xff)); it.Valid() {
			highest = binary.BigEndian.Uint32(it.Item().Key()[len(prefix):])
		}
		return nil
	})
	return highest, err
}

// write puts the numbers of an action, and what it keeps outside the log, into
// the transaction of its events.
func (g *given) write(txn *badger.Txn) error {
	for _, write := range g.writes {
		if err := write(txn); err != nil {
			return err
		}
	}
	for _, n := range g.numbers {
		if err := txn.Set(numberKey(n.series.name, n.serial), wire.Encode(string(n.of))); err != nil {
			return err
		}
	}
	return nil
}

// number is the next number of the series for the case on the sheet: the same
// ones in the same order however often the action is planned, and none that the
// case bears already, as one that came with an adopted branch.
func (sh *sheet) number(s series) (string, error) {
	if sh.drawn == nil {
		sh.drawn = map[string]int{}
	}
	sh.drawn[s.name]++
	nth := sh.drawn[s.name]
	if sh.dry {
		text := number{series: s}.String() // that of nothing: the first is 1
		if nth > 1 {
			text += fmt.Sprintf(" (%d)", nth)
		}
		return text, nil
	}
	key := fmt.Sprintf("%s %s %d", sh.s.ID, s.name, nth)
	if n, ok := sh.given.numbers[key]; ok {
		return n.String(), nil
	}
	for {
		n, err := sh.d.numbers.take(s)
		if err != nil {
			return "", err
		}
		if sh.s.Bears(n.String()) {
			continue // it is spent
		}
		n.of = sh.s.ID
		sh.given.numbers[key] = n
		return n.String(), nil
	}
}

func (sh *sheet) documentNumber(kind notice.Kind) (string, error) {
	return sh.number(seriesOfDocuments(kind, sh.d.Self(), sh.today()))
}

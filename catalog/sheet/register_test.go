package sheet

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/sheet/sheettest"
	"tongban/consensus/chain"
)

// office is a Register with one center, which drafts and approves.
type office struct {
	r       *register.Register
	author  register.Author
	entry   uint64
	counter uint64
}

const wujiang area.Center = "320509000000"

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newOffice(t *testing.T) *office {
	t.Helper()
	key := func(name string) chain.Key {
		seed := chain.Sum([]byte(name))
		k, err := chain.NewKey(seed[:])
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	root, own := key("root"), key("district")
	trust := register.Trust{Realm: register.RealmID(root.Public()), Root: root.Public()}
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithMetricsEnabled(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o := &office{author: register.Author{Realm: trust.Realm, Center: wujiang, Incarnation: 1, Key: own}}
	if o.r, err = register.Open(db, trust); err != nil {
		t.Fatal(err)
	}
	founding := register.Realm{
		ID: trust.Realm, Name: "吴江区", Area: wujiang.Area(), Root: trust.Root, Publisher: wujiang,
		First: register.Center{ID: wujiang, Name: "吴江区政务服务中心", Incarnation: 1, Key: own.Public()},
	}
	if err := o.apply(register.Root(root).Command(1, morning, founding, "", "")).Err("found"); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) apply(command []byte) register.Result {
	o.entry++
	out, err := o.r.Apply([]register.Entry{{Index: o.entry, Time: morning.UnixMilli(), Commands: [][]byte{command}}})
	if err != nil {
		panic(err)
	}
	r, err := register.ReadResult(out[0][0])
	if err != nil {
		panic(err)
	}
	return r
}

func (o *office) propose(staff string, b register.Body) register.Result {
	o.counter++
	return o.apply(o.author.Command(o.counter, morning, b, staff, ""))
}

// publish drafts an item and approves it, as two people do.
func (o *office) publish(t rapid.TB, it item.Item) *item.Item {
	drafted := o.propose("李文", register.Draft{Item: it})
	if err := drafted.Err("draft"); err != nil {
		t.Fatal(err)
	}
	view, _, _ := o.r.Draft(drafted.Index)
	if err := o.propose("张敏", register.Publication{Draft: drafted.Index, Content: view.Content}).Err("publish"); err != nil {
		t.Fatal(err)
	}
	published, ok := o.r.Item(it.Ref.Code, wujiang.Area(), register.Moment{})
	if !ok {
		t.Fatalf("%s is not offered", it.Ref.Code)
	}
	return published
}

// Any item survives the way that a catalogue office sends it: read from JSON,
// published in the Register, exported as a sheet, imported again.
func TestAnyItemSurvivesTheRegister(t *testing.T) {
	o := newOffice(t)
	through := func(t rapid.TB, f Format, it item.Item) item.Item {
		var file bytes.Buffer
		if err := Write(&file, f, []item.Item{it}); err != nil {
			t.Fatal(err)
		}
		back, problems, err := Read(&file, f)
		if err != nil || !Sound(problems) || len(back) != 1 {
			t.Fatalf("%s: %d items, %v, %v", f, len(back), problems, err)
		}
		return back[0]
	}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		it := sheettest.Item(t)
		n++
		it.Ref = item.Ref{Code: item.Code(fmt.Sprintf("ANY-%d", n)), Area: wujiang.Area(), Version: 1}
		published := o.publish(t, through(t, JSON, it))
		back := through(t, XLSX, *published)
		if changes := item.Diff(it, back); len(changes) > 0 || back.Ref != it.Ref {
			t.Fatalf("%v came back as %v, changed: %v", it.Ref, back.Ref, changes)
		}
	})
}

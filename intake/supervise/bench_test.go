package supervise_test

import (
	"testing"
	"time"

	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/intake/supervise"
)

// One case of a list: what a scan of a district's open cases is made of.
func BenchmarkEntries(b *testing.B) {
	years, err := starter.Years()
	if err != nil {
		b.Fatal(err)
	}
	cal, now, s := workday.NewCalendar(years), time.UnixMilli(at("2026-03-12 09:00")), accepted()
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			look(s, cal, now)
		}
	})
	c := look(s, cal, now)
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			supervise.Entries(c, cal, now)
		}
	})
	c.Readings = nil
	b.Run("nothing to say", func(b *testing.B) {
		for b.Loop() {
			supervise.Entries(c, cal, now)
		}
	})
}

package sheet_test

import (
	"bytes"
	"fmt"
	"testing"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/catalog/starter"
)

// many are 10,000 items: the starter catalogue again and again.
func many(b *testing.B, n int) []item.Item {
	b.Helper()
	templates, err := starter.Items()
	if err != nil {
		b.Fatal(err)
	}
	items := make([]item.Item, n)
	for i := range items {
		items[i] = templates[i%len(templates)]
		items[i].Ref.Code = item.Code(fmt.Sprintf("B-%05d", i))
	}
	return items
}

const manyItems = 10_000

func BenchmarkWrite(b *testing.B) {
	items := many(b, manyItems)
	for _, f := range formats {
		b.Run(string(f), func(b *testing.B) {
			for b.Loop() {
				var out bytes.Buffer
				if err := sheet.Write(&out, f, items); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(out.Len())/1e6, "MB")
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	items := many(b, manyItems)
	for _, f := range formats {
		b.Run(string(f), func(b *testing.B) {
			var out bytes.Buffer
			if err := sheet.Write(&out, f, items); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				back, _, err := sheet.Read(bytes.NewReader(out.Bytes()), f)
				if err != nil || len(back) != manyItems {
					b.Fatal(len(back), err)
				}
			}
		})
	}
}

package search

import (
	"fmt"
	"testing"

	"tongban/catalog/item"
	"tongban/catalog/starter"
)

// shipped are the template items.
func shipped(t testing.TB) []Entry {
	t.Helper()
	items, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]Entry, len(items))
	for i := range items {
		entries[i] = EntryOf(&items[i])
	}
	return entries
}

// district are the names, departments and codes of one district's items.
func district(t testing.TB) []Entry {
	t.Helper()
	items, err := starter.Names()
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]Entry, len(items))
	for i := range items {
		entries[i] = EntryOf(&items[i])
	}
	return entries
}

// variants are what makes many items of one in a city's list.
var variants = []string{
	"", "（新办）", "（变更）", "（延续）", "（注销）", "（补证）", "（盛泽镇）", "（黎里镇）", "（同里镇）", "（平望镇）", "（震泽镇）", "（桃源镇）",
}

// many are the real items in as many variants as it takes to make n.
func many(t testing.TB, n int) []Entry {
	base := district(t)
	entries := make([]Entry, n)
	for i := range entries {
		e := base[i%len(base)]
		e.Name += variants[i/len(base)]
		e.Ref.Code = item.Code(fmt.Sprintf("TE32050900000011704421%05d%04d00", i/len(base), i))
		e.Codes = []string{e.Codes[0], string(e.Ref.Code[:31])}
		if name := []rune(e.Name); i%7 == 0 && len(name) > 8 {
			e.Alias = []string{string(name[2:7])}
		}
		e.Themes = []string{fmt.Sprintf("主题%d", i%40)}
		entries[i] = e
	}
	return entries
}

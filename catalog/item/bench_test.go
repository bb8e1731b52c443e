package item

import "testing"

func BenchmarkValidate(b *testing.B) {
	it := complete()
	for b.Loop() {
		Validate(it)
	}
}

func BenchmarkDiff(b *testing.B) {
	was, is := complete(), complete()
	is.Promise = days(30, WorkingDays)
	for b.Loop() {
		Diff(was, is)
	}
}

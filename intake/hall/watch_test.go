package hall

import "testing"

// Whoever watches hears of what changed, once however often it did, and of
// nothing that was refused.
func TestWatch(t *testing.T) {
	h := newWorld(t).open()
	changed, stop := h.Watch()
	heard := func() bool {
		select {
		case <-changed:
			return true
		default:
			return false
		}
	}
	if _, err := h.Queue.Call(By{Staff: "虚构甲"}, "1"); err == nil || heard() {
		t.Fatalf("a refused call: %v", err)
	}
	for range 3 {
		if _, err := h.Queue.Take(By{}, TakeForm{Type: "综合"}); err != nil {
			t.Fatal(err)
		}
	}
	if !heard() || heard() {
		t.Error("three tickets ring once for who had not listened")
	}
	stop()
	if _, err := h.Queue.Take(By{}, TakeForm{Type: "综合"}); err != nil || heard() {
		t.Errorf("who stopped still hears: %v", err)
	}
}

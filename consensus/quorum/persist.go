package quorum

import (
	"context"
	"math/rand/v2"
	"time"

	"tongban/consensus/refusal"
)

// How long a proposal that did not go through waits before its next try.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// persist tries until an attempt succeeds, is refused for good, or ctx ends.
// wake ends a pause early. When it gives up it says whether an attempt may
// have taken effect.
func persist(ctx context.Context, wake func() <-chan struct{}, try func(context.Context) ([][]byte, error)) ([][]byte, error) {
	unknown := false
	pause := firstPause
	for {
		woken := wake()
		results, err := try(ctx)
		if err == nil {
			return results, nil
		}
		switch refusal.CodeOf(err) {
		case OutcomeUnknown:
			unknown = true
		case NotLeader, refusal.Unavailable:
		default:
			return nil, err
		}
		// The pause is jittered so that many who lost one leader do not all
		// come back at once; nothing durable depends on it.
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, gaveUp(unknown, err)
		case <-woken:
			timer.Stop()
		case <-timer.C:
		}
		pause = min(2*pause, lastPause)
	}
}

func gaveUp(unknown bool, last error) error {
	if unknown {
		return refusal.New(OutcomeUnknown, "propose", "send the same commands again: they take effect once", last)
	}
	return refusal.New(refusal.Unavailable, "propose", "no majority of the voters is reachable; nothing was proposed, try again", last)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// poll asks until the answer is yes or ctx ends.
func poll(ctx context.Context, every time.Duration, cond func() bool) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// build makes the program that the nodes run.
func build(ctx context.Context, dir string) (string, error) {
	bin := filepath.Join(dir, "tongban")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", bin, "tongban/tools/tongban")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("build the program: %w\n%s", err, out), ctx.Err())
	}
	return bin, nil
}

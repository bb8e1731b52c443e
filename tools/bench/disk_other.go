//go:build !linux

package main

import (
	"os"
	"time"
)

func syncData(f *os.File) error { return f.Sync() }

func fileSystem(string) string { return "" }

func openFiles() int { return 1024 }

func processorTime() time.Duration { return 0 }

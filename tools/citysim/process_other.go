//go:build !linux

package main

import (
	"os"
	"syscall"
)

// Elsewhere nothing is paused: nodes are only killed.
var stopSignal, contSignal os.Signal

func attributes() *syscall.SysProcAttr { return nil }

package main

import (
	"os"
	"syscall"
)

// The signals by which a process stands still and goes on.
var (
	stopSignal os.Signal = syscall.SIGSTOP
	contSignal os.Signal = syscall.SIGCONT
)

// attributes puts a node into a group of its own, so that an interrupt of the
// terminal reaches the simulation alone, and has it killed when the simulation
// dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

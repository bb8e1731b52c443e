package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// syncData makes a file's contents durable, and of its metadata what is needed
// to read them.
func syncData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// fileSystem names what a folder lies on: on a tmpfs nothing is durable and
// every figure is a fairy tale.
func fileSystem(dir string) string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return ""
	}
	switch uint32(s.Type) {
	case 0x01021994:
		return "TMPFS (in memory: nothing below is durable)"
	case 0xef53:
		return "ext4"
	case 0x9123683e:
		return "btrfs"
	case 0x58465342:
		return "xfs"
	}
	return fmt.Sprintf("of type %#x", uint32(s.Type))
}

// openFiles is how many files this process may have open.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return int(min(limit.Cur, 1<<20))
}

// processorTime is what this process has used of its processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

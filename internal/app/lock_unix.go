//go:build unix

package app

import (
	"os"
	"syscall"
)

// tryLock takes the lock of an open file without waiting; it ends with the
// process, whatever ends the process.
func tryLock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

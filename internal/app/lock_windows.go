package app

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock of an open file without waiting; it ends with the
// process, whatever ends the process.
func tryLock(f *os.File) error {
	var o windows.Overlapped
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &o)
}

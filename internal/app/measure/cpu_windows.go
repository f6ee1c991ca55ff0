package measure

import (
	"syscall"
	"time"
)

// used is the processor time of this process so far.
func used() time.Duration {
	var made, ended, kernel, user syscall.Filetime
	h, err := syscall.GetCurrentProcess()
	if err != nil || syscall.GetProcessTimes(h, &made, &ended, &kernel, &user) != nil {
		return 0
	}
	return time.Duration(kernel.Nanoseconds() + user.Nanoseconds())
}

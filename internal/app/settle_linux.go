package app

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// letGoOfProgram tells the system that the pages of the program's own file that
// the start went through are not needed for now. They are clean copies of a file,
// read again from the page cache the moment they are; but until then they are
// counted as ours, more than half of what an idle instance seems to hold.
func letGoOfProgram() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, m := range programMaps(maps, self) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED)
	}
}

type span struct{ from, to uintptr }

// programMaps are the mappings of a file that cannot be written and of which no
// page was ever changed (a loader writes some before it locks them): what was
// written would be lost. The text is that of proc(5), smaps.
func programMaps(smaps []byte, file string) []span {
	var out []span
	var at span
	ours := false
	for raw := range bytes.Lines(smaps) {
		line := strings.TrimSpace(string(raw))
		var m span
		var mode string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &m.from, &m.to, &mode); n == 3 {
			at, ours = m, strings.HasSuffix(line, " "+file) && (mode == "r-xp" || mode == "r--p")
			continue
		}
		if ours && strings.HasPrefix(line, "Anonymous:") && strings.Join(strings.Fields(line)[1:], " ") == "0 kB" {
			out = append(out, at)
		}
	}
	return out
}

package app

import (
	"slices"
	"testing"
)

// What was written in a mapping is never let go of, nor what is not ours.
func TestOnlyUnwrittenPagesOfTheProgramAreLetGo(t *testing.T) {
	got := programMaps([]byte(`00400000-01400000 r-xp 00000000 fe:00 42 /usr/bin/vigie
Rss:                8000 kB
Anonymous:             0 kB
01400000-02400000 r--p 01000000 fe:00 42 /usr/bin/vigie
Anonymous:             0 kB
02400000-02500000 r--p 02000000 fe:00 42 /usr/bin/vigie
Anonymous:             4 kB
02500000-02600000 rw-p 02100000 fe:00 42 /usr/bin/vigie
Anonymous:             0 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Anonymous:             0 kB
7f0000000000-7f0000001000 r-xp 00000000 fe:00 7 /usr/lib/libc.so.6
Anonymous:             0 kB
`), "/usr/bin/vigie")
	if want := []span{{0x400000, 0x1400000}, {0x1400000, 0x2400000}}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	letGoOfProgram() // the program goes on
}

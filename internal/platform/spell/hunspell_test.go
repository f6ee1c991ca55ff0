package spell

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// agreed is the share of answers that must be hunspell's own (issue 3).
const agreed = 0.999

// P7: our reader and the real hunspell give the same answer on the dictionaries
// that we ship: every stem, a sample of what the affixes make of them, and all
// of these corrupted.
func TestAgreesWithTheRealHunspell(t *testing.T) {
	program, err := exec.LookPath("hunspell")
	if err != nil {
		t.Skip("hunspell is not installed: agreement with it is not tested here")
	}
	for lang, name := range files {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			d, done := borrow(lang)
			defer done()
			dir := t.TempDir()
			for _, ext := range []string{".aff", ".dic"} {
				text, err := unpack(name + ext + ".gz")
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name+ext), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			stems, forms, broken := samples(d)
			for _, set := range []struct {
				what  string
				words []string
			}{{"stems", stems}, {"forms", forms}, {"corrupted", broken}} {
				theirs := askHunspell(t, program, filepath.Join(dir, name), set.words)
				same, shown, good := 0, 0, 0
				for i, w := range set.words {
					if theirs[i] {
						good++
					}
					if d.correct(w, nil) == theirs[i] {
						same++
					} else if shown++; shown <= 20 {
						t.Logf("%q: hunspell says %v", w, theirs[i])
					}
				}
				share := float64(same) / float64(len(set.words))
				t.Logf("%s, %s: %d of %d agree (%.4f %%), %d are words", lang, set.what, same, len(set.words), 100*share, good)
				if share < agreed {
					t.Errorf("%s, %s: %.4f agree, want at least %.3f", lang, set.what, share, agreed)
				}
			}
		})
	}
}

// samples are the stems of a dictionary, forms that its affixes make, and both
// with a letter lost, doubled, swapped or changed, or with another case.
func samples(d *dictionary) (stems, forms, broken []string) {
	rnd := rand.New(rand.NewPCG(1, 2))
	simple := func(w string) bool { return strings.IndexFunc(w, unicode.IsSpace) < 0 && w != "" }
	stride := 1
	if testing.Short() {
		stride = 20
	}
	for i := 0; i < len(d.flags); i += stride {
		w := d.word(uint32(i))
		if simple(w) {
			stems = append(stems, w)
		}
		made := d.inflect(uint32(i), 400)
		for range min(len(made), 2) {
			if f := made[rnd.IntN(len(made))]; simple(f) {
				forms = append(forms, f)
			}
		}
	}
	alphabet := []rune(d.try)
	for _, w := range append(append([]string{}, stems...), forms...) {
		if rnd.IntN(2) == 0 {
			continue
		}
		r := []rune(w)
		i := rnd.IntN(len(r))
		switch rnd.IntN(7) {
		case 0:
			r = append(r[:i], r[i+1:]...)
		case 1:
			r = append(r[:i+1], r[i:]...)
		case 2:
			if i+1 < len(r) {
				r[i], r[i+1] = r[i+1], r[i]
			}
		case 3, 4:
			r[i] = alphabet[rnd.IntN(len(alphabet))]
		case 5:
			r = []rune(strings.ToUpper(w))
		case 6:
			r = []rune(initial(strings.ToLower(w)))
		}
		if s := string(r); simple(s) {
			broken = append(broken, s)
		}
	}
	return stems, forms, broken
}

// askHunspell asks the real program about every word. A word that it cuts into
// several is right when all of them are.
func askHunspell(t *testing.T, program, dictionary string, words []string) []bool {
	t.Helper()
	// "!" is the terse mode: only mistakes answer; the blank line ends a word.
	cmd := exec.Command(program, "-a", "-i", "UTF-8", "-d", dictionary)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	in, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	fmt.Fprintln(in, "!")
	for _, w := range words {
		fmt.Fprintln(in, "^"+w)
	}
	if _, err := in.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := make([]bool, 0, len(words))
	ok := true
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	lines.Scan() // the greeting
	for lines.Scan() {
		switch line := lines.Text(); {
		case line == "":
			answers = append(answers, ok)
			ok = true
		case line[0] == '&' || line[0] == '#':
			ok = false
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(answers) != len(words) {
		t.Fatalf("hunspell answered %d of %d words", len(answers), len(words))
	}
	return answers
}

package spell

import (
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
	if len(oracles()) == 0 {
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
			for _, by := range oracles() {
				for _, set := range []struct {
					what  string
					words []string
				}{{"stems", stems}, {"forms", forms}, {"corrupted", broken}} {
					asked := set.words
					var theirs []bool
					if by == "library" {
						theirs = askLibrary(t, filepath.Join(dir, name), asked)
					} else {
						asked = oneWordEach(d, asked)
						theirs = askProgram(t, filepath.Join(dir, name), asked)
					}
					same, shown, good := 0, 0, 0
					for i, w := range asked {
						if theirs[i] {
							good++
						}
						if d.correct(w, nil) == theirs[i] {
							same++
						} else if shown++; shown <= 20 {
							t.Logf("%q: hunspell says %v", w, theirs[i])
						}
					}
					share := float64(same) / float64(len(asked))
					t.Logf("%s, %s, by the "+by+": %d of %d agree (%.4f %%), %d are words", lang, set.what, same, len(asked), 100*share, good)
					if share < agreed {
						t.Errorf("%s, %s: %.4f agree, want at least %.3f", lang, set.what, share, agreed)
					}
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
	stride := 80
	if os.Getenv("VIGIE_HUNSPELL_ALL") != "" { // every stem: a minute, for the figures of docs/performance.md
		stride = 1
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

// oracles are the ways to ask the real hunspell on this machine: the program,
// and its library, which takes each word whole where the program cuts at what
// WORDCHARS does not name.
func oracles() []string {
	var out []string
	if _, err := exec.LookPath("hunspell"); err != nil {
		return nil
	}
	out = append(out, "program")
	if exec.Command("python3", "-c", "import ctypes; ctypes.CDLL('libhunspell-1.7.so.0')").Run() == nil {
		out = append(out, "library")
	}
	return out
}

// oneWordEach keeps what the program reads as one word: letters, and in the
// middle what the dictionary's WORDCHARS name.
func oneWordEach(d *dictionary, words []string) []string {
	aff, _ := unpack(d.lang + ".aff.gz")
	_, chars, _ := strings.Cut(aff, "\nWORDCHARS ")
	chars, _, _ = strings.Cut(chars, "\n")
	var out []string
	for _, w := range words {
		r := []rune(w)
		inside := !strings.ContainsFunc(w, func(r rune) bool {
			return !unicode.IsLetter(r) && !strings.ContainsRune(chars, r) && r != '\''
		})
		if inside && unicode.IsLetter(r[0]) && unicode.IsLetter(r[len(r)-1]) && !strings.Contains(w, "''") {
			out = append(out, w)
		}
	}
	return out
}

// askLibrary asks libhunspell, word by word.
func askLibrary(t *testing.T, dictionary string, words []string) []bool {
	t.Helper()
	const script = `
import ctypes, sys
lib = ctypes.CDLL("libhunspell-1.7.so.0")
lib.Hunspell_create.restype = ctypes.c_void_p
lib.Hunspell_spell.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
h = lib.Hunspell_create((sys.argv[1] + ".aff").encode(), (sys.argv[1] + ".dic").encode())
sys.stdout.write("".join("1" if lib.Hunspell_spell(h, w) else "0" for w in sys.stdin.buffer.read().split(b"\n")[:-1]))
`
	cmd := exec.Command("python3", "-c", script, dictionary)
	cmd.Stdin = strings.NewReader(strings.Join(words, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil || len(out) != len(words) {
		t.Fatalf("the library answered %d of %d words: %v", len(out), len(words), err)
	}
	answers := make([]bool, len(words))
	for i := range out {
		answers[i] = out[i] == '1'
	}
	return answers
}

// askProgram asks the real program about every word. It prints the lines that
// hold a mistake (-L), without the suggestions that take it so long.
func askProgram(t *testing.T, dictionary string, words []string) []bool {
	t.Helper()
	cmd := exec.Command("hunspell", "-L", "-i", "UTF-8", "-d", dictionary)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdin = strings.NewReader(strings.Join(words, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	answers := make([]bool, len(words))
	for i, w := range words {
		if len(wrong) > 0 && wrong[0] == w {
			wrong = wrong[1:]
			continue
		}
		answers[i] = true
	}
	if len(wrong) > 0 && wrong[0] != "" {
		t.Fatalf("hunspell printed %d lines that nobody asked, the first %q", len(wrong), wrong[0])
	}
	return answers
}

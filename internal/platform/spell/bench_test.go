//go:build unix

package spell

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// spent is the processor time of this process so far: the wall clock counts
// what the neighbours do.
func spent() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The figures of docs/performance.md: go test -bench . -count 7, the median.

func BenchmarkCheckFrenchWords(b *testing.B) {
	text, err := os.ReadFile("testdata/fr_right.txt")
	if err != nil {
		b.Fatal(err)
	}
	d, done := borrow(French)
	defer done()
	words := strings.Fields(string(text))
	b.ResetTimer()
	began := spent()
	for b.Loop() {
		for _, w := range words {
			d.correct(w, nil)
		}
	}
	b.ReportMetric(float64(len(words))*float64(b.N)/(spent()-began).Seconds(), "words/s")
}

// A whole text: words, typography and grammar.
func BenchmarkCheckFrenchText(b *testing.B) {
	text, err := os.ReadFile("testdata/fr_right.txt")
	if err != nil {
		b.Fatal(err)
	}
	n := len(strings.Fields(string(text)))
	Check(French, "a", Options{})
	b.ResetTimer()
	began := spent()
	for b.Loop() {
		Check(French, string(text), Options{Suggestions: -1})
	}
	b.ReportMetric(float64(n)*float64(b.N)/(spent()-began).Seconds(), "words/s")
}

func BenchmarkSuggest(b *testing.B) {
	for _, lang := range Langs() {
		b.Run(lang, func(b *testing.B) {
			d, done := borrow(lang)
			defer done()
			words := strings.Fields("evenement bonjout acceuil apartement fenomene developement interressant ortographe magazin xylofonne recieve definately seperate tommorow accomodate")
			b.ResetTimer()
			began := spent()
			i := 0
			for b.Loop() {
				d.hunt(words[i%len(words)], nil)
				i++
			}
			b.ReportMetric((spent()-began).Seconds()*1000/float64(b.N), "ms/word")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for lang, name := range files {
		b.Run(lang, func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var d *dictionary
			for b.Loop() {
				d, _ = load(name)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
			runtime.KeepAlive(d)
		})
	}
}

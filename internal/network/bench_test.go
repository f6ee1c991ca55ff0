package network

import (
	"strings"
	"testing"
)

// A post, and a megabyte pasted (issue 2, bad cases).
func BenchmarkCount(b *testing.B) {
	rule := TextRule{Max: 500, Unit: Graphemes, URL: 23, MentionLocal: true}
	phrase := "Une phrase de taille moyenne, avec https://a.example/x, @yann@b.example et #Noël 👨‍👩‍👧‍👦. "
	for name, text := range map[string]string{"post": strings.Repeat(phrase, 4), "megabyte": strings.Repeat(phrase, 10000)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Count(text, "", rule)
			}
		})
	}
}

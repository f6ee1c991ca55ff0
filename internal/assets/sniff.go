package assets

import (
	"bytes"
	"strings"

	"vigie/internal/base/fault"
)

// The types of pictures that are taken in.
const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typeGIF  = "image/gif"
	typeWebP = "image/webp"
)

// Types lists the types of pictures that are taken in, for the file chooser.
func Types() []string { return []string{typeJPEG, typePNG, typeGIF, typeWebP} }

// head is how much of a file its type is told by.
const head = 4096

// sniff tells what a file is by its content alone: a type that is taken in, or
// the key of the sentence that says what it is instead and what to do.
func sniff(b []byte) (kind, problem string) {
	has := func(at int, s string) bool { return len(b) >= at+len(s) && string(b[at:at+len(s)]) == s }
	switch {
	case len(b) == 0:
		return "", "assets.refused.empty"
	case has(0, "\xff\xd8\xff"):
		return typeJPEG, ""
	case has(0, "\x89PNG\r\n\x1a\n"):
		return typePNG, ""
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return typeGIF, ""
	case has(0, "RIFF") && has(8, "WEBP"):
		return typeWebP, ""
	case has(4, "ftyp"):
		return "", ftyp(b)
	case has(0, "\x1a\x45\xdf\xa3"), has(0, "RIFF") && has(8, "AVI "), has(0, "FLV\x01"), has(0, "\x00\x00\x01\xba"), has(0, "\x00\x00\x01\xb3"), has(0, "OggS"):
		return "", "assets.refused.video"
	case bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return "", "assets.refused.pdf"
	case has(0, "II*\x00"), has(0, "MM\x00*"), has(0, "8BPS"), has(0, "BM"), has(0, "\x00\x00\x01\x00"), has(0, "\xff\x0a"), has(4, "JXL "):
		return "", "assets.refused.format"
	case has(0, "PK\x03\x04"), has(0, "\xd0\xcf\x11\xe0"), has(0, "Rar!"), has(0, "7z\xbc\xaf"), has(0, "\x1f\x8b"):
		return "", "assets.refused.document"
	case has(0, "ID3"), has(0, "fLaC"), has(0, "RIFF") && has(8, "WAVE"):
		return "", "assets.refused.audio"
	}
	low := strings.ToLower(string(b))
	switch {
	case strings.Contains(low, "<svg"):
		return "", "assets.refused.svg"
	case strings.Contains(low, "<html"), strings.Contains(low, "<!doctype html"):
		return "", "assets.refused.page"
	}
	return "", "assets.refused.unknown"
}

// ftyp tells the families of the ISO base media format apart by their brands.
func ftyp(b []byte) string {
	size := min(len(b), 64)
	brands := string(b[8:size])
	for _, x := range []string{"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"} {
		if strings.Contains(brands, x) && !strings.Contains(brands, "avif") {
			return "assets.refused.heic"
		}
	}
	switch {
	case strings.Contains(brands, "avif"), strings.Contains(brands, "avis"):
		return "assets.refused.avif"
	case strings.HasPrefix(brands, "M4A"), strings.HasPrefix(brands, "M4B"):
		return "assets.refused.audio"
	}
	return "assets.refused.video"
}

// refuse is the error of a file that will never do.
func refuse(problem string) *fault.Error { return fault.New(fault.Invalid, problem) }

package assets

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/base/textkit"
)

// State is where a media stands. States are stored and never renamed.
type State string

const (
	Working State = "working" // arrived, not read yet
	Ready   State = "ready"
	Refused State = "refused" // Problem says why
)

// moves are the allowed changes of state. Refused goes back to work when the
// same file is sent again: this version may know what an older one did not.
var moves = map[State][]State{
	Working: {Ready, Refused},
	Refused: {Working},
}

func (s State) may(to State) bool { return slices.Contains(moves[s], to) }

// Bounds of what is taken in.
const (
	// MaxBytes is the largest file that is taken in.
	MaxBytes = 64 << 20
	// MaxPixels is the largest picture that is unpacked.
	MaxPixels = 100_000_000
	// MaxAlt and MaxName bound what is written about a media, in characters.
	MaxAlt  = 2000
	MaxName = 200
	// Chunk is the size of the pieces in which a browser should send a file,
	// and MaxChunk the largest piece that is taken.
	Chunk    = 1 << 20
	MaxChunk = 8 << 20
	// InBin is how long a media stays in the bin, and Abandoned how long an
	// upload that nobody goes on with is kept.
	InBin     = 30 * 24 * time.Hour
	Abandoned = 48 * time.Hour
)

// Facts are what the file itself told.
type Facts struct {
	// Credit and Caption are what IPTC or XMP say.
	Credit  string `json:"credit,omitempty"`
	Caption string `json:"caption,omitempty"`
	// Place says that the file held the position where it was taken. It is in
	// no rendition.
	Place bool `json:"place,omitempty"`
	// Moves says that the file is an animation of which the first picture was
	// kept.
	Moves bool `json:"moves,omitempty"`
	// CMYK says that the colours were made for print and were converted.
	CMYK bool `json:"cmyk,omitempty"`
	// Profile is the ICC profile of the colours, kept in every rendition.
	Profile []byte `json:"profile,omitempty"`
	// Turned is the EXIF orientation (1 to 8) that was applied.
	Turned int `json:"turned,omitempty"`
	Told
}

// Media is one media of a brand.
type Media struct {
	ID    id.Media
	Brand id.Brand
	Name  string
	State State
	// Problem is the key of the sentence that says why it was refused.
	Problem string
	// Type is told by the content ("image/jpeg"); empty while Working.
	Type          string
	Bytes         int64 // of what was sent
	Width, Height int   // as one looks at it, after EXIF orientation
	Alt           string
	// Focus is the point that a crop must keep, 0 to 1 from the left and the
	// top; nil: the middle.
	Focus   *Point
	Facts   Facts
	Author  id.Person // empty: a part of the program
	Made    time.Time
	Edited  time.Time
	Version int64
	Binned  time.Time // zero: in the library
	// Folder is where it lies ("Noël/Vitrine"; empty: nowhere in particular),
	// Tags what it is found by.
	Folder string
	Tags   []string
	// Family is shared by the versions of one picture: the id of the first;
	// empty while there is only one. Number counts them from 1, and Newer is
	// the one that took its place.
	Family id.Media
	Number int64
	Newer  id.Media

	shape Shape
	look  string // perceptual hash; see twin.go
	file  string // key of what was sent; of this room alone
	tries int64
}

// Point is a place in a picture.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Shape is which way a picture lies. Stored, never renamed.
type Shape string

const (
	Landscape Shape = "landscape"
	Portrait  Shape = "portrait"
	Square    Shape = "square"
)

// shapeOf tells the shape of a size; one that differs by less than a tenth is
// square to the eye.
func shapeOf(w, h int) Shape {
	switch {
	case w <= 0 || h <= 0:
		return ""
	case 10*w >= 11*h:
		return Landscape
	case 10*h >= 11*w:
		return Portrait
	}
	return Square
}

// NeedsAlt tells whether the text for those who do not see it is missing.
func (m Media) NeedsAlt() bool { return m.State == Ready && m.Alt == "" }

// folded is what a search looks through.
func (m Media) folded() string {
	return textkit.Fold(strings.Join([]string{m.Name, m.Alt, m.Facts.Credit, m.Facts.Caption, m.Folder, strings.Join(m.Tags, " ")}, " "))
}

// cleanName makes a file's name fit to show: no path, no control character.
func cleanName(s string) string {
	s, _ = textkit.Clean(strings.ReplaceAll(s, "\\", "/"))
	s = strings.Join(strings.Fields(path.Base("/"+s)), " ")
	if s == "/" || s == "." || s == "" {
		s = "image"
	}
	return cut(s, MaxName)
}

func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// oneLine cleans a text of one line; lines cleans one of several.
func oneLine(s string, n int) string { return strings.Join(strings.Fields(lines(s, n)), " ") }

func lines(s string, n int) string {
	s, _ = textkit.Clean(s)
	return cut(strings.TrimSpace(s), n)
}

var (
	errUnknown = fault.New(fault.NotFound, "assets.not_found")
	errChanged = fault.New(fault.Conflict, "assets.changed")
	errHeavy   = fault.New(fault.Invalid, "assets.too_heavy").At("file").With("mb", MaxBytes>>20)
	errEmpty   = fault.New(fault.Invalid, "assets.refused.empty").At("file")
	errWorking = fault.New(fault.Transient, "assets.still_working").After(5 * time.Second)
	errName    = fault.New(fault.Invalid, "assets.name_missing").At("name")
	errAlt     = fault.New(fault.Invalid, "assets.alt_long").At("alt").With("max", MaxAlt)
	errFocus   = fault.New(fault.Invalid, "assets.focus").At("focus")
	errNoFit   = fault.New(fault.Invalid, "assets.cannot_fit")
	errNoType  = fault.New(fault.Unsupported, "assets.no_type")
)

package assets

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// told is what the file says about itself.
type told struct {
	orientation          int
	place                bool
	credit, caption, alt string
}

// Bounds of reading what a file says: it comes from anywhere.
const (
	tagTime  = 5 * time.Second
	tagCount = 3000
	tagBytes = 8000
	maxLine  = 300
)

// readTags reads EXIF, IPTC and XMP. What cannot be read says nothing; a
// reader's panic neither.
func readTags(r io.ReadSeeker, kind string) (t told) {
	format, ok := map[string]imagemeta.ImageFormat{typeJPEG: imagemeta.JPEG, typePNG: imagemeta.PNG, typeWebP: imagemeta.WebP}[kind]
	if !ok {
		return t
	}
	defer func() { _ = recover() }()
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return t
	}
	by := map[string]string{}
	_, err := imagemeta.Decode(imagemeta.Options{R: r, ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		Timeout: tagTime, LimitNumTags: tagCount, LimitTagSize: tagBytes,
		Warnf: func(string, ...any) {},
		ShouldHandleTag: func(imagemeta.TagInfo) bool {
			return true // the position stands in a directory of its own
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			switch {
			case strings.HasPrefix(tag.Tag, "GPS"), strings.Contains(tag.Namespace, "GPS"):
				t.place = t.place || tag.Tag != "GPSVersionID" && tag.Tag != "GPSInfoIFDPointer" && tag.Tag != "GPSInfo"
			case tag.Tag == "Orientation" && t.orientation == 0 && tag.Source == imagemeta.EXIF && tag.Namespace == "IFD0":
				if n, ok := whole(tag.Value); ok && n >= 1 && n <= 8 {
					t.orientation = n
				}
			default:
				if _, seen := by[tag.Tag]; !seen && tag.Value != nil {
					by[tag.Tag] = text(tag.Value)
				}
			}
			return nil
		}})
	_ = err // a broken block says nothing more; what was read counts
	t.credit = first(by, "Credit", "Copyright", "CopyrightNotice", "Rights", "By-line", "Byline", "Creator", "Artist")
	t.caption = first(by, "Caption-Abstract", "CaptionAbstract", "Caption", "Description", "ImageDescription")
	t.alt = first(by, "AltTextAccessibility")
	return t
}

func whole(v any) (int, bool) {
	var n int
	_, err := fmt.Sscan(fmt.Sprint(v), &n)
	return n, err == nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	}
	return ""
}

func first(by map[string]string, names ...string) string {
	for _, n := range names {
		if s := oneLine(by[n], maxLine); s != "" {
			return s
		}
	}
	return ""
}

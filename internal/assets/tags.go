package assets

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"vigie/internal/base/textkit"
)

// Told is what a file says of the right to show it: IPTC, XMP (with PLUS) and
// EXIF. It comes from anywhere and binds nobody; a person's word goes before
// it, and where they differ the page shows both.
type Told struct {
	Creator   string `json:"creator,omitempty"`
	Copyright string `json:"copyright,omitempty"`
	Source    string `json:"source,omitempty"`
	Terms     string `json:"terms,omitempty"`    // usage terms, special instructions
	Licensor  string `json:"licensor,omitempty"` // who sells it
	Web       string `json:"web,omitempty"`      // where the terms stand
	// Expires is the day (2006-01-02) after which its maker wants it no longer
	// shown: IPTC 2:37, PLUS LicenseEndDate, PRISM.
	Expires string `json:"expires,omitempty"`
	// CreditAsked says that the file asks for its credit line (PLUS).
	CreditAsked bool `json:"credit_asked,omitempty"`
	// ModelRelease and PropertyRelease are "none", "not_needed", "all" or
	// "some" (PLUS).
	ModelRelease    string `json:"model_release,omitempty"`
	PropertyRelease string `json:"property_release,omitempty"`
	// AI is what its source type says of machines; AISystem names one.
	AI       AIOrigin `json:"ai,omitempty"`
	AISystem string   `json:"ai_system,omitempty"`
}

// Sold tells whether a file seems to come from somebody who sells pictures.
func (f Facts) Sold() bool {
	if f.Licensor != "" || f.Terms != "" || f.Expires != "" {
		return true
	}
	all := textkit.Fold(strings.Join([]string{f.Credit, f.Source, f.Copyright, f.Creator}, " "))
	return slices.ContainsFunc(sellers, func(s string) bool { return strings.Contains(" "+bare(all)+" ", " "+s+" ") })
}

// Owner is whom a file names first.
func (f Facts) Owner() string {
	for _, s := range []string{f.Licensor, f.Credit, f.Source, f.Copyright, f.Creator} {
		if s != "" {
			return s
		}
	}
	return ""
}

// sellers are agencies and libraries, as they sign their files.
var sellers = []string{"afp", "reuters", "associated press", "ap", "getty", "getty images", "istock", "istockphoto", "shutterstock", "adobe stock", "fotolia",
	"alamy", "depositphotos", "dreamstime", "123rf", "epa", "efe", "dpa", "belga", "keystone", "maxppp", "abaca", "abacapress", "sipa", "sipa press", "gamma rapho",
	"hans lucas", "myop", "magnum photos", "agence vu", "divergence images", "photononstop", "andia", "bestimage", "agence france presse", "imago", "zuma press", "corbis", "masterfile", "age fotostock", "bridgeman"}

// told is what the file says about itself.
type told struct {
	Told
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
	maxTold  = 400 // names kept
)

// readTags reads EXIF, IPTC and XMP. What cannot be read says nothing; a
// reader's panic neither.
func readTags(r io.ReadSeeker, kind string) (t told) {
	format, ok := map[string]imagemeta.ImageFormat{typeJPEG: imagemeta.JPEG, typePNG: imagemeta.PNG, typeWebP: imagemeta.WebP}[kind]
	if !ok {
		return t
	}
	by := map[string]string{}
	defer func() {
		_ = recover()
		t.take(by)
	}()
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return t
	}
	keep := func(name, value string) {
		if _, seen := by[name]; !seen && value != "" && len(by) < maxTold {
			by[name] = cut(value, tagBytes)
		}
	}
	_, err := imagemeta.Decode(imagemeta.Options{R: r, ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		Timeout: tagTime, LimitNumTags: tagCount, LimitTagSize: tagBytes,
		Warnf: func(string, ...any) {},
		ShouldHandleTag: func(imagemeta.TagInfo) bool {
			return true // the position stands in a directory of its own
		},
		HandleXMP: func(r io.Reader) error {
			return readXMP(r, func(name, value string) {
				if strings.HasPrefix(name, "GPS") {
					t.place = t.place || name != "GPSVersionID"
					return
				}
				keep(name, value)
			})
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
				keep(tag.Tag, text(tag.Value))
			}
			return nil
		}})
	_ = err // a broken block says nothing more; what was read counts
	return t
}

// take reads what was kept, by the names that the three standards give it.
func (t *told) take(by map[string]string) {
	t.credit = first(by, "Credit", "Copyright", "CopyrightNotice", "Rights", "By-line", "Byline", "Creator", "Artist")
	t.caption = first(by, "Caption-Abstract", "CaptionAbstract", "Caption", "Description", "ImageDescription")
	t.alt = first(by, "AltTextAccessibility")
	t.Creator = first(by, "By-line", "Byline", "Creator", "Artist")
	t.Copyright = first(by, "CopyrightNotice", "Rights", "Copyright")
	t.Source = first(by, "Source")
	t.Terms = first(by, "UsageTerms", "SpecialInstructions", "Instructions")
	t.Licensor = first(by, "LicensorName")
	t.Web = first(by, "WebStatement", "LicensorURL")
	for _, n := range []string{"ExpirationDate", "LicenseEndDate", "ExpirationDateTime"} {
		if d := readDay(by[n]); d != "" && (t.Expires == "" || d < t.Expires) {
			t.Expires = d
		}
	}
	t.CreditAsked = slices.Contains([]string{"CR-COI", "CR-CAI", "CR-CCA"}, code(by["CreditLineRequired"]))
	t.ModelRelease, t.PropertyRelease = release(by["ModelReleaseStatus"]), release(by["PropertyReleaseStatus"])
	t.AISystem = first(by, "AISystemUsed")
	switch code(by["DigitalSourceType"]) {
	case "trainedAlgorithmicMedia", "algorithmicMedia":
		t.AI = AIMade
	case "compositeWithTrainedAlgorithmicMedia", "algorithmicallyEnhanced", "compositeSynthetic":
		t.AI = AIEdited
	case "digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print", "digitalArt", "digitalCreation", "humanEdits", "minorHumanEdits", "compositeCapture":
		t.AI = AINone
	}
	if t.AI == AIUnsaid && t.AISystem != "" {
		t.AI = AIMade
	}
}

// code is the last part of an address of a controlled vocabulary.
func code(s string) string { return path.Base(strings.TrimSpace(oneLine(s, maxLine))) }

// release reads a status of PLUS.
func release(s string) string {
	switch c := code(s); {
	case strings.HasSuffix(c, "-NON"):
		return "none"
	case strings.HasSuffix(c, "-NAP"):
		return "not_needed"
	case strings.HasSuffix(c, "-UMR"), strings.HasSuffix(c, "-UPR"):
		return "all"
	case strings.HasSuffix(c, "-LMR"), strings.HasSuffix(c, "-LPR"):
		return "some"
	}
	return ""
}

// readDay reads a day as files write it: 20270131, 2027-01-31, 2027:01:31, with
// or without an hour.
func readDay(s string) string {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"20060102", time.DateOnly, "2006:01:02"} {
		if len(s) >= len(layout) {
			if d, err := time.Parse(layout, s[:len(layout)]); err == nil && d.Year() > 1900 && d.Year() < 9000 {
				return d.Format(time.DateOnly)
			}
		}
	}
	return ""
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

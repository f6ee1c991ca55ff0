package assets

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/id"
	"vigie/internal/platform/files"
	"vigie/internal/platform/jobs"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/search"
	"vigie/internal/platform/sqldb"
	"vigie/internal/platform/sqldb/sqldbtest"
	"vigie/internal/team"
)

const (
	kerlann = id.Brand("01931c1e-0000-7000-8000-000000000001")
	sobo    = id.Brand("01931c1e-0000-7000-8000-000000000002")
)

var (
	ines     = team.Actor{Person: "01931c1e-0000-7000-8000-0000000000a1", Roles: map[id.Brand]team.Role{kerlann: team.Community}}
	yann     = team.Actor{Person: "01931c1e-0000-7000-8000-0000000000a2", Roles: map[id.Brand]team.Role{kerlann: team.Community, sobo: team.Owner}}
	client   = team.Actor{Person: "01931c1e-0000-7000-8000-0000000000a3", Roles: map[id.Brand]team.Role{kerlann: team.Client}}
	stranger = team.Actor{Person: "01931c1e-0000-7000-8000-0000000000a4", Roles: map[id.Brand]team.Role{sobo: team.Owner}}
)

// stage is a library with a clock that the test turns.
type stage struct {
	*testing.T
	db    *sqldb.DB
	s     *Service
	q     *jobs.Queue
	store *files.Dir
	book  *logbook.Book
	posts *posts
	mu    sync.Mutex
	told  []string
	root  string
}

// posts says which media are shown.
type posts struct {
	used   map[id.Media]int
	shown  map[id.Media]int64 // publications that left or are going to
	taken  map[id.Media]int64
	marked int
	onLine []Standing
	coming []Coming
}

func (p *posts) Coming(_ context.Context, _ id.Brand, list []id.Media, from time.Time, _ int) (out []Coming, _ error) {
	for _, c := range p.coming {
		if slices.Contains(list, c.Media) && !c.At.Before(from) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (p *posts) Shown(context.Context, sqldb.Q, id.Brand, []id.Media) (map[id.Media]int64, error) {
	return p.shown, nil
}

func (p *posts) Taken(context.Context, sqldb.Q, id.Brand, id.Post, id.Channel, []id.Media, bool) (map[id.Media]int64, error) {
	return p.taken, nil
}

func (p *posts) PictureChanging(context.Context, team.Actor, id.Brand, id.Media) (func(*sqldb.Tx) error, error) {
	return func(*sqldb.Tx) error { p.marked++; return nil }, nil
}

func (p *posts) OnLine(_ context.Context, _ id.Brand, list []id.Media, _ int) (out []Standing, _ error) {
	for _, s := range p.onLine {
		if slices.Contains(list, s.Media) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (p *posts) Uses(_ context.Context, _ team.Actor, _ id.Brand, m id.Media) ([]Use, error) {
	return make([]Use, p.used[m]), nil
}

func (p *posts) CountUses(context.Context, id.Brand, []id.Media) (map[id.Media]int, error) {
	return p.used, nil
}

type hands struct {
	at time.Time
	mu sync.Mutex
}

func (h *hands) now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.at }
func (h *hands) add(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *stage, c *hands)) {
	c := &hands{at: time.Now().Truncate(time.Millisecond)}
	start := c.at
	sqldbtest.Each(t, []sqldb.Schema{logbook.Schema, search.Schema, Schema}, func(t *testing.T, db *sqldb.DB) {
		c.at = start
		test(newStage(t, db, c), c)
	}, sqldbtest.Prepared("jobs-1", jobs.Migrate), sqldbtest.Now(c.now))
}

func newStage(t *testing.T, db *sqldb.DB, c *hands) *stage {
	st := &stage{T: t, db: db, posts: &posts{used: map[id.Media]int{}}}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	var err error
	st.root = filepath.Join(t.TempDir(), "files")
	if st.store, err = files.NewDir(files.DirConfig{Root: st.root, Now: c.now}); err != nil {
		t.Fatal(err)
	}
	if st.q, err = jobs.New(db, jobs.Config{Log: log}); err != nil {
		t.Fatal(err)
	}
	st.book = logbook.New(db)
	st.s = New(Needs{DB: db, Book: st.book, Files: st.store, Jobs: st.q, Posts: st.posts, Letters: &Letters{}, Zone: func(context.Context, sqldb.Q, id.Brand) (string, error) { return "Europe/Paris", nil }, Log: log, Tell: func(topic, kind string, _ any) {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.told = append(st.told, topic+" "+kind)
	}})
	st.s.Declare(st.q)
	return st
}

func (st *stage) ok(err error) {
	st.Helper()
	if err != nil {
		st.Fatal(err)
	}
}

// add sends a file and lets the jobs work.
func (st *stage) add(name string, b []byte) Media {
	st.Helper()
	got, err := st.s.Add(st.Context(), ines, kerlann, name, bytes.NewReader(b))
	st.ok(err)
	st.ok(st.q.Drain(st.Context()))
	m, err := st.s.Get(st.Context(), ines, kerlann, got.Media.ID)
	st.ok(err)
	return m
}

func (st *stage) open(m id.Media, rule string) ([]byte, Served) {
	st.Helper()
	f, err := st.s.Open(st.Context(), ines, kerlann, m, rule)
	st.ok(err)
	defer f.Body.Close()
	b, err := io.ReadAll(f.Body)
	st.ok(err)
	return b, f
}

func (st *stage) acts(m id.Media) (out []string) {
	st.Helper()
	list, err := st.book.ListSubject(st.Context(), st.db, kerlann, logbook.Subject{Kind: "media", ID: string(m)})
	st.ok(err)
	for _, r := range list {
		out = append(out, r.Act)
	}
	return out
}

// photo is a picture of noise and colour: left red, right blue, so that a turn
// shows.
func photo(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			c := color.NRGBA{200, uint8(r.IntN(60)), 30, 255}
			if x >= w/2 {
				c = color.NRGBA{30, uint8(r.IntN(60)), 200, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// segment puts an APPn segment behind a JPEG's first two bytes.
func segment(file []byte, n byte, body string) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe0+n)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// exif is what a telephone writes: how it was held, and where it was.
func exif(orientation uint16) string {
	le := binary.LittleEndian
	b := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00")
	entry := func(tag, kind uint16, n, v uint32) {
		b = le.AppendUint16(le.AppendUint16(b, tag), kind)
		b = le.AppendUint32(le.AppendUint32(b, n), v)
	}
	b = le.AppendUint16(b, 2)
	entry(0x0112, 3, 1, uint32(orientation))
	entry(0x8825, 4, 1, 38) // the position's directory
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 2)
	entry(1, 2, 2, uint32('N'))
	entry(2, 5, 3, 68)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint32{47, 1, 44, 1, 30, 1} {
		b = le.AppendUint32(b, v)
	}
	return string(b)
}

const xmp = "http://ns.adobe.com/xap/1.0/\x00" + `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:dc="http://purl.org/dc/elements/1.1/" photoshop:Credit="Maël Kerouédan / Agence Ouest">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">La fournée de six heures</rdf:li></rdf:Alt></dc:description>
<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">Des sablés sur une plaque</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>
</rdf:Description></rdf:RDF></x:xmpmeta>`

// chunk is one piece of a PNG.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// hugePNG announces more than a memory holds, in a few bytes.
func hugePNG(w, h uint32, depth, colour byte) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b = append(b, depth, colour, 0, 0, 0)
	return append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", b)...), chunk("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1})...)
}

// hugeJPEG changes the size that a JPEG's frame announces.
func hugeJPEG(w, h uint16, sof byte) []byte {
	b := jpegOf(photo(16, 16))
	i := bytes.Index(b, []byte{0xff, 0xc0})
	b[i+1] = sof
	binary.BigEndian.PutUint16(b[i+5:], h)
	binary.BigEndian.PutUint16(b[i+7:], w)
	return b
}

func animation(frames int) []byte {
	g := &gif.GIF{Config: image.Config{Width: 20, Height: 10}}
	for i := range frames {
		p := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.White, color.RGBA{200, 0, 0, 255}})
		p.SetColorIndex(i%20, 1, 1)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// riff makes a WebP of chunks given as kind, body, kind, body…
func riff(parts ...string) []byte {
	var body []byte
	for i := 0; i < len(parts); i += 2 {
		body = append(body, parts[i]...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(parts[i+1])))
		body = append(body, parts[i+1]...)
		if len(parts[i+1])%2 == 1 {
			body = append(body, 0)
		}
	}
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4))
	return append(append(out, "WEBP"...), body...)
}

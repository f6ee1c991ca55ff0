package assets

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/files"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

func TestAnUploadGoesOnAfterATunnelAndARestart(t *testing.T) { // T4
	each(t, func(st *stage, c *hands) {
		ctx := st.Context()
		file := jpegOf(photo(700, 500))
		up, err := st.s.BeginUpload(ctx, ines, kerlann, "quai.jpg", int64(len(file)))
		st.ok(err)
		tunnel := errors.New("tunnel")
		at, err := st.s.AppendUpload(ctx, ines, kerlann, up.ID, 0, io.MultiReader(bytes.NewReader(file[:1000]), iotest.ErrReader(tunnel)))
		if !errors.Is(err, tunnel) || at != 1000 {
			st.Fatal(at, err)
		}
		if _, err := st.s.FinishUpload(ctx, ines, kerlann, up.ID); !fault.Is(err, fault.Conflict) {
			st.Errorf("half a file became a media: %v", err)
		}
		// The program starts again.
		store, err := files.NewDir(files.DirConfig{Root: st.root})
		st.ok(err)
		st.s.Files = store
		where, err := st.s.Upload(ctx, ines, kerlann, up.ID)
		if err != nil || where.Offset != 1000 || where.Bytes != int64(len(file)) {
			st.Fatalf("%+v %v", where, err)
		}
		if _, err := st.s.AppendUpload(ctx, ines, kerlann, up.ID, 5, strings.NewReader("x")); fault.As(err).Values["offset"] != int64(1000) {
			st.Errorf("the way on is not said: %v", err)
		}
		_, err = st.s.AppendUpload(ctx, ines, kerlann, up.ID, 1000, bytes.NewReader(file[1000:]))
		st.ok(err)
		first, err := st.s.FinishUpload(ctx, ines, kerlann, up.ID)
		st.ok(err)
		again, err := st.s.FinishUpload(ctx, ines, kerlann, up.ID) // the first answer was lost
		if err != nil || again.Media.ID != first.Media.ID {
			st.Errorf("%+v %v", again, err)
		}
		if where, err = st.s.Upload(ctx, ines, kerlann, up.ID); err != nil || where.Media != first.Media.ID {
			st.Errorf("%+v %v", where, err)
		}
		st.ok(st.q.Drain(ctx))
		if m, err := st.s.Get(ctx, ines, kerlann, first.Media.ID); err != nil || m.State != Ready {
			st.Errorf("%+v %v", m, err)
		}
	})
}

func TestUploadsAreTheirOwnersAlone(t *testing.T) { // P1
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		up, err := st.s.BeginUpload(ctx, ines, kerlann, "x.jpg", 10)
		st.ok(err)
		for name, a := range map[string]struct {
			actor team.Actor
			brand id.Brand
			want  fault.Kind
		}{"colleague": {yann, kerlann, fault.NotFound}, "other brand": {yann, sobo, fault.NotFound}, "stranger": {stranger, kerlann, fault.NotFound}, "client": {client, kerlann, fault.Forbidden}} {
			_, e1 := st.s.Upload(ctx, a.actor, a.brand, up.ID)
			_, e2 := st.s.AppendUpload(ctx, a.actor, a.brand, up.ID, 0, strings.NewReader("0123456789"))
			_, e3 := st.s.FinishUpload(ctx, a.actor, a.brand, up.ID)
			for _, err := range []error{e1, e2, e3} {
				if fault.Of(err) != a.want {
					st.Errorf("%s: %v", name, err)
				}
			}
			_ = st.s.AbandonUpload(ctx, a.actor, a.brand, up.ID)
		}
		if where, err := st.s.Upload(ctx, ines, kerlann, up.ID); err != nil || where.Offset != 0 {
			st.Errorf("%+v %v", where, err)
		}
		for range 2 {
			st.ok(st.s.AbandonUpload(ctx, ines, kerlann, up.ID))
		}
		if _, err := st.s.Upload(ctx, ines, kerlann, up.ID); !fault.Is(err, fault.NotFound) {
			st.Error(err)
		}
	})
}

func TestWhatIsEmptyOrTooHeavyIsRefusedAtOnce(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		for _, n := range []int64{0, -1, MaxBytes + 1, 1 << 60} {
			if _, err := st.s.BeginUpload(ctx, ines, kerlann, "x", n); fault.Of(err) != fault.Invalid {
				st.Errorf("%d: %v", n, err)
			}
		}
		if _, err := st.s.Add(ctx, ines, kerlann, "x", strings.NewReader("")); !errors.Is(err, errEmpty) {
			st.Error(err)
		}
		if _, err := st.s.Add(ctx, ines, kerlann, "x", io.LimitReader(endless{}, MaxBytes+1)); !errors.Is(err, errHeavy) {
			st.Error(err)
		}
		if p, err := st.s.List(ctx, ines, kerlann, Filter{}, "", 10); err != nil || len(p.Media) != 0 {
			st.Errorf("%+v %v", p, err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestTheSameFileTwiceIsOneMediaPerBrand(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		file := jpegOf(photo(60, 40))
		m := st.add("a.jpg", file)
		_, err := st.s.Bin(ctx, ines, kerlann, m.ID)
		st.ok(err)
		again, err := st.s.Add(ctx, yann, kerlann, "b.jpg", bytes.NewReader(file))
		if err != nil || !again.Existing || again.Media.ID != m.ID || again.Media.Name != "a.jpg" || !again.Media.Binned.IsZero() {
			st.Errorf("%+v %v", again, err)
		}
		// The other brand has its own, although the bytes are shared.
		other, err := st.s.Add(ctx, yann, sobo, "b.jpg", bytes.NewReader(file))
		if err != nil || other.Existing || other.Media.ID == m.ID {
			st.Errorf("%+v %v", other, err)
		}
		for name, f := range map[string]func() error{
			"get":  func() error { _, err := st.s.Get(ctx, yann, kerlann, other.Media.ID); return err },
			"open": func() error { _, err := st.s.Open(ctx, yann, kerlann, other.Media.ID, View); return err },
			"edit": func() error {
				_, err := st.s.EditMeta(ctx, yann, kerlann, other.Media.ID, 0, Meta{Name: "x"})
				return err
			},
			"bin":      func() error { _, err := st.s.Bin(ctx, yann, kerlann, other.Media.ID); return err },
			"unbin":    func() error { _, err := st.s.Unbin(ctx, yann, kerlann, other.Media.ID); return err },
			"uses":     func() error { _, err := st.s.Uses(ctx, yann, kerlann, other.Media.ID); return err },
			"stranger": func() error { _, err := st.s.Get(ctx, stranger, kerlann, m.ID); return err },
			"list":     func() error { _, err := st.s.List(ctx, stranger, kerlann, Filter{}, "", 5); return err },
			"fit":      func() error { _, err := st.s.Fit(ctx, kerlann, other.Media.ID, jpegOnly); return err },
			"original": func() error { _, err := st.s.Open(ctx, ines, kerlann, m.ID, m.file); return err },
		} {
			if err := f(); fault.Of(err) != fault.NotFound {
				st.Errorf("%s: %v", name, err)
			}
		}
		if d, err := st.s.Describe(ctx, kerlann, []id.Media{m.ID, other.Media.ID, id.New[id.Media]()}); err != nil || len(d) != 1 || !d[m.ID].Ready {
			st.Errorf("%+v %v", d, err)
		}
		if _, err := st.s.EditMeta(ctx, client, kerlann, m.ID, 0, Meta{Name: "x"}); fault.Of(err) != fault.Forbidden {
			st.Error(err)
		}
	})
}

func TestTheLaterSaveNeverSilentlyWins(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		ctx := st.Context()
		m := st.add("a.jpg", jpegOf(photo(60, 40)))
		one, err := st.s.EditMeta(ctx, ines, kerlann, m.ID, m.Version, Meta{Name: "a.jpg", Alt: "Le port à l’aube"})
		st.ok(err)
		if _, err = st.s.EditMeta(ctx, yann, kerlann, m.ID, m.Version, Meta{Name: "a.jpg", Alt: "Le port"}); fault.Of(err) != fault.Conflict || fault.As(err).Values["version"] != one.Version {
			st.Errorf("%v", err)
		}
		if same, err := st.s.EditMeta(ctx, yann, kerlann, m.ID, m.Version, Meta{Name: "a.jpg", Alt: " Le port à l’aube "}); err != nil || same.Version != one.Version {
			st.Errorf("the same is no quarrel: %v", err)
		}
		for key, in := range map[string]Meta{"assets.name_missing": {Name: " "}, "assets.alt_long": {Name: "a", Alt: strings.Repeat("é", MaxAlt+1)}, "assets.focus": {Name: "a", Focus: &Point{2, 0}}} {
			if _, err := st.s.EditMeta(ctx, ines, kerlann, m.ID, 0, in); fault.As(err) == nil || fault.As(err).Key != key {
				st.Errorf("%s: %v", key, err)
			}
		}
		if got := strings.Join(st.acts(m.ID), " "); got != "assets.added assets.ready assets.edited" {
			st.Error(got)
		}
	})
}

func TestTheLibraryIsFoundInAndPaged(t *testing.T) {
	each(t, func(st *stage, c *hands) {
		ctx := st.Context()
		var all []Media
		for i, name := range []string{"Fournée d’hiver.jpg", "port_100%.png", "équipe.jpg", "portail.jpg"} {
			c.add(time.Second)
			img := photo(30+i, 20)
			b := jpegOf(img)
			if strings.HasSuffix(name, "png") {
				b = pngOf(img)
			}
			all = append(all, st.add(name, b))
		}
		_, err := st.s.EditMeta(ctx, ines, kerlann, all[2].ID, 0, Meta{Name: "équipe.jpg", Alt: "Six personnes au port"})
		st.ok(err)
		st.posts.used[all[0].ID] = 2
		names := func(f Filter) (out []string) {
			cursor := ""
			for n := 0; n < 10; n++ {
				p, err := st.s.List(ctx, ines, kerlann, f, cursor, 1)
				st.ok(err)
				for _, m := range p.Media {
					out = append(out, m.Name)
				}
				if cursor = p.Next; cursor == "" {
					return out
				}
			}
			st.Error("no end")
			return out
		}
		_, err = st.s.Bin(ctx, ines, kerlann, all[3].ID)
		st.ok(err)
		bad := st.add("devis.jpg", []byte("%PDF-1"))
		if got := names(Filter{}); got[0] != "devis.jpg" {
			st.Error(got)
		}
		if got := names(Filter{Usable: true}); got[0] == "devis.jpg" {
			st.Error(got)
		}
		_, err = st.s.Bin(ctx, ines, kerlann, bad.ID)
		st.ok(err)
		for want, f := range map[string]Filter{
			"équipe.jpg|port_100%.png|Fournée d’hiver.jpg": {},
			"Fournée d’hiver.jpg":                          {Text: "FOURNEE hiver"},
			"équipe.jpg|port_100%.png":                     {Text: "port"},
			"port_100%.png":                                {Text: "100%"},
			"devis.jpg|portail.jpg":                        {Binned: true},
			"équipe.jpg|port_100%.png ":                    {Unused: true},
			"port_100%.png ":                               {Type: typePNG},
			"port_100%.png|Fournée d’hiver.jpg":            {NoAlt: true},
			"":                                             {Text: "introuvable"},
			" ":                                            {Text: "p_rt"},
			"équipe.jpg|port_100%.png|Fournée d’hiver.jpg ": {Usable: true},
		} {
			if got := strings.Join(names(f), "|"); got != strings.TrimSpace(want) {
				st.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
		if _, err := st.s.List(ctx, ines, kerlann, Filter{}, "zzz", 5); fault.Of(err) != fault.Invalid {
			st.Error(err)
		}
	})
}

func TestTheBinKeepsThirtyDaysAndWhatIsShown(t *testing.T) {
	each(t, func(st *stage, c *hands) {
		ctx := st.Context()
		gone, shown, kept := st.add("a.jpg", jpegOf(photo(60, 40))), st.add("b.jpg", jpegOf(photo(61, 40))), st.add("c.jpg", jpegOf(photo(62, 40)))
		for _, m := range []Media{gone, shown, kept} {
			_, err := st.s.Bin(ctx, ines, kerlann, m.ID)
			st.ok(err)
		}
		_, err := st.s.Unbin(ctx, ines, kerlann, kept.ID)
		st.ok(err)
		st.posts.used[shown.ID] = 1
		c.add(InBin - time.Hour)
		st.ok(st.s.EmptyBin(ctx))
		if _, err := st.s.Get(ctx, ines, kerlann, gone.ID); err != nil {
			st.Error("erased before its days were over")
		}
		c.add(2 * time.Hour)
		st.ok(st.s.EmptyBin(ctx))
		st.ok(st.s.Sweep(ctx))
		if _, err := st.s.Get(ctx, ines, kerlann, gone.ID); !fault.Is(err, fault.NotFound) {
			st.Errorf("still there: %v", err)
		}
		if _, err := st.store.Open(ctx, gone.file); !fault.Is(err, fault.NotFound) {
			st.Errorf("the file stays for ever: %v", err)
		}
		for _, m := range []Media{shown, kept} {
			if b, _ := st.open(m.ID, View); len(b) == 0 {
				st.Error("nothing left")
			}
			f, err := st.store.Open(ctx, m.file)
			st.ok(err)
			f.Close()
		}
		if got := strings.Join(st.acts(gone.ID), " "); got != "assets.added assets.ready assets.binned assets.erased" {
			st.Error(got)
		}
	})
}

func TestAnAbandonedUploadIsSwept(t *testing.T) {
	each(t, func(st *stage, c *hands) {
		up, err := st.s.BeginUpload(st.Context(), ines, kerlann, "x.jpg", 10)
		st.ok(err)
		c.add(Abandoned + time.Hour)
		st.ok(st.s.Sweep(st.Context()))
		if _, err := st.s.Upload(st.Context(), ines, kerlann, up.ID); !errors.Is(err, errNoUpload) {
			st.Error(err)
		}
	})
}

// full is a store whose disk has no room.
type full struct{ files.Store }

func (full) Put(context.Context, io.Reader) (files.Stored, error) {
	return files.Stored{}, fault.New(fault.Transient, "files.full").After(time.Minute)
}

func TestAFullDiskLosesNothing(t *testing.T) {
	each(t, func(st *stage, c *hands) {
		ctx := st.Context()
		got, err := st.s.Add(ctx, ines, kerlann, "x.jpg", bytes.NewReader(jpegOf(photo(60, 40))))
		st.ok(err)
		st.s.Files = full{st.store}
		if _, err := st.s.Add(ctx, ines, kerlann, "y.jpg", strings.NewReader("y")); fault.As(err).Key != "files.full" {
			st.Error(err)
		}
		if err := st.s.prepare(ctx, Job{kerlann, got.Media.ID, ""}); fault.Of(err) != fault.Transient {
			st.Error(err)
		}
		if m, err := st.s.Get(ctx, ines, kerlann, got.Media.ID); err != nil || m.State != Working {
			st.Errorf("%+v %v", m, err)
		}
		st.s.Files = st.store // room was made
		st.ok(st.s.prepare(ctx, Job{kerlann, got.Media.ID, ""}))
		if m, err := st.s.Get(ctx, ines, kerlann, got.Media.ID); err != nil || m.State != Ready {
			st.Errorf("%+v %v", m, err)
		}
	})
}

func TestTwoWhoSendTheSameFileAtOnceGetOneMedia(t *testing.T) {
	each(t, func(st *stage, _ *hands) {
		file := jpegOf(photo(60, 40))
		var ids [4]id.Media
		done := make(chan error, len(ids))
		for i := range ids {
			go func() {
				got, err := st.s.Add(st.Context(), ines, kerlann, "x.jpg", bytes.NewReader(file))
				ids[i] = got.Media.ID
				done <- err
			}()
		}
		for range ids {
			st.ok(<-done)
		}
		for _, m := range ids {
			if m != ids[0] {
				st.Error("two media of one file")
			}
		}
		if n, err := sqldb.Value[int64](st.Context(), st.db, `SELECT COUNT(*) FROM media WHERE brand = ?`, kerlann); err != nil || n != 1 {
			st.Error(n, err)
		}
	})
}

func TestNamesAreFitToShow(t *testing.T) {
	for in, want := range map[string]string{"a/b\\c.jpg": "c.jpg", "": "image", "..": "..", "a\x00b\u202egpj.exe\n": "", "  x  y.png ": "x y.png"} {
		got := cleanName(in)
		if want != "" && got != want || strings.ContainsAny(got, "\x00\n/\\") {
			t.Errorf("%q: %q", in, got)
		}
	}
	if n := len([]rune(cleanName(strings.Repeat("é", 900)))); n != MaxName {
		t.Error(n)
	}
}

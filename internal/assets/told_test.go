package assets

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/id"
)

// agencyXMP is what a picture library writes, PLUS and IPTC extension included.
const agencyXMP = "http://ns.adobe.com/xap/1.0/\x00" + `<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" photoshop:Credit="Agence Ouest"
 plus:ModelReleaseStatus="http://ns.useplus.org/ldf/vocab/MR-UMR" plus:CreditLineRequired="http://ns.useplus.org/ldf/vocab/CR-CAI">
<dc:creator><rdf:Seq><rdf:li>Maël Kerouédan</rdf:li><rdf:li>Ana Ruiz</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 Agence Ouest</rdf:li><rdf:li xml:lang="en">(c) 2026 Agence Ouest</rdf:li></rdf:Alt></dc:rights>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">Réseaux sociaux, France</rdf:li></rdf:Alt></xmpRights:UsageTerms>
<plus:LicenseEndDate>2026-12-31T23:59:59+01:00</plus:LicenseEndDate>
<plus:PropertyReleaseStatus rdf:resource="http://ns.useplus.org/ldf/vocab/PR-LPR"/>
<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorName>Banque du Ponant</plus:LicensorName><plus:LicensorURL>https://banque.example/</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>`

// iptc is a block of IPTC-IIM records, as Photoshop keeps it in a JPEG.
func iptc(records ...string) string {
	var b []byte
	for i := 0; i+1 < len(records); i += 2 {
		b = append(b, 0x1c, 2, records[i][0])
		b = binary.BigEndian.AppendUint16(b, uint16(len(records[i+1])))
		b = append(b, records[i+1]...)
	}
	out := "Photoshop 3.0\x008BIM\x04\x04\x00\x00" + string(binary.BigEndian.AppendUint32(nil, uint32(len(b)))) + string(b)
	if len(b)%2 == 1 {
		out += "\x00"
	}
	return out
}

func TestWhatAFileSaysOfItsRightIsReadOnArrival(t *testing.T) { // A1
	each(t, func(st *stage, c *hands) {
		c.at = at(st.T, "2026-12-01T10:00", "Europe/Paris")
		m := st.add("agence.jpg", segment(segment(jpegOf(photo(80, 60)), 1, agencyXMP), 1, exif(1)))
		want := Told{Creator: "Maël Kerouédan, Ana Ruiz", Copyright: "© 2026 Agence Ouest", Terms: "Réseaux sociaux, France", Licensor: "Banque du Ponant", Web: "https://banque.example/",
			Expires: "2026-12-31", CreditAsked: true, ModelRelease: "all", PropertyRelease: "some", AI: AIEdited}
		if d := cmp.Diff(want, m.Facts.Told); d != "" || m.Facts.Credit != "Agence Ouest" || !m.Facts.Place {
			st.Errorf("%s\ncredit %q, place %v", d, m.Facts.Credit, m.Facts.Place)
		}
		old := st.add("iim.jpg", segment(jpegOf(photo(81, 60)), 13, iptc("\x25", "20270131", "\x6e", "AFP", "\x74", "AFP 2026", "\x50", "Y. Le Bras")))
		if f := old.Facts; f.Expires != "2027-01-31" || f.Credit != "AFP" || f.Copyright != "AFP 2026" || f.Creator != "Y. Le Bras" || !f.Sold() {
			st.Errorf("%+v", f)
		}

		// Nobody entered anything: the file's own end stops it, its agency warns.
		d := Departure{Media: []id.Media{m.ID}, At: at(st.T, "2027-01-01T09:00", "Europe/Paris"), Zone: "Europe/Paris"}
		if got := st.against(d); !cmp.Equal(got, []string{"!file_ended"}) {
			st.Error(got)
		}
		d.Media = []id.Media{old.ID}
		if got := st.against(d); !cmp.Equal(got, []string{"unknown"}) {
			st.Error(got)
		}
		// A person's word goes before the file's, and the difference is shown.
		st.under(m.ID, Licence{Kind: Commissioned, Holder: "Agence Est", To: "2028-12-31", Credit: "© Vigie", AI: AINone})
		d.Media = []id.Media{m.ID}
		if got := st.against(d); len(got) > 0 {
			st.Error(got)
		}
		r, err := st.s.Rights(st.Context(), ines, kerlann, m.ID)
		st.ok(err)
		got := map[string]string{}
		for _, c := range Conflicts(m, r) {
			got[c.Field] = c.File + " / " + c.Record
		}
		if d := cmp.Diff(map[string]string{"to": "2026-12-31 / 2028-12-31", "credit": "Agence Ouest / © Vigie", "holder": "Banque du Ponant / Agence Est", "ai": "edited / none",
			"credit_needed": "yes / no", "model": "all / "}, got); d != "" {
			st.Error(d)
		}
	})
}

// T: a file comes from anywhere. What is meant to exhaust a reader says little
// or nothing, in a moment, and the picture is taken all the same.
func TestHostileMetadataSaysNothingAndCostsNothing(t *testing.T) {
	wrap := func(body string) string {
		return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:photoshop="p">` + body + `</rdf:Description></rdf:RDF></x:xmpmeta>`
	}
	for name, packet := range map[string]string{
		"a packet of megabytes": wrap("<photoshop:Credit>" + strings.Repeat("x", 3<<20) + "</photoshop:Credit>"),
		"a very deep one":       wrap(strings.Repeat("<rdf:li>", 100_000)),
		"a million properties":  wrap(strings.Repeat("<photoshop:A>b</photoshop:A>", 30_000)),
		"an entity that swells": `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>` + wrap("<photoshop:Credit>&b;</photoshop:Credit>"),
		"rubbish":               "\x00\xff<<<>>>",
	} {
		said, bytesSaid := 0, 0
		began := time.Now()
		if err := readXMP(strings.NewReader(packet), func(name, value string) { said++; bytesSaid += len(value) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bytesSaid > maxXMP || said > maxXMPToken {
			t.Errorf("%s: %d things, %d bytes, in %s", name, said, bytesSaid, time.Since(began))
		}
	}
	by := map[string]string{}
	var told told
	for i := range 10_000 {
		by[strings.Repeat("k", i%50)] = "v"
	}
	by["ExpirationDate"], by["LicenseEndDate"], by["DigitalSourceType"] = "99999999", "0000-00-00", "http://x/"+strings.Repeat("y", 1<<16)
	told.take(by)
	if told.Expires != "" || told.AI != AIUnsaid {
		t.Errorf("%+v", told.Told)
	}
	each(t, func(st *stage, _ *hands) {
		file := segment(jpegOf(photo(50, 50)), 1, "http://ns.adobe.com/xap/1.0/\x00"+wrap("<photoshop:Credit>"+strings.Repeat("é", 20_000)+"</photoshop:Credit>"))
		m := st.add("x.jpg", file)
		if m.State != Ready || len([]rune(m.Facts.Credit)) > maxLine {
			st.Errorf("%s, a credit of %d letters", m.State, len(m.Facts.Credit))
		}
		big := append(append([]byte{}, pngOf(photo(50, 50))[:33]...), chunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), bytes.Repeat([]byte("<a>"), 2<<20)...))...)
		if m := st.add("y.png", append(big, pngOf(photo(50, 50))[33:]...)); m.State != Ready {
			st.Errorf("%s %s", m.State, m.Problem)
		}
	})
}

package mailbox

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func crlf(s string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n"))
}

// What mails say, in the ways in which they really say it.
func TestTheWordsOfAMailAreRead(t *testing.T) {
	const from = "From: Maëlle Kerlann <maelle@pays.example>\n"
	for name, c := range map[string]struct {
		raw, text, html string
		broken          bool
		attached        []string
	}{
		"plain":                              {raw: from + "Content-Type: text/plain; charset=utf-8\n\nBonjour,\nà demain.\n", text: "Bonjour,\nà demain."},
		"no headers about it":                {raw: from + "\nBonjour\n", text: "Bonjour"},
		"Windows-1252 that says it is UTF-8": {raw: from + "Content-Type: text/plain; charset=utf-8\n\nL\x92\xe9t\xe9 \x80\n", text: "L’été €"},
		"UTF-8 that says it is Latin-1":      {raw: from + "Content-Type: text/plain; charset=iso-8859-1\n\nL’été\n", text: "L’été"},
		"Windows-1252 without a label":       {raw: from + "\nD\xe9j\xe0\n", text: "Déjà"},
		"ISO-2022-JP":                        {raw: from + "Content-Type: text/plain; charset=ISO-2022-JP\n\n\x1b$B$3$s$K$A$O\x1b(B\n", text: "こんにちは"},
		"KOI8-R":                             {raw: from + "Content-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\xc5\xd4\n", text: "Привет"},
		"a charset that nobody knows":        {raw: from + "Content-Type: text/plain; charset=x-klingon\n\n\xe9t\xe9\n", text: "été", broken: true},
		"quoted-printable":                   {raw: from + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nL=E2=80=99=C3=A9t=C3=A9 =\nest l=C3=A0 =3D\n", text: "L’été est là ="},
		"broken quoted-printable":            {raw: from + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n100 = 50 =ZZ l=C3=A9=\n", text: "100 = 50 =ZZ lé", broken: true},
		"base64 with dirt":                   {raw: from + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nQm9u!!am91\n *cg==\n", text: "Bonjour", broken: true},
		"base64 cut short":                   {raw: from + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nQm9uam91c\n", text: "Bonjou", broken: true},
		"two voices":                         {raw: from + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nmots\n--b\nContent-Type: text/html\n\n<p>mots <b>gras</b></p>\n--b--\n", text: "mots", html: "<p>mots <b>gras</b></p>"},
		"HTML alone":                         {raw: from + "Content-Type: text/html; charset=utf-8\n\n<p>Bonjour<script>x</script> <a href=\"https://a.example\">ici</a></p>", text: "Bonjour ici (https://a.example)", html: "<p>Bonjour<script>x</script> <a href=\"https://a.example\">ici</a></p>"},
		"HTML that names its own charset":    {raw: from + "Content-Type: text/html\n\n<meta charset=windows-1252><p>\xe9t\xe9</p>", text: "été", html: "<meta charset=windows-1252><p>été</p>"},
		"attachments": {raw: from + "Content-Type: multipart/mixed; boundary=\"=_x\"\n\n--=_x\nContent-Type: multipart/alternative; boundary=y\n\n--y\nContent-Type: text/plain\n\nci-joint\n--y--\n--=_x\nContent-Type: application/pdf; name=\"=?utf-8?q?devis_=C3=A9t=C3=A9.pdf?=\"\nContent-Disposition: attachment; filename*=UTF-8''devis%20%C3%A9t%C3%A9.pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n--=_x\nContent-Type: message/rfc822\n\nFrom: x@y.example\n\nautre\n--=_x--\n",
			text: "ci-joint", attached: []string{"2 application/pdf devis été.pdf", "3 message/rfc822 message.eml"}},
		"a name that climbs":             {raw: from + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png; name=\"../../etc/passwd\"\n\nx\n--b--\n", attached: []string{"1 image/png passwd"}},
		"no last boundary":               {raw: from + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nun\n--b\nContent-Type: text/plain\n\ndeux\n", text: "un\n\ndeux", broken: true},
		"no boundary at all":             {raw: from + "Content-Type: multipart/mixed\n\nQuelques mots\n", text: "Quelques mots", broken: true},
		"a boundary that is another":     {raw: from + "Content-Type: multipart/alternative; boundary=\"autre\"\n\n--00000vrai\nContent-Type: text/plain\n\nmots\n--00000vrai--\n", text: "mots", broken: true},
		"a Content-Type of nonsense":     {raw: from + "Content-Type: ;;;=?\n\nmots\n", text: "mots", broken: true},
		"a header that is none":          {raw: from + "pas un en-tête\nmots\n", text: "pas un en-tête\nmots", broken: true},
		"UTF-8 that was damaged":         {raw: from + "Content-Type: text/plain; charset=utf-8\n\nété, forêt, \xff là\n", text: "été, forêt, \ufffd là", broken: true},
		"NUL, lone surrogates and bells": {raw: from + "Content-Type: text/plain; charset=utf-8\n\na\x00b\xed\xa0\x80c\x07\n", text: "abÃ\u00ad €c"},
		"flowed":                         {raw: from + "Content-Type: text/plain; format=flowed\n\nune ligne \nqui suit\n> dit \n> ainsi\n", text: "une ligne qui suit\n> dit ainsi"},
		"nothing":                        {raw: "", broken: true},
	} {
		t.Run(name, func(t *testing.T) {
			l := readLetter(crlf(c.raw), false)
			var attached []string
			for _, a := range l.attachments {
				attached = append(attached, string(a.Ref)+" "+a.Type+" "+a.Name)
			}
			if name == "NUL, lone surrogates and bells" {
				if !utf8.ValidString(l.text) || strings.ContainsAny(l.text, "\x00\x07") || !strings.HasPrefix(l.text, "ab") {
					t.Errorf("%q", l.text)
				}
				return
			}
			if l.text != c.text || l.html != c.html || l.broken != c.broken || strings.Join(attached, "; ") != strings.Join(c.attached, "; ") {
				t.Errorf("text %q, html %q, broken %v, attached %q", l.text, l.html, l.broken, attached)
			}
		})
	}
}

// No bytes break the reader, and what it gives can be kept.
func TestNoBytesBreakTheReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.SampledFrom([]string{
			"From: a@b.example", "Content-Type: multipart/mixed; boundary=b", "Content-Type: text/html; charset=utf-16", "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable",
			"", "", "--b", "--b--", "x=", "=C3", "\xff\xfe\x00", "\x1b$B", "<p", "<div style=display:none>", "=?utf-8?b?w6k=?=", "Subject: =?x?q?=?=", "> cité", "-- ", "Content-Disposition: attachment; filename=\"\x00\"",
		})).Draw(t, "lines")
		l := readLetter([]byte(strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end"))), rapid.Bool().Draw(t, "cut"))
		own, quoted, sign := fold(l.text, rapid.Bool().Draw(t, "reply"))
		for _, s := range []string{l.text, l.html, own, quoted, sign, l.header.words("subject")} {
			if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Fatalf("%q cannot be kept", s)
			}
		}
	})
}

// A mail of millions of nested or empty parts costs no more than its bytes.
func TestAMailOfAMillionPartsIsCut(t *testing.T) {
	raw := "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 100_000) + "--b--\n"
	if l := readLetter([]byte(raw), false); len(l.text) > 2*maxParts*3 || !l.broken {
		t.Errorf("%d bytes of words, broken %v", len(l.text), l.broken)
	}
	nested := "From: a@b.example\n"
	for range 1000 {
		nested += "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	}
	readLetter([]byte(nested+"\nau fond\n"), false)
	big := "From: a@b.example\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("<p>été</p>", 200_000)))
	if l := readLetter([]byte(big), false); len(l.text) > maxWords || len(l.html) > maxWords || !l.broken || !strings.HasPrefix(l.text, "été") {
		t.Errorf("%d and %d bytes, broken %v", len(l.text), len(l.html), l.broken)
	}
}

func TestHeadersAreReadAsTheyAreWritten(t *testing.T) {
	for in, want := range map[string]string{
		"=?utf-8?Q?Caf=C3=A9?= =?UTF-8?B?IMOgIDEwaA==?=": "Café à 10h",
		"=?utf-8?b?w6nDqcM=?= =?utf-8?b?qQ==?=":          "ééé", // cut inside of a letter
		"Re: =?iso-8859-1?q?=C9t=E9?= 2026":              "Re: Été 2026",
		"=?utf-8?q?d=C3=A9j=C3=A0?=\n\t=?utf-8?q?_vu?=":  "déjà vu",
		"d\xe9j\xe0":                           "déjà",
		"=?klingon?q?abc?= =?utf-8?x?broken?=": "abc =?utf-8?x?broken?=",
		"ligne\r\nBcc: victime@x.example":      "ligne Bcc: victime@x.example",
	} {
		if got := decodeWords(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		`"Kerlann, Maëlle" <Maelle@Pays.Example>, autre@x.example (Bob)`: "Kerlann, Maëlle/Maelle@pays.example Bob/autre@x.example",
		`"contact@banque.example" <voleur@x.example>`:                    "contact@banque.example/voleur@x.example",
		`=?utf-8?q?A=2C_B_=3Cc=40d=2Eexample=3E?= <vrai@x.example>`:      "A, B <c@d.example>/vrai@x.example",
		`amis: a@b.example, c@d.example;`:                                "/a@b.example /c@d.example",
		`sans adresse, <@>, a@b@c.example, "x y"@z.example, <a b@c.d>`:   "",
		`victime@x.example\r\nBcc: autre@y.example`:                      "",
	} {
		var got []string
		for _, p := range people(in) {
			got = append(got, p.name+"/"+p.email)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestWhatIsQuotedAndSignedIsFolded(t *testing.T) {
	for name, c := range map[string]struct{ in, own, quoted, signature string }{
		"a quote below":          {"Oui.\n\nLe mar. 3 nov. 2026 à 10:12, Brasserie <b@x.example> a écrit :\n\n> Venez-vous ?\n> B.", "Oui.", "Le mar. 3 nov. 2026 à 10:12, Brasserie <b@x.example> a écrit :\n\n> Venez-vous ?\n> B.", ""},
		"its line broken in two": {"Yes.\n\nOn Tue, Nov 3, 2026 at 10:12 AM Brewery\n<b@x.example> wrote:\n\n> Coming?", "Yes.", "On Tue, Nov 3, 2026 at 10:12 AM Brewery\n<b@x.example> wrote:\n\n> Coming?", ""},
		"Outlook":                {"Bien reçu.\n\n________________________________\nDe : Brasserie <b@x.example>\nEnvoyé : mardi 3 novembre 2026\nÀ : moi\nObjet : Salon\n\nVenez-vous ?", "Bien reçu.", "________________________________\nDe : Brasserie <b@x.example>\nEnvoyé : mardi 3 novembre 2026\nÀ : moi\nObjet : Salon\n\nVenez-vous ?", ""},
		"an original message":    {"Ok\n-----Message d'origine-----\nDe: x", "Ok", "-----Message d'origine-----\nDe: x", ""},
		"a signature":            {"Bonjour,\noui.\n\n-- \nMaëlle\n06 00 00 00 00", "Bonjour,\noui.", "", "Maëlle\n06 00 00 00 00"},
		"a telephone":            {"Oui\n\nEnvoyé de mon iPhone\n\n> dit", "Oui", "> dit", "Envoyé de mon iPhone"},
		"answers between":        {"> Venez-vous ?\nOui.\n> Combien ?\nDeux.", "> Venez-vous ?\nOui.\n> Combien ?\nDeux.", "", ""},
		"passed on":              {"> mot\n> à mot", "> mot\n> à mot", "", ""},
		"nothing to fold":        {"Le prix est de 3 € :\nmerci", "Le prix est de 3 € :\nmerci", "", ""},
	} {
		own, quoted, signature := fold(c.in, name != "passed on")
		if own != c.own || quoted != c.quoted || signature != c.signature {
			t.Errorf("%s: own %q, quoted %q, signature %q", name, own, quoted, signature)
		}
	}
}

func TestWhatProgramsWroteIsKnown(t *testing.T) {
	for head, want := range map[string][2]bool{
		"From: a@b.example\n":                                             {false, false},
		"From: a@b.example\nAuto-Submitted: no\n":                         {false, false},
		"From: a@b.example\nAuto-Submitted: auto-replied (vacances)\n":    {true, false},
		"From: a@b.example\nX-Autoreply: yes\n":                           {true, false},
		"From: a@b.example\nPrecedence: bulk\n":                           {true, false},
		"From: a@b.example\nX-Auto-Response-Suppress: All\n":              {true, false},
		"From: a@b.example\nReturn-Path: <>\n":                            {true, true},
		"From: a@b.example\nReturn-Path: <a@b.example>\n":                 {false, false},
		"From: MAILER-DAEMON@b.example\n":                                 {true, true},
		"From: a@b.example\nContent-Type: multipart/report; boundary=b\n": {true, true},
		"From: No-Reply <no-reply@b.example>\n":                           {true, false},
		"Subject: sans auteur\n":                                          {true, true},
	} {
		raw := head + "\n--b\n\nx\n--b--\n"
		l := readLetter([]byte(raw), false)
		if got := [2]bool{automatic(l), undeliverable(l)}; got != want {
			t.Errorf("%q: automatic, undeliverable %v, want %v", head, got, want)
		}
	}
}

// An answer that a stranger sends elsewhere stays where it was asked from.
func TestTwoAddressesOfOneHouseAreKin(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"a@x.example", "b@x.example"}:            true,
		{"a@mail.brasserie.fr", "b@brasserie.fr"}: true,
		{"a@brasserie.fr", "b@brasserie-fr.com"}:  false,
		{"a@gmail.com", "b@gmail.com"}:            false, // neighbours, not kin
		{"a@gmail.com", "a@gmail.com"}:            true,
		{"a@x.blogspot.com", "b@y.blogspot.com"}:  false,
		{"a@x.co.uk", "b@y.co.uk"}:                false,
	} {
		if got := kin(pair[0], pair[1]); got != want {
			t.Errorf("%v: %v", pair, got)
		}
	}
}

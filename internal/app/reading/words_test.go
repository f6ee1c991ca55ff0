package reading_test

import (
	"testing"
	"testing/fstest"

	"vigie/internal/platform/i18n"
)

// words are the letters' own, in both languages.
func words(tb testing.TB) *i18n.Catalog {
	text := []byte(`{"approval.mail.versions": "({n} versions, choisissez-en une)", "approval.mail.ask.subject": "{n} {brand}", "approval.mail.ask.text": "{list}{link}", "approval.mail.remind.subject": "! {n} {brand}", "approval.mail.remind.text": "{list}{link}"}`)
	c, err := i18n.New(fstest.MapFS{"fr.json": {Data: text}, "en.json": {Data: text}})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

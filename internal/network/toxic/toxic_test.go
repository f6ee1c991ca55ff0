package toxic

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestALineCarriesSpoilsAndHeals(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "bonjour") }))
	t.Cleanup(s.Close)
	l := To(t, s.URL)
	get := func() (string, error) {
		c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := c.Get("http://" + l.Addr)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return string(b), err
	}
	if got, err := get(); got != "bonjour" || err != nil {
		t.Fatalf("%q %v", got, err)
	}
	name, err := l.LimitData(Down, 40)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := get(); err == nil {
		t.Errorf("40 bytes were a whole answer: %q", got)
	}
	if err := l.Remove(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if got, err := get(); got != "bonjour" || err != nil {
		t.Errorf("after the toxic: %q %v", got, err)
	}
	if _, err := l.Add("no such toxic", Up, nil); err == nil {
		t.Error("an unknown toxic was taken")
	}
	l.Cut()
	if _, err := get(); err == nil {
		t.Error("a cut line answered")
	}
	if err := l.Mend(); err != nil {
		t.Fatal(err)
	}
	if got, err := get(); got != "bonjour" || err != nil {
		t.Errorf("mended: %q %v", got, err)
	}
}

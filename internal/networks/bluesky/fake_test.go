package bluesky_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/networks/bluesky/blueskytest"
)

const (
	putRecord     = "com.atproto.repo.putRecord"
	getRecord     = "com.atproto.repo.getRecord"
	uploadBlob    = "com.atproto.repo.uploadBlob"
	createSession = "com.atproto.server.createSession"
	refresh       = "com.atproto.server.refreshSession"
	resolve       = "com.atproto.identity.resolveHandle"
)

func onStage(t testing.TB) (*blueskytest.Server, network.Driver, *keeping) {
	t.Helper()
	s := blueskytest.Start(t)
	p := s.Join("claire.test")
	d := driver(http.DefaultTransport)
	_, k := signIn(t, d, s.URL, p.Handle, p.Password)
	return s, d, k
}

func TestAnEndedSessionIsRenewedOnceForAllAndNeverMadeAnew(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	s.Expire()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := a.Publish(t.Context(), intent(fmt.Sprint("post ", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s.Calls(refresh) != 1 || s.Calls(createSession) != 1 || k.saves != 1 || len(s.Records()) != 8 {
		t.Errorf("%d renewals, %d sessions, %d saves, %d records", s.Calls(refresh), s.Calls(createSession), k.saves, len(s.Records()))
	}
	publish(t, open(t, d, k), intent("le lendemain"))
	if s.Calls(refresh) != 1 {
		t.Error("what was saved was old")
	}
	for name, v := range k.now().Data {
		if strings.Contains(v, "abcd-efgh") {
			t.Errorf("the password is kept as %s", name)
		}
	}
}

func TestASessionThatEndsDuringAnUploadSendsTheWholePictureAgain(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	s.Expire()
	in := intent("")
	in.Media = []network.Media{upload(t, a, picture(t, 64, 64), "carré", 64, 64)}
	publish(t, a, in)
	if s.Calls(uploadBlob) != 2 || s.Calls(refresh) != 1 {
		t.Errorf("%d uploads, %d renewals", s.Calls(uploadBlob), s.Calls(refresh))
	}
}

func TestASessionTakenBackIsSignedOutAndNothingLeaves(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	s.End()
	_, err := a.Publish(t.Context(), intent("trop tard"))
	wants(t, err, network.NotSent, fault.SignedOut)
	if fault.As(err).Key != "network.bluesky.signed_out" {
		t.Errorf("key %q", fault.As(err).Key)
	}
	err = a.Delete(t.Context(), network.Ref("at://"+k.now().Data["did"]+"/app.bsky.feed.post/3k|bafy"))
	wants(t, err, network.NotSent, fault.SignedOut)
}

func TestARenewalThatFailsOnTheWayIsNoSignOut(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	s.Expire()
	s.Spoil(refresh, blueskytest.Fault{Status: 503, Body: "<html>", Type: "text/html"})
	_, err := a.Publish(t.Context(), intent("en panne"))
	wants(t, err, network.NotSent, fault.Transient)
	publish(t, a, intent("réparé"))
}

func TestFreshCredentialsAreKeptEvenIfTheRequestIsGivenUpOrTheDatabaseWasAway(t *testing.T) {
	s, d, k := onStage(t)
	away := true
	acc, err := d.Open(k.now(), func(ctx context.Context, c network.Credentials) error {
		if away {
			return errors.New("the database is away")
		}
		return k.save(ctx, c)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Expire()
	publish(t, acc.(all), intent("un"))
	if k.saves != 0 {
		t.Fatal("saved too early")
	}
	away = false
	publish(t, acc.(all), intent("deux"))
	if k.saves != 1 {
		t.Errorf("%d saves", k.saves)
	}

	// The request is given up in the moment the fresh session arrives.
	s.Expire()
	ctx, cancel := context.WithCancel(t.Context())
	late := driver(afterAnswer{http.DefaultTransport, refresh, cancel})
	acc, err = late.Open(k.now(), func(ctx context.Context, c network.Credentials) error {
		if ctx.Err() != nil {
			t.Error("kept with a context that is over")
		}
		return k.save(ctx, c)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := acc.(all).Publish(ctx, intent("trois")); err == nil {
		t.Error("a call that was given up succeeded")
	}
	if k.saves != 2 || len(s.Records()) != 2 {
		t.Errorf("%d saves, %d records", k.saves, len(s.Records()))
	}
	publish(t, open(t, d, k), intent("quatre"))
}

// afterAnswer calls then once the whole answer of a method was read.
type afterAnswer struct {
	http.RoundTripper
	method string
	then   func()
}

func (a afterAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := a.RoundTripper.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, a.method) {
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(b), callAtEnd(a.then)))
	}
	return res, err
}

type callAtEnd func()

func (c callAtEnd) Read([]byte) (int, error) { c(); return 0, io.EOF }

func TestAPostFoundInPlaceIsTheReceiptEvenIfItWouldBeWrittenOtherwiseNow(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	in := intent("Avec @yann.test")
	s.Spoil(putRecord, blueskytest.Fault{After: true, Cut: true})
	_, err := a.Publish(t.Context(), in)
	wants(t, err, network.Unknown, fault.Transient)
	s.Join("yann.test") // now the mention would be one, and the record another
	r := publish(t, a, in)
	if got := s.Records(); len(got) != 1 || !strings.HasPrefix(string(r.Ref), got[0].URI+"|"+got[0].CID) {
		t.Errorf("%+v, %+v", r, got)
	}
	// As long as the look does not work, nobody says "refused".
	s.Spoil(getRecord, blueskytest.Fault{Status: 502, Body: "bad gateway", Type: "text/plain"})
	_, err = a.Publish(t.Context(), in)
	wants(t, err, network.Unknown, fault.Transient)
}

func TestARecordOfSomebodyElseUnderTheKeyIsLeftAlone(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	in := intent("Le premier")
	publish(t, a, in)
	other := in
	other.Text, other.Made = "Un autre", in.Made.Truncate(time.Second).Add(time.Second-time.Millisecond)
	if other.Made.Equal(in.Made) {
		other.Made = other.Made.Add(-time.Millisecond)
	}
	_, err := a.Publish(t.Context(), other) // same second and key, another instant
	wants(t, err, network.Refused, fault.Conflict)
	if _, err := a.Find(t.Context(), other); fault.Of(err) != fault.Conflict {
		t.Errorf("find: %v", err)
	}
	if got := s.Records(); len(got) != 1 || got[0].Value["text"] != "Le premier" {
		t.Errorf("%+v", got)
	}
}

func TestAMentionNobodyCouldLookUpHoldsThePostBack(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	for _, f := range []blueskytest.Fault{{Status: 500, Body: `{"error":"InternalServerError"}`}, {Cut: true}} {
		f.Times = -1 // the transport itself asks again once over a fresh connection
		s.Spoil(resolve, f)
		_, err := a.Publish(t.Context(), intent("Bonjour @yann.test"))
		wants(t, err, network.NotSent, fault.Transient)
		s.Heal()
	}
	s.Spoil(resolve, blueskytest.Fault{Status: 429, Body: `{"error":"RateLimitExceeded"}`})
	_, err := a.Publish(t.Context(), intent("Bonjour @yann.test"))
	wants(t, err, network.NotSent, fault.TooMany)
	if s.Calls(putRecord) != 0 {
		t.Error("it left without its mention")
	}
	publish(t, a, intent("Bonjour @yann.test, @yann@ailleurs.example et @yann"))
	if f := s.Records()[0].Value["facets"]; f != nil {
		t.Errorf("nobody was mentioned: %v", f)
	}
}

func TestARateLimitSaysWhenAndABrokenServerIsNotWaitedForAnHour(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	reset := map[string]string{"RateLimit-Reset": strconv.FormatInt(time.Now().Add(50*time.Minute).Unix(), 10), "RateLimit-Remaining": "0"}
	s.Spoil(putRecord, blueskytest.Fault{Status: 429, Body: `{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`, Header: reset})
	_, err := a.Publish(t.Context(), intent("trop"))
	wants(t, err, network.Refused, fault.TooMany)
	if d := fault.As(err).RetryAfter; d < 45*time.Minute || d > 51*time.Minute {
		t.Errorf("after %s", d)
	}
	s.Spoil(putRecord, blueskytest.Fault{Status: 500, Body: `{"error":"InternalServerError"}`, Header: reset})
	_, err = a.Publish(t.Context(), intent("panne"))
	wants(t, err, network.Unknown, fault.Transient)
	if d := fault.As(err).RetryAfter; d != 0 {
		t.Errorf("after %s", d)
	}
}

func TestWhatTheNetworkSaysAgainstAPostReachesThePerson(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	in := intent("Langues")
	in.Options.Languages = []string{"fr", "en", "br", "eu"}
	_, err := a.Publish(t.Context(), in)
	wants(t, err, network.Refused, fault.Invalid)
	if said, _ := fault.As(err).Values["said"].(string); !strings.Contains(said, "langs") {
		t.Errorf("said %q", said)
	}
	for name, kind := range map[string]fault.Kind{"AccountTakedown": fault.Forbidden, "AccountDeactivated": fault.Forbidden, "AuthMissing": fault.SignedOut} {
		s.Spoil(putRecord, blueskytest.Fault{Status: 401, Body: `{"error":"` + name + `","message":"x"}`})
		_, err := a.Publish(t.Context(), intent(name))
		wants(t, err, network.Refused, kind)
	}
}

func TestAPictureOverTheLimitOrEmptyNeverLeavesAndAServerMayLowerTheLimit(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	for _, b := range [][]byte{nil, make([]byte, 2_000_001)} {
		_, err := a.Upload(t.Context(), network.Upload{Type: "image/png", Body: bytes.NewReader(b)})
		wants(t, err, network.NotSent, fault.Invalid)
	}
	if s.Calls(uploadBlob) != 0 {
		t.Error("it left")
	}
	s.BlobLimit = 1_000_000
	if c, err := a.Capabilities(t.Context()); err != nil || c.Images.MaxBytes != 1_000_000 {
		t.Errorf("%+v, %v", c.Images, err)
	}
	_, err := a.Upload(t.Context(), network.Upload{Type: "image/png", Body: bytes.NewReader(make([]byte, 1_000_001))})
	wants(t, err, network.Refused, fault.Invalid)
	if fault.As(err).Key != "network.too_large" {
		t.Errorf("%v", err)
	}
	s.Spoil(uploadBlob, blueskytest.Fault{CutBody: 10_000})
	_, err = a.Upload(t.Context(), network.Upload{Type: "image/png", Body: bytes.NewReader(make([]byte, 900_000))})
	wants(t, err, network.NotSent, fault.Transient) // nothing is left open by an upload
}

func TestReferencesOfOtherNetworksAreRefusedWithoutACall(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	for _, ref := range []network.Ref{"12345", "at://did:plc:x/app.bsky.feed.post/3k", "|", "https://x/y|z"} {
		wants(t, a.Delete(t.Context(), ref), network.NotSent, fault.Invalid)
		in := intent("réponse")
		in.Parent = ref
		_, err := a.Publish(t.Context(), in)
		wants(t, err, network.NotSent, fault.Invalid)
	}
	wants(t, a.Delete(t.Context(), "at://did:plc:somebody/app.bsky.feed.post/3k|bafy"), network.NotSent, fault.Forbidden)
	in := intent("image")
	in.Media = []network.Media{{Ref: "42"}}
	_, err := a.Publish(t.Context(), in)
	wants(t, err, network.NotSent, fault.Invalid)
	if s.Calls(putRecord)+s.Calls("com.atproto.repo.deleteRecord") != 0 {
		t.Error("something left")
	}
}

func TestSignInTakesWhatPeopleTypeAndSaysWhatIsWrongWhereItIs(t *testing.T) {
	s := blueskytest.Start(t)
	p := s.Join("claire.test")
	d := driver(http.DefaultTransport)
	step, _ := d.Begin(t.Context())
	in := func(server, handle, password string) error {
		_, err := d.Next(t.Context(), step, map[string]string{"server": server, "handle": handle, "password": password})
		return err
	}
	for _, handle := range []string{"@Claire.Test", " claire.test\u200e", "\u2068claire.test\u2069", p.DID} {
		if err := in(s.URL+"/", handle, p.Password+"\n"); err != nil {
			t.Errorf("%q: %v", handle, err)
		}
	}
	web := blueskytest.Fault{Status: 200, Body: "<!doctype html>", Type: "text/html"}
	for _, c := range []struct {
		name, server, handle, password string
		spoil                          *blueskytest.Fault
		kind                           fault.Kind
		field, key                     string
	}{
		{"no handle", s.URL, " @ ", "x", nil, fault.Invalid, "handle", "network.bluesky.handle.missing"},
		{"no password", s.URL, "claire.test", " ", nil, fault.Invalid, "password", "network.bluesky.password.missing"},
		{"wrong password", s.URL, "claire.test", "x", nil, fault.SignedOut, "password", "network.bluesky.wrong_password"},
		{"main password with a second factor", s.URL, "claire.test", "x",
			&blueskytest.Fault{Status: 401, Body: `{"error":"AuthFactorTokenRequired"}`}, fault.Invalid, "password", "network.bluesky.app_password"},
		{"a web site", s.URL, "claire.test", "x", &web, fault.Invalid, "server", "network.bluesky.not_a_server"},
		{"another program", s.URL, "claire.test", "x", &blueskytest.Fault{Status: 404, Body: "no"}, fault.Invalid, "server", "network.bluesky.not_a_server"},
		{"plain http far away", "http://pds.example", "a.test", "x", nil, fault.Invalid, "server", "network.bluesky.server.bad"},
		{"a password in the address", "https://u:p@pds.example", "a.test", "x", nil, fault.Invalid, "server", "network.bluesky.server.bad"},
		{"too often", s.URL, "claire.test", "x", &blueskytest.Fault{Status: 429, Body: `{"error":"RateLimitExceeded"}`}, fault.TooMany, "", "network.too_many"},
		{"down", s.URL, "claire.test", "x", &blueskytest.Fault{Status: 502, Body: "x"}, fault.Transient, "", "network.server"},
	} {
		s.Heal()
		if c.spoil != nil {
			s.Spoil(createSession, *c.spoil)
		}
		err := in(c.server, c.handle, c.password)
		if f := fault.As(err); f == nil || f.Kind != c.kind || f.Field != c.field || f.Key != c.key {
			t.Errorf("%s: %+v", c.name, err)
		}
	}
	if _, err := d.Open(network.Credentials{Server: s.URL}, nil); fault.Of(err) != fault.SignedOut {
		t.Errorf("empty credentials: %v", err)
	}
}

func TestAHandleChangedOnTheNetworkIsFollowed(t *testing.T) {
	s, d, k := onStage(t)
	a := open(t, d, k)
	s.Rename("claire.test", "kerlann.test")
	if p, err := a.WhoAmI(t.Context()); err != nil || p.Handle != "kerlann.test" {
		t.Fatalf("%+v, %v", p, err)
	}
	if r := publish(t, open(t, d, k), intent("x")); !strings.Contains(r.URL, "/kerlann.test/") {
		t.Error(r.URL)
	}
}

func TestTheRecordMarksBytesNotLettersAndLabelsSensitivePictures(t *testing.T) {
	s, d, k := onStage(t)
	yann := s.Join("yann.test")
	a := open(t, d, k)
	text := "Été 🥞 : #Crêpes chez @Yann.test, voir kerlann.fr/blé !"
	in := intent(text)
	in.Options.Sensitive = true
	in.Media = []network.Media{upload(t, a, picture(t, 30, 20), "crêpe", 30, 20)}
	publish(t, a, in)
	v := s.Records()[0].Value
	var got []string
	for _, f := range v["facets"].([]any) {
		m := f.(map[string]any)
		at := m["index"].(map[string]any)
		x := m["features"].([]any)[0].(map[string]any)
		got = append(got, fmt.Sprint(text[int(at["byteStart"].(float64)):int(at["byteEnd"].(float64))], " ", x["$type"], " ", x["uri"], x["did"], x["tag"]))
	}
	want := []string{
		"#Crêpes app.bsky.richtext.facet#tag <nil> <nil> Crêpes",
		"@Yann.test app.bsky.richtext.facet#mention <nil> " + yann.DID + " <nil>",
		"kerlann.fr/blé app.bsky.richtext.facet#link https://kerlann.fr/blé <nil> <nil>",
	}
	for i := range got {
		got[i] = strings.Join(strings.Fields(strings.ReplaceAll(got[i], "<nil>", " ")), " ")
		want[i] = strings.Join(strings.Fields(strings.ReplaceAll(want[i], "<nil>", " ")), " ")
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("facets:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if l := fmt.Sprint(v["labels"]); !strings.Contains(l, "graphic-media") {
		t.Errorf("labels %s", l)
	}
	i := v["embed"].(map[string]any)["images"].([]any)[0].(map[string]any)
	if fmt.Sprintf("%v %v", i["alt"], i["aspectRatio"]) != "crêpe map[height:20 width:30]" {
		t.Errorf("image %v", i)
	}
	// A sensitive text without a picture is only a text.
	in = intent("rien à cacher")
	in.Options.Sensitive = true
	publish(t, a, in)
	if v := s.Records()[1].Value; v["labels"] != nil {
		t.Errorf("labels %v", v["labels"])
	}
}

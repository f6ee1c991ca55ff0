package ghost_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/networktest"
	"vigie/internal/networks/ghost"
	"vigie/internal/networks/ghost/ghosttest"
)

// fake is the strict stand-in, with the hands of its owner and its members.
type fake struct{ *ghosttest.Blog }

func (f fake) ask(t testing.TB, method, path string, q url.Values, in, out any) int {
	t.Helper()
	var body map[string]any
	b, _ := json.Marshal(in)
	if err := json.Unmarshal(b, &body); err != nil {
		t.Fatal(err)
	}
	code, got := f.Do(method, path, q, body)
	if out != nil {
		b, _ := json.Marshal(got)
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatal(err)
		}
	}
	return code
}

func (f fake) says(_ testing.TB, post, parent, name, text string) string {
	return f.Says(f.Join(name, fmt.Sprint(people.Add(1), "@public.example")), post, parent, text)
}

func (f fake) set(t testing.TB, comment, status string) {
	f.ask(t, "PUT", "/comments/"+comment+"/", nil, map[string]any{"comments": []any{map[string]any{"id": comment, "status": status}}}, nil)
}

func (f fake) answers() map[string]string {
	return map[string]string{"site": f.URL, "key": ghosttest.Key, "member": ghosttest.Mail}
}

// The one acceptance suite of the door, against the strict fake.
func TestAcceptanceOnTheStrictFake(t *testing.T) {
	networktest.Run(t, func(t testing.TB, w *networktest.Wire) networktest.Stage {
		s := fake{ghosttest.Start(t)}
		wrong := s.answers()
		wrong["key"] = "6b0000000000000000000001:" + strings.Repeat("0a", 32)
		return networktest.Stage{
			Driver:  ghost.New(config(w.Client())),
			Answers: map[string]map[string]string{"site": s.answers()},
			Wrong:   map[string]map[string]string{"site": wrong},
			Standing: func(t testing.TB) (out []networktest.Standing) {
				var got struct{ Posts []standingPost }
				s.ask(t, "GET", "/posts/", url.Values{"filter": {"status:published"}}, nil, &got)
				for _, p := range got.Posts {
					out = append(out, p.standing())
				}
				return append(out, s.answered()...)
			},
			Public:  s.public(),
			SignOut: func(testing.TB) { s.SignOut() },
		}
	})
}

func faked(t *testing.T) (opened, fake) {
	s := fake{ghosttest.Start(t)}
	return signIn(t, s, s.answers()), s
}

func TestAnArticleOnTheStrictFake(t *testing.T) { o, _ := faked(t); anArticle(t, o) }
func TestAnEditKeepsThePicturesOnTheStrictFake(t *testing.T) {
	o, _ := faked(t)
	anEditKeepsThePictures(t, o)
}
func TestAConversationOnTheStrictFake(t *testing.T) { o, _ := faked(t); aConversation(t, o) }

// More than a page in the same second, and many pages: all arrive.
func TestAStormOnTheStrictFake(t *testing.T) {
	o, s := faked(t)
	r := o.publish(t, o.intent("Trois cents voix"))
	from, err := o.p.Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	want := map[network.Ref]bool{}
	for i := range 330 {
		id := s.says(t, strings.TrimPrefix(string(r.Ref), "post/"), "", "Voix", fmt.Sprint("Voix ", i))
		want[network.Ref("comment/"+id)] = true
	}
	pages := 0
	for at, more := from.Next, true; more; pages++ {
		if pages > 100 {
			t.Fatal("the reading has no end")
		}
		b, err := o.p.Receive(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			delete(want, it.Ref)
		}
		at, more = b.Next, b.More
	}
	if len(want) > 0 {
		t.Errorf("%d never arrived", len(want))
	}
	seen := map[network.Ref]int{}
	for at, more := network.Cursor(""), true; more; {
		b, err := o.p.History(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			seen[it.Ref]++
		}
		at, more = b.Next, b.More
	}
	if len(seen) != 330 {
		t.Errorf("history told %d", len(seen))
	}
}

// Among more than a page of comments, the one that was deleted is missed.
func TestADeletionAmongManyIsTold(t *testing.T) {
	o, s := faked(t)
	post := strings.TrimPrefix(string(o.publish(t, o.intent("Beaucoup de voix")).Ref), "post/")
	var said []string
	for i := range 150 {
		said = append(said, s.says(t, post, "", "Voix", fmt.Sprint("Voix ", i)))
	}
	b, err := o.p.Receive(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	s.says(t, post, "", "Voix", "Une de plus")
	s.set(t, said[120], "deleted")
	gone := map[network.Ref]bool{}
	for more := true; more; {
		if b, err = o.p.Receive(t.Context(), b.Next); err != nil {
			t.Fatal(err)
		}
		for _, it := range b.Items {
			if it.Gone {
				gone[it.Ref] = true
			}
		}
		more = b.More
	}
	if len(gone) != 1 || !gone[network.Ref("comment/"+said[120])] {
		t.Errorf("gone: %v", gone)
	}
}

// Between our reading and our writing somebody saves: Ghost's own 409 comes
// back with what stands.
func TestTheCollisionThatGhostSeesIsACollision(t *testing.T) {
	o, s := faked(t)
	in := o.intent("")
	in.Article = &network.Article{Title: "Titre", HTML: "<p>x</p>"}
	r := o.publish(t, in)
	s.Break("PUT /ghost/api/admin/posts/{id}/", networktest.Break{
		Status: 409, Header: http.Header{"Content-Type": {"application/json"}},
		Body: `{"errors":[{"type":"UpdateCollisionError","code":"UPDATE_COLLISION","message":"Saving failed! Someone else is editing this post."}]}`,
	})
	in.Version = r.Version
	_, err := o.p.Edit(t.Context(), r.Ref, in)
	e := asError(err)
	if e == nil || e.Fault.Key != "network.ghost.collision" || e.Outcome != network.Refused || e.Theirs == nil || e.Theirs.Article.Title != "Titre" {
		t.Errorf("%v %+v", err, e)
	}
}

// Without a member nobody answers, and it is said before anything leaves.
func TestWithoutAMemberNobodyAnswers(t *testing.T) {
	s := fake{ghosttest.Start(t)}
	a := s.answers()
	delete(a, "member")
	o := signIn(t, s, a)
	in := o.intent("Merci")
	in.Answer, in.Parent = true, "comment/6b0000000000000000000009"
	if _, err := o.p.Publish(t.Context(), in); fault.As(err).Key != "network.check.no_answer" {
		t.Errorf("%v", err)
	}
	if _, err := o.acc.(network.Publisher).Publish(t.Context(), in); fault.As(err).Key != "network.ghost.no_member" || network.OutcomeOf(err) != network.NotSent {
		t.Errorf("%v", err)
	}
}

// Each refusal of a blog becomes a sentence that says what to do.
func TestWhatBlogsAnswerIsExplained(t *testing.T) {
	o, s := faked(t)
	said := func(kind, code string) string {
		return `{"errors":[{"type":"` + kind + `","code":"` + code + `","message":"x"}]}`
	}
	for _, c := range []struct {
		b       networktest.Break
		key     string
		outcome network.Outcome
	}{
		{networktest.Break{Status: 401, Body: said("UnauthorizedError", "UNKNOWN_ADMIN_API_KEY")}, "network.ghost.signed_out", network.Refused},
		{networktest.Break{Status: 403, Body: said("NoPermissionError", "")}, "network.ghost.forbidden", network.Refused},
		{networktest.Break{Status: 403, Body: said("HostLimitError", "")}, "network.ghost.limit", network.Refused},
		{networktest.Break{Status: 406, Body: said("RequestNotAcceptableError", "")}, "network.ghost.too_old", network.Refused},
		{networktest.Break{Status: 422, Body: said("ValidationError", "")}, "network.ghost.refused", network.Refused},
		{networktest.Break{Status: 500, Body: said("EmailError", "")}, "network.server", network.Unknown},
		{networktest.Break{Status: 503, Body: "<html>We’ll be right back"}, "network.server", network.Unknown},
	} {
		s.Break("POST /ghost/api/admin/posts/", c.b)
		_, err := o.p.Publish(t.Context(), o.intent("x"))
		if f := fault.As(err); f == nil || f.Key != c.key || network.OutcomeOf(err) != c.outcome {
			t.Errorf("%d %s: %v, %s", c.b.Status, c.b.Body, err, network.OutcomeOf(err))
		}
	}
}

// The sign-in says what is wrong with the answers.
func TestAWrongAnswerIsExplained(t *testing.T) {
	d := ghost.New(config(http.DefaultClient))
	s := fake{ghosttest.Start(t)}
	page := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<!doctype html><title>x</title>")) }))
	for name, c := range map[string]struct{ site, key, member, want, field string }{
		"no site":              {"", ghosttest.Key, "", "network.ghost.site.missing", "site"},
		"plain http":           {"http://kerlann.example", ghosttest.Key, "", "network.ghost.site.bad", "site"},
		"no key":               {s.URL, " ", "", "network.ghost.key.missing", "key"},
		"the content key":      {s.URL, "fc7557d2aa9dff723fd52d4302", "", "network.ghost.key.bad", "key"},
		"another key":          {s.URL, "6b0000000000000000000001:" + strings.Repeat("0b", 32), "", "network.ghost.wrong_key", "key"},
		"another site":         {page, ghosttest.Key, "", "network.ghost.not_ghost", "site"},
		"nobody there":         {"http://127.0.0.1:1", ghosttest.Key, "", "network.ghost.unreachable", "site"},
		"an unknown member":    {s.URL, ghosttest.Key, "x@y.example", "network.ghost.member.unknown", "member"},
		"a member with quotes": {s.URL, ghosttest.Key, "x'+id:-1", "network.ghost.member.unknown", "member"},
	} {
		step, _ := d.Begin(t.Context())
		_, err := d.Next(t.Context(), step, map[string]string{"site": c.site, "key": c.key, "member": c.member})
		if f := fault.As(err); f == nil || f.Key != c.want || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

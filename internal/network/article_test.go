package network

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/base/fault"
)

var press = Capabilities{
	Text: TextRule{Unit: Runes, Required: true}, Answer: AnswerRule{Able: true}, Edit: true,
	Article: ArticleRule{
		Able: true, NeedsTitle: true, TitleMax: 10, ExcerptMax: 5, Categories: []Term{{"1", "Recettes"}}, Authors: []Term{{"3", "Claire"}},
		Statuses: []string{StatusPublished}, Lacks: []string{"canonical"},
	},
}

// P9: what a blog would refuse, or not keep, is said before it leaves.
func TestCheckKnowsArticles(t *testing.T) {
	whole := Article{Title: strings.Repeat("é", 10), HTML: "<p>x</p>", Excerpt: "12345", Categories: []string{"recettes"}, Author: "3", Status: StatusPublished, Tags: []string{"new"}}
	with := func(change func(*Article)) Draft {
		a := whole
		change(&a)
		return Draft{Article: &a}
	}
	for _, c := range []struct {
		name string
		d    Draft
		can  Capabilities
		want []string
	}{
		{"at the limit", with(func(*Article) {}), press, nil},
		{"no articles there", with(func(*Article) {}), room, []string{"block no_article@article"}},
		{"no title", with(func(a *Article) { a.Title = " " }), press, []string{"block article_title@article.title"}},
		{"nothing in it", with(func(a *Article) { a.HTML = "\n" }), press, []string{"block article_empty@article.html"}},
		{"long title", with(func(a *Article) { a.Title += "x" }), press, []string{"block article_too_long@article.title"}},
		{"long excerpt", with(func(a *Article) { a.Excerpt += "x" }), press, []string{"block article_too_long@article.excerpt"}},
		{"what it cannot keep", with(func(a *Article) { a.Canonical = "https://x.example" }), press, []string{"warn article_lacks@article.canonical"}},
		{"unknown category", with(func(a *Article) { a.Categories = []string{"Autre"} }), press, []string{"block article_category@article.categories"}},
		{"unknown author", with(func(a *Article) { a.Author = "4" }), press, []string{"block article_author@article.author"}},
		{"unknown status", with(func(a *Article) { a.Status = StatusDraft }), press, []string{"block article_status@article.status"}},
		{"a short text gets its first line", Draft{Parts: []string{"Bonjour"}}, press, []string{"warn article_untitled@text"}},
		{"an answer needs no title", Draft{Parts: []string{"Bonjour"}, Answer: true}, press, nil},
	} {
		var got []string
		for _, p := range Check(c.d, c.can) {
			got = append(got, string(p.Severity)+" "+strings.TrimPrefix(p.Key, "network.check.")+"@"+p.Field)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

type blogger struct {
	Account
	got []Intent
}

func (b *blogger) Capabilities(context.Context) (Capabilities, error) { return press, nil }
func (b *blogger) Publish(_ context.Context, in Intent) (Receipt, error) {
	b.got = append(b.got, in)
	return Receipt{Ref: "1"}, nil
}
func (b *blogger) Edit(context.Context, Ref, Intent) (Receipt, error) {
	return Receipt{}, &Error{Fault: fault.New(fault.Conflict, "x"), Outcome: Refused, Theirs: &Theirs{Version: "2"}}
}

// An article is held against the limits at its last door, also after it was
// vetted, and a collision keeps the other text on its way to the page.
func TestPresenceGuardsArticles(t *testing.T) {
	b := &blogger{}
	p := NewPresence("blog", b, PresenceConfig{})
	in := Intent{Key: "k", Article: &Article{Title: "Titre", HTML: "<p>x</p>"}}
	if err := p.Vet(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
	in.Article.Title = ""
	if _, err := p.Publish(t.Context(), in); !fault.Is(err, fault.Invalid) || OutcomeOf(err) != NotSent || len(b.got) != 0 {
		t.Errorf("without a title: %v, %d calls", err, len(b.got))
	}
	in.Article.Title = "Titre"
	if _, err := p.Publish(t.Context(), in); err != nil || len(b.got) != 1 || b.got[0].Article == nil {
		t.Errorf("%v %+v", err, b.got)
	}
	_, err := p.Edit(t.Context(), "1", in)
	var e *Error
	if !errors.As(err, &e) || e.Theirs == nil || e.Theirs.Version != "2" {
		t.Errorf("collision: %v", err)
	}
}

package network

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Article is a long form inside an Intent: what a blog's post is made of. Where
// it is set, it is what is published, and Intent.Text is not looked at.
type Article struct {
	Title string
	// HTML is the body, rendered from Markdown by the caller and safe to put
	// into a page; its pictures stand at addresses the public can read.
	HTML string
	// Markdown is what HTML was made of, for networks that keep it.
	Markdown string
	Excerpt  string // plain text
	Slug     string // last part of the permalink; empty: the network's choice
	Cover    *Media // uploaded already
	// Categories and Tags are names; those that do not exist are made where the
	// account may.
	Categories, Tags []string
	// Author is the ID of one of ArticleRule.Authors; empty: the account itself.
	Author                              string
	SEOTitle, SEODescription, Canonical string
	// Status is one of ArticleRule.Statuses; empty: the first of them.
	Status string
}

// ArticleRule says whether and how an account's network holds long forms.
type ArticleRule struct {
	Able bool `json:"able"`
	// NeedsTitle: nothing stands there without a title; a text that is no
	// article gets its first line for one.
	NeedsTitle bool `json:"needs_title,omitempty"`
	// Longest forms, in characters; 0: no limit known.
	TitleMax          int `json:"title_max,omitempty"`
	ExcerptMax        int `json:"excerpt_max,omitempty"`
	SlugMax           int `json:"slug_max,omitempty"`
	SEOTitleMax       int `json:"seo_title_max,omitempty"`
	SEODescriptionMax int `json:"seo_description_max,omitempty"`
	// Categories and Tags are what is known there, the most used first, with
	// the network's own ids; there may be more than are listed.
	Categories []Term `json:"categories,omitempty"`
	Tags       []Term `json:"tags,omitempty"`
	// MakesCategories: a category that is not known is made; else it is refused.
	MakesCategories bool   `json:"makes_categories,omitempty"`
	Authors         []Term `json:"authors,omitempty"`
	// Statuses it may be given, in the words of StatusPublished…; first is the default.
	Statuses []string `json:"statuses,omitempty"`
	// Lacks names the parts it cannot hold, by ArticleParts.
	Lacks []string `json:"lacks,omitempty"`
}

// What an article is on its blog.
const (
	StatusPublished = "published"
	StatusDraft     = "draft"
)

// Term is a category, a tag or an author as a network knows it.
type Term struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ArticleParts are the parts of an article that a network may lack.
func ArticleParts() []string {
	return []string{"excerpt", "slug", "cover", "categories", "tags", "author", "seo_title", "seo_description", "canonical"}
}

// parts tells which parts of an article say something.
func (a *Article) parts() map[string]bool {
	return map[string]bool{
		"excerpt": a.Excerpt != "", "slug": a.Slug != "", "cover": a.Cover != nil,
		"categories": len(a.Categories) > 0, "tags": len(a.Tags) > 0, "author": a.Author != "",
		"seo_title": a.SEOTitle != "", "seo_description": a.SEODescription != "", "canonical": a.Canonical != "",
	}
}

// Theirs is what stands on the network where an edit rests on something older:
// the other half of a collision, to be merged by hand. The caller has its own.
type Theirs struct {
	// Version is what an edit must rest on to replace it.
	Version string
	Article Article // as far as the network tells it
}

// checkArticle holds a long form against what the account's network takes.
func checkArticle(a *Article, c Capabilities, add adder) {
	r := c.Article
	if !r.Able {
		add(Block, "no_article", "article")
		return
	}
	if strings.TrimSpace(a.Title) == "" && r.NeedsTitle {
		add(Block, "article_title", "article.title")
	}
	if strings.TrimSpace(a.HTML) == "" {
		add(Block, "article_empty", "article.html")
	}
	for _, l := range []struct {
		field, text string
		max         int
	}{
		{"title", a.Title, r.TitleMax}, {"excerpt", a.Excerpt, r.ExcerptMax}, {"slug", a.Slug, r.SlugMax},
		{"seo_title", a.SEOTitle, r.SEOTitleMax}, {"seo_description", a.SEODescription, r.SEODescriptionMax},
	} {
		if used := utf8.RuneCountInString(l.text); l.max > 0 && used > l.max {
			add(Block, "article_too_long", "article."+l.field, "n", used-l.max, "used", used, "max", l.max)
		}
	}
	has := a.parts()
	for _, part := range ArticleParts() {
		if has[part] && slices.Contains(r.Lacks, part) {
			add(Warn, "article_lacks", "article."+part)
		}
	}
	for _, name := range a.Categories {
		if !r.MakesCategories && !slices.ContainsFunc(r.Categories, func(t Term) bool { return strings.EqualFold(t.Name, name) }) {
			add(Block, "article_category", "article.categories", "name", name)
		}
	}
	if a.Author != "" && !slices.ContainsFunc(r.Authors, func(t Term) bool { return t.ID == a.Author }) {
		add(Block, "article_author", "article.author")
	}
	if a.Status != "" && !slices.Contains(r.Statuses, a.Status) {
		add(Block, "article_status", "article.status", "status", a.Status)
	}
}

package all

import (
	"fmt"
	"strings"
	"time"

	"vigie/internal/network"
)

// Document writes docs/networks.md.
func Document(drivers []network.Driver) string {
	var b strings.Builder
	b.WriteString(`# Networks

This page is made from what the connectors say of themselves (` + "`go test ./internal/networks/all -update`" + `): do not edit it.
The figures are the usual ones; where a network publishes its limits, Vigie reads them from the account's own server.
"Tried" is to be read literally.

| Network | Since | API | Price | Tried |
|---|---|---|---|---|
`)
	for _, d := range drivers {
		f := d.Facts()
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", f.Title, f.Kind, f.Since, f.API, price(f.Price), f.Tried)
	}
	for _, d := range drivers {
		writeFacts(&b, d.Facts())
	}
	return b.String()
}

func price(s string) string {
	if s == "network.free" {
		return "free"
	}
	return s
}

func writeFacts(b *strings.Builder, f network.Facts) {
	c := f.Typical
	fmt.Fprintf(b, "\n<a id=\"%s\"></a>\n## %s\n\n", f.Kind, f.Title)
	if f.Simulated {
		b.WriteString("Simulated: it lives inside Vigie and reaches nobody.\n\n")
	}
	if c.Hand != nil {
		b.WriteString("No usable API: at the hour a person is told, publishes by hand, and gives the link. The figures are whatever she wrote when she made the network up.\n\n")
	}
	if c.AnswersOnly && c.Answer.Able {
		b.WriteString("Not for posts: messages come in, and are answered.\n\n")
	} else if c.AnswersOnly {
		b.WriteString("Not for posts: messages come in, and are answered where they were written.\n\n")
	}
	b.WriteString("| What | Here |\n|---|---|\n")
	row := func(what, here string) { fmt.Fprintf(b, "| %s | %s |\n", what, here) }
	row("Text", text(c.Text))
	row("Pictures", pictures(c.Images))
	if c.Thread.Max > 1 {
		row("Threads", fmt.Sprintf("up to %d posts", c.Thread.Max))
	} else {
		row("Threads", "no")
	}
	if c.Article.Able {
		row("Articles", article(c.Article))
	}
	row("Receives", receives(c.Receives))
	row("Edit", yes(c.Edit))
	row("Delete", yes(c.Delete))
	row("Content warning", yes(c.ContentWarning))
	row("Sensitive picture", yes(c.Sensitive))
	if len(c.Visibilities) > 0 {
		row("Visibility", strings.Join(c.Visibilities, ", ")+" (the first is the default)")
	}
	row("Languages of a post", fmt.Sprint(c.Languages))
	row("Pace kept", pace(c.Pace))
	row("Figures from", c.Source+", read "+c.Read)
	if len(f.Sources) > 0 {
		b.WriteString("\nSources:\n\n")
		for _, s := range f.Sources {
			fmt.Fprintf(b, "- <%s>\n", s)
		}
	}
}

// receives says in words what the connector can hear, and what it cannot.
func receives(r network.ReceiveRule) string {
	if len(r.Kinds) == 0 {
		return "no"
	}
	var parts []string
	for _, k := range r.Kinds {
		parts = append(parts, map[network.ItemKind]string{network.Comment: "comments", network.Reply: "replies", network.Mention: "mentions",
			network.Quote: "quotes", network.Direct: "private messages", network.Mail: "mails"}[k])
	}
	s := strings.Join(parts, ", ")
	for _, x := range []struct {
		has  bool
		what string
	}{{r.Counts, "likes and shares counted"}, {r.Edits, "edits followed"}, {r.Deletions, "deletions followed"}, {r.History, "what was said before"}, {r.Threads, "whole threads"}, {r.React, "likes given"}} {
		if x.has {
			s += "; " + x.what
		}
	}
	if r.Live != "" {
		s += "; live by " + r.Live
	}
	if r.Lacks != "" {
		s += ". Not: " + r.Lacks
	}
	return s
}

func text(r network.TextRule) string {
	var parts []string
	if r.Max > 0 {
		parts = append(parts, fmt.Sprintf("%d %ss", r.Max, r.Unit))
	} else {
		parts = append(parts, "no limit known")
	}
	if r.MaxBytes > 0 {
		parts = append(parts, fmt.Sprintf("and %d bytes", r.MaxBytes))
	}
	if r.URL > 0 {
		parts = append(parts, fmt.Sprintf("a link counts %d", r.URL))
	}
	if r.MentionLocal {
		parts = append(parts, "a mention counts without its server")
	}
	if r.WarningCounts {
		parts = append(parts, "the content warning counts")
	}
	return strings.Join(parts, "; ")
}

func article(r network.ArticleRule) string {
	parts := []string{"yes"}
	if r.TitleMax > 0 {
		parts = append(parts, fmt.Sprintf("title up to %d", r.TitleMax))
	}
	if r.ExcerptMax > 0 {
		parts = append(parts, fmt.Sprintf("excerpt up to %d", r.ExcerptMax))
	}
	if len(r.Lacks) > 0 {
		parts = append(parts, "does not keep: "+strings.ReplaceAll(strings.Join(r.Lacks, ", "), "_", " "))
	}
	return strings.Join(parts, "; ")
}

func pictures(r network.ImageRule) string {
	if r.Max == 0 {
		return "no"
	}
	parts := []string{fmt.Sprintf("up to %d, %s each", r.Max, megabytes(r.MaxBytes))}
	if r.MaxPixels > 0 {
		parts = append(parts, fmt.Sprintf("%.1f megapixels", float64(r.MaxPixels)/1e6))
	}
	if r.MaxSide > 0 {
		parts = append(parts, fmt.Sprintf("%d pixels a side", r.MaxSide))
	}
	if r.AltMax > 0 {
		parts = append(parts, fmt.Sprintf("alt text up to %d", r.AltMax))
	}
	return strings.Join(append(parts, strings.ReplaceAll(strings.Join(r.Types, ", "), "image/", "")), "; ")
}

func megabytes(n int64) string {
	if n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/1e6), ".0") + " MB"
}

func pace(r network.PaceRule) string {
	if r.Posts == 0 || r.Per == 0 {
		return "none needed"
	}
	s := fmt.Sprintf("%d posts in %s", r.Posts, strings.TrimSuffix(strings.TrimSuffix(r.Per.Round(time.Second).String(), "0s"), "0m"))
	if r.MinGap > 0 {
		s += ", " + r.MinGap.String() + " apart"
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

package assetsweb

import (
	"time"

	"vigie/internal/assets"
	"vigie/internal/base/id"
	"vigie/internal/platform/i18n"
)

// Item is a media in JSON, the same for our scripts and for the API.
type Item struct {
	ID      id.Media      `json:"id" doc:"Identifier"`
	Name    string        `json:"name" example:"fournee.jpg"`
	State   assets.State  `json:"state" enum:"working,ready,refused" doc:"working: being read; poll until it changes"`
	Problem string        `json:"problem,omitempty" doc:"Key of the reason, when refused"`
	Why     string        `json:"why,omitempty" doc:"The reason in words, when refused"`
	Type    string        `json:"type,omitempty" doc:"Told by the content, not by the name" example:"image/jpeg"`
	Bytes   int64         `json:"bytes" doc:"Of the file that was sent"`
	Width   int           `json:"width,omitempty" doc:"In pixels, as one looks at it"`
	Height  int           `json:"height,omitempty"`
	Alt     string        `json:"alt" doc:"What those who do not see it read"`
	Credit  string        `json:"credit,omitempty" doc:"As the file says it"`
	Caption string        `json:"caption,omitempty" doc:"As the file says it"`
	Place   bool          `json:"position_removed,omitempty" doc:"The file held the position where it was taken; it is in nothing that leaves"`
	Focus   *assets.Point `json:"focus,omitempty" doc:"The point that a crop must keep"`
	Made    time.Time     `json:"made"`
	Version int64         `json:"version"`
	Folder  string        `json:"folder,omitempty" example:"Noël/Vitrine"`
	Tags    []string      `json:"tags,omitempty"`
	Number  int64         `json:"number" doc:"Which version of the picture it is, from 1"`
	Newer   id.Media      `json:"newer,omitempty" doc:"The version that took its place"`
	Binned  *time.Time    `json:"binned,omitempty" doc:"Since when it lies in the bin"`
	Thumb   string        `json:"thumb,omitempty" doc:"320 px, once ready"`
	View    string        `json:"view,omitempty" doc:"1600 px, once ready"`
	Href    string        `json:"href" doc:"Its page"`
	// Existing is only in the answer to an upload.
	Existing bool `json:"existing,omitempty" doc:"The brand had this very file already: this is that one"`
}

func item(l *i18n.Loc, m assets.Media) Item {
	at := page(m.Brand) + "/" + string(m.ID)
	it := Item{ID: m.ID, Name: m.Name, State: m.State, Problem: m.Problem, Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height,
		Alt: m.Alt, Credit: m.Facts.Credit, Caption: m.Facts.Caption, Place: m.Facts.Place, Focus: m.Focus, Made: m.Made, Version: m.Version, Href: at,
		Folder: m.Folder, Tags: m.Tags, Number: max(m.Number, 1), Newer: m.Newer}
	if m.State == assets.Refused {
		it.Why = why(l, m)
	}
	if m.State == assets.Ready {
		it.Thumb, it.View = at+"/thumb", at+"/view"
	}
	if !m.Binned.IsZero() {
		it.Binned = &m.Binned
	}
	return it
}

// page is the address of a brand's library.
func page(b id.Brand) string { return "/b/" + string(b) + "/media" }

// why is the sentence of a refused media.
func why(l *i18n.Loc, m assets.Media) string {
	return l.T(m.Problem, "mp", assets.MaxPixels/1_000_000)
}

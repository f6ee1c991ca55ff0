package mastodon

import (
	"net/url"
	"strings"
	"time"

	"vigie/internal/network"
)

// spoken is a status as the inbox reads it.
type spoken struct {
	ID               string      `json:"id"`
	CreatedAt        time.Time   `json:"created_at"`
	EditedAt         *time.Time  `json:"edited_at"`
	InReplyToID      *string     `json:"in_reply_to_id"`
	InReplyToAccount *string     `json:"in_reply_to_account_id"`
	SpoilerText      string      `json:"spoiler_text"`
	Visibility       string      `json:"visibility"`
	Language         *string     `json:"language"`
	URL              *string     `json:"url"`
	Content          string      `json:"content"`
	Account          speaker     `json:"account"`
	Mentions         []mentioned `json:"mentions"`
	Media            []struct {
		ID          string  `json:"id"`
		Type        string  `json:"type"`
		URL         *string `json:"url"`
		RemoteURL   *string `json:"remote_url"`
		Description *string `json:"description"`
		Meta        struct {
			Original struct {
				Width  int `json:"width"`
				Height int `json:"height"`
			} `json:"original"`
		} `json:"meta"`
	} `json:"media_attachments"`
	Quote *struct { // since 4.5
		Status *struct {
			ID      string  `json:"id"`
			Account speaker `json:"account"`
		} `json:"quoted_status"`
	} `json:"quote"`
	Reblog *struct {
		ID string `json:"id"`
	} `json:"reblog"`
	Replies    int `json:"replies_count"`
	Reblogs    int `json:"reblogs_count"`
	Favourites int `json:"favourites_count"`
	Quotes     int `json:"quotes_count"`
}

type speaker struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	Acct        string `json:"acct"`
	DisplayName string `json:"display_name"`
	Avatar      string `json:"avatar"`
	URL         string `json:"url"`
	Bot         bool   `json:"bot"`
}

type mentioned struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Acct     string `json:"acct"`
	URL      string `json:"url"`
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (s spoken) parent() network.Ref { return network.Ref(deref(s.InReplyToID)) }

// version changes with the words.
func (s spoken) version() string {
	if s.EditedAt == nil || s.EditedAt.IsZero() {
		return "0"
	}
	return s.EditedAt.UTC().Format(time.RFC3339Nano)
}

func (s spoken) names(id string) bool {
	for _, m := range s.Mentions {
		if m.ID == id {
			return true
		}
	}
	return false
}

// item is a status as it stands, to the account with this id.
func (a *account) item(self string, s spoken) network.Item {
	it := network.Item{
		Ref: network.Ref(s.ID), Kind: network.Context, Parent: s.parent(), Version: s.version(),
		Own: s.Account.ID == self, Private: s.Visibility == "direct",
		Author: network.Author{
			Ref: network.Ref(s.Account.ID), Handle: a.handle(s.Account), Name: s.Account.DisplayName,
			Avatar: s.Account.Avatar, URL: s.Account.URL, Bot: s.Account.Bot,
		},
		Text: s.words(), Language: deref(s.Language), URL: deref(s.URL), At: s.CreatedAt.UTC(), Automatic: s.Account.Bot,
	}
	if s.EditedAt != nil {
		it.Edited = s.EditedAt.UTC()
	}
	if it.Author.Name == "" {
		it.Author.Name = s.Account.Username
	}
	if it.Parent == "" {
		it.Root = it.Ref
	}
	for _, m := range s.Media {
		at := deref(m.URL)
		if at == "" {
			at = deref(m.RemoteURL)
		}
		it.Media = append(it.Media, network.Attachment{Type: m.Type, URL: at, Ref: network.Ref(m.ID), Alt: deref(m.Description), Width: m.Meta.Original.Width, Height: m.Meta.Original.Height})
	}
	switch {
	case it.Private:
		it.Kind = network.Direct
	case deref(s.InReplyToAccount) == self || it.Own && it.Parent != "":
		it.Kind = network.Reply
	case it.Own:
	case s.Quote != nil && s.Quote.Status != nil && s.Quote.Status.Account.ID == self:
		it.Kind, it.Quoted = network.Quote, network.Ref(s.Quote.Status.ID)
	case s.names(self):
		it.Kind = network.Mention
	}
	return it
}

// handle writes the server of the people of our own server too.
func (a *account) handle(who speaker) string {
	if who.Acct == "" || strings.Contains(who.Acct, "@") {
		return who.Acct
	}
	host := ""
	if u, err := url.Parse(who.URL); err == nil {
		host = u.Host
	}
	if host == "" {
		_, host, _ = strings.Cut(a.server, "://")
	}
	return who.Acct + "@" + host
}

func counts(s spoken) network.Counts {
	return network.Counts{Ref: network.Ref(s.ID), Likes: s.Favourites, Shares: s.Reblogs, Replies: s.Replies, Quotes: s.Quotes}
}

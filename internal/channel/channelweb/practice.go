package channelweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/ui"
)

// An account of the practice network is seen by the people of the brand that
// holds it; to others it does not exist. What a brand posted before it let the
// account go stays hers to read, what came after does not.

type practiceView struct {
	channel channel.Channel
	handle  string
	posts   []practice.Post // of the account, oldest first, as far as one may see
}

func (f *Face) practice(r *ui.Request) (v practiceView, err error) {
	v.handle = r.PathValue("account")
	list, err := f.room.Of(r.Context(), r.Actor, practice.Kind, network.Ref(v.handle))
	if err != nil {
		return v, err
	}
	if len(list) == 0 {
		return v, errNoPage
	}
	v.channel = list[0]
	if i := slices.IndexFunc(list, func(c channel.Channel) bool { return c.Removed.IsZero() }); i >= 0 {
		v.channel = list[i]
	}
	if v.posts, err = f.World.Posts(r.Context(), v.handle); err != nil {
		return v, err
	}
	if end := v.channel.Removed; !end.IsZero() {
		v.posts = slices.DeleteFunc(v.posts, func(p practice.Post) bool { return p.At.After(end) })
	}
	return v, nil
}

func rootOf(p practice.Post) string {
	if p.Root != "" {
		return p.Root
	}
	return p.ID
}

// thread is a post with the others of its thread, oldest first.
func (v practiceView) thread(root string) []practice.Post {
	return slices.DeleteFunc(slices.Clone(v.posts), func(p practice.Post) bool { return rootOf(p) != root })
}

// pageSize is how many posts stand on one page of an account.
const pageSize = 30

func (f *Face) practiceAccount(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.practice(r)
	if err != nil {
		return err
	}
	var threads []thread
	for _, p := range slices.Backward(v.posts) {
		if rootOf(p) == p.ID {
			threads = append(threads, newThread(v.thread(p.ID)))
		}
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = min(max(page, 1), max(1, (len(threads)+pageSize-1)/pageSize))
	var newer, older string
	if page > 1 {
		newer = "?page=" + strconv.Itoa(page-1)
	}
	if page*pageSize < len(threads) {
		older = "?page=" + strconv.Itoa(page+1)
	}
	threads = threads[(page-1)*pageSize : min(len(threads), page*pageSize)]
	return ui.Page(w, r, ui.Frame{Title: "@" + v.handle, Sub: r.T("channel.practice.sub")}, accountPage(v, threads, newer, older))
}

func (f *Face) practicePost(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.practice(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(v.posts, func(p practice.Post) bool { return p.ID == r.PathValue("post") })
	if i < 0 {
		return errNoPage
	}
	return ui.Page(w, r, ui.Frame{Title: "@" + v.handle, Sub: r.T("channel.practice.sub")},
		postPage(v, newThread(v.thread(rootOf(v.posts[i]))), v.posts[i].ID))
}

// practiceMedia hands out a picture of a post that one may see.
func (f *Face) practiceMedia(w http.ResponseWriter, r *ui.Request) error {
	v, err := f.practice(r)
	if err != nil {
		return err
	}
	key := r.PathValue("key")
	if !slices.ContainsFunc(v.posts, func(p practice.Post) bool {
		return slices.ContainsFunc(p.Media, func(m practice.Picture) bool { return m.Key == key })
	}) {
		return errNoPage
	}
	body, kind, err := f.World.Media(r.Context(), key)
	if err != nil {
		return err
	}
	if !slices.Contains(practice.Typical().Images.Types, kind) {
		return errNoPage // the network takes no other; a page would run it
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(body) // the reader has left: nobody to tell
	return nil
}

// thread is a post, or several in a row, with what the public did.
type thread struct {
	parts                  []practice.Post
	likes, shares, answers int
	said                   []practice.Event // answers and complaints, oldest first
}

func newThread(parts []practice.Post) thread {
	t := thread{parts: parts}
	for _, p := range parts {
		for _, e := range p.Events {
			switch e.Kind {
			case practice.Like:
				t.likes++
			case practice.Share:
				t.shares++
			default:
				t.answers++
				t.said = append(t.said, e)
			}
		}
	}
	slices.SortStableFunc(t.said, func(x, y practice.Event) int { return x.At.Compare(y.At) })
	return t
}

func pictureURL(account string, p practice.Picture) string {
	return "/practice/" + url.PathEscape(account) + "/media/" + url.PathEscape(p.Key)
}

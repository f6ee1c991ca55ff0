package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// notification is one entry of the list; Status is as it stands now.
type notification struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"created_at"`
	Status    *spoken   `json:"status"`
}

// notificationPage is what a page has where the server does not allow less.
const notificationPage = 40

// pagesACall is the most that one Receive reads.
const pagesACall = 5

// notifications reads one page, and gives it oldest first.
func (a *account) notifications(ctx context.Context, limit int, q url.Values) ([]notification, http.Header, error) {
	q.Set("limit", strconv.Itoa(limit))
	// What the person had put aside in her app (4.3) is said to the brand too.
	q.Set("include_filtered", "true")
	var list []notification
	res, err := a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/notifications", Query: q, Into: &list})
	slices.Reverse(list)
	return list, res.Header, err
}

// Receive is network.Receiver's: mentions, answers, quotes and private messages,
// how posts count after each favourite and boost, and the edits and deletions
// of what was told lately.
func (a *account) Receive(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "receive")
	self, err := a.self(ctx)
	if err != nil {
		return b, err
	}
	if from == "" {
		list, _, err := a.notifications(ctx, 1, url.Values{})
		p := place{Account: self, Low: "0"}
		if len(list) > 0 {
			p.Low = list[len(list)-1].ID
		}
		b.Next = p.cursor()
		return b, err
	}
	at, err := placeOf(self, from)
	if err != nil {
		return b, err
	}
	told := map[string]bool{}
	for _, id := range at.Told {
		told[id] = true
	}
	var all []notification
	var now time.Time
	b.More = true
	for low, n := at.Low, 0; b.More && n < pagesACall; n++ {
		list, h, err := a.notifications(ctx, notificationPage, url.Values{"min_id": {low}})
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
			return b, errCursor(err)
		}
		if err != nil {
			return b, err
		}
		if len(list) > 0 {
			if last := list[len(list)-1].ID; last == low {
				return b, &network.Error{Fault: errNoReceipt.Becausef("notification %s is above itself", low), Outcome: network.NotSent}
			} else {
				low = last
			}
		}
		now, _ = http.ParseTime(h.Get("Date"))
		all = append(all, list...)
		b.More = len(list) >= notificationPage
	}
	var fresh []notification
	for _, n := range all {
		if !told[n.ID] {
			fresh = append(fresh, n)
		}
	}
	a.hear(self, fresh, &b)
	at.advance(all, now)
	for _, it := range b.Items {
		at.look(it)
	}
	if !b.More {
		if err := a.reread(ctx, self, &at, &b); err != nil {
			return b, err
		}
	}
	b.Next = at.cursor()
	return b, nil
}

// hear puts into a batch what notifications say.
func (a *account) hear(self string, list []notification, b *network.Batch) {
	last := map[network.Ref]network.Counts{}
	var order []network.Ref
	for _, n := range list {
		if n.Status == nil || n.Status.ID == "" {
			continue
		}
		s := *n.Status
		switch n.Type {
		case "mention", "quote", "update", "quoted_update":
			it := a.item(self, s)
			if it.Own || n.Type == "update" && it.Kind == network.Context {
				continue // a post that we boosted changed: nobody speaks to us
			}
			if it.Kind == network.Context {
				it.Kind = network.Mention
				if n.Type != "mention" {
					it.Kind = network.Quote
				}
			}
			b.Items = append(b.Items, it)
		case "favourite", "reblog", "poll":
			if s.Account.ID == self {
				c := counts(s)
				if _, ok := last[c.Ref]; !ok {
					order = append(order, c.Ref)
				}
				last[c.Ref] = c
			}
		}
	}
	for _, ref := range order {
		b.Counts = append(b.Counts, last[ref])
	}
}

// reread looks whether some of what was told lately was edited or deleted since;
// all have their turn.
func (a *account) reread(ctx context.Context, self string, at *place, b *network.Batch) error {
	for range min(watchEach, len(at.Watch)) {
		w := at.Watch[0]
		at.Watch = at.Watch[1:]
		if slices.ContainsFunc(b.Items, func(it network.Item) bool { return string(it.Ref) == w.ID }) {
			at.Watch = append(at.Watch, w) // it was just read
			continue
		}
		s, err := a.status(ctx, w.ID)
		if fault.Is(err, fault.NotFound) {
			b.Items = append(b.Items, network.Item{Ref: network.Ref(w.ID), Version: "gone", Gone: true})
			continue
		}
		if err != nil {
			return err
		}
		if v := s.version(); v != w.Version {
			b.Items = append(b.Items, a.item(self, s))
			w.Version = v
		}
		at.Watch = append(at.Watch, w)
	}
	return nil
}

// status reads one status as it stands.
func (a *account) status(ctx context.Context, id string) (s spoken, err error) {
	_, err = a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/statuses/" + url.PathEscape(id), Into: &s})
	if err == nil && s.ID != id {
		err = &network.Error{Fault: errNoReceipt.Becausef("asked for post %s, got %q", id, s.ID), Outcome: network.NotSent}
	}
	return s, err
}

// History is network.Historian's: the list from its newest entry down.
func (a *account) History(ctx context.Context, from network.Cursor) (b network.Batch, err error) {
	defer fault.Wrap(&err, "history")
	self, err := a.self(ctx)
	if err != nil {
		return b, err
	}
	q := url.Values{}
	mark := "h1." + self + "."
	if from != "" {
		id, ok := strings.CutPrefix(string(from), mark)
		if !ok || id == "" || strings.ContainsAny(id, "/?&") {
			return b, errCursor(nil)
		}
		q.Set("max_id", id)
	}
	list, h, err := a.notifications(ctx, notificationPage, q)
	if err != nil {
		return b, err
	}
	b.Next = from
	if len(list) > 0 {
		b.Next = network.Cursor(mark + next(h.Get("Link"), list[0].ID))
	}
	b.More = len(list) > 0 && (len(list) >= notificationPage || strings.Contains(h.Get("Link"), `rel="next"`))
	a.hear(self, list, &b)
	slices.Reverse(b.Items)
	return b, nil
}

// Thread is network.Threader's: what stands above, the item and what stands
// below it, then the other branches.
func (a *account) Thread(ctx context.Context, ref network.Ref, most int) (items []network.Item, err error) {
	defer fault.Wrap(&err, "thread")
	self, err := a.self(ctx)
	if err != nil {
		return nil, err
	}
	here, err := a.status(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	around, err := a.context(ctx, string(ref))
	if err != nil {
		return nil, err
	}
	list := append(append(around.Ancestors, here), around.Descendants...)
	if len(around.Ancestors) > 0 && len(list) < most {
		whole, err := a.context(ctx, around.Ancestors[0].ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		list = append(list, whole.Descendants...)
	}
	told := map[string]bool{}
	for _, s := range list {
		if told[s.ID] || s.ID == "" || len(items) >= max(most, 1) {
			continue
		}
		told[s.ID] = true
		it := a.item(self, s)
		it.Root = network.Ref(list[0].ID)
		items = append(items, it)
	}
	return items, nil
}

type around struct {
	Ancestors   []spoken `json:"ancestors"`
	Descendants []spoken `json:"descendants"`
}

func (a *account) context(ctx context.Context, id string) (c around, err error) {
	_, err = a.wire.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/api/v1/statuses/" + url.PathEscape(id) + "/context", Into: &c})
	return c, err
}

// React is network.Reactor's; the server makes repeating it harmless.
func (a *account) React(ctx context.Context, ref network.Ref, name string, on bool) (err error) {
	defer fault.Wrap(&err, "react")
	if name != "like" {
		return &network.Error{Fault: fault.New(fault.Unsupported, "network.unsupported").With("network", string(Kind)).With("verb", name), Outcome: network.NotSent}
	}
	verb := "/favourite"
	if !on {
		verb = "/unfavourite"
	}
	_, err = a.wire.Do(ctx, wire.Call{Method: http.MethodPost, Path: "/api/v1/statuses/" + url.PathEscape(string(ref)) + verb, Writes: true})
	if !on && fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

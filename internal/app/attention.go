package app

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/inbox"
	"vigie/internal/platform/live"
	"vigie/internal/team"
	"vigie/internal/ui"
)

// attention gathers the focused seconds that pages report every half minute,
// so that an hour on a post is a few entries of the logbook and not a hundred.
// What a crash loses is a few minutes of a private count.
type attention struct {
	mu    sync.Mutex
	since time.Time // of the first that is not written yet
	spent map[focus]time.Duration
	who   map[id.Person]team.Actor
}

type focus struct {
	person id.Person
	brand  id.Brand
	post   id.Post
}

const (
	attentionEvery = 5 * time.Minute
	// leastSpent is what is not worth an entry: a page that was passed through.
	leastSpent = 5 * time.Second
)

// took keeps the time a person spent on a subject; ui has asked her switch. A
// subject that she may not see, or of another kind, is not_found.
func (a *App) took(ctx context.Context, actor team.Actor, _ brand.Brand, subject string, d time.Duration) error {
	b, post, err := a.postOf(ctx, actor, subject)
	if err != nil {
		return err
	}
	t := &a.attention
	t.mu.Lock()
	if t.spent == nil {
		t.spent, t.who, t.since = map[focus]time.Duration{}, map[id.Person]team.Actor{}, a.DB.Now()
	}
	t.spent[focus{actor.Person, b, post}] += d
	t.who[actor.Person] = actor
	full := a.DB.Now().Sub(t.since) >= attentionEvery
	t.mu.Unlock()
	if full {
		return a.KeepTime(ctx)
	}
	return nil
}

// KeepTime writes what was gathered into the logbook; Stop does it at last.
func (a *App) KeepTime(ctx context.Context) error {
	t := &a.attention
	t.mu.Lock()
	spent, who := t.spent, t.who
	t.spent, t.who = nil, nil
	t.mu.Unlock()
	var errs []error
	for f, d := range spent {
		if d < leastSpent {
			continue
		}
		err := a.Publishing.Worked(ctx, who[f.person], f.brand, f.post, d)
		if !fault.Is(err, fault.NotFound) { // gone since: nothing to keep it with
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// postOf finds the brand of a topic "post:<id>" that the actor may see.
func (a *App) postOf(ctx context.Context, actor team.Actor, topic string) (id.Brand, id.Post, error) {
	name, ok := strings.CutPrefix(topic, "post:")
	if ok && id.Valid(name) {
		for _, b := range actor.Brands() {
			if _, err := a.Publishing.Get(ctx, actor, b, id.Post(name)); err == nil {
				return b, id.Post(name), nil
			}
		}
	}
	return "", "", fault.New(fault.NotFound, "")
}

// presentFor is how long somebody counts as present after she last said so;
// pages say it every half minute.
const presentFor = 75 * time.Second

// here keeps who looks at a post or at a brand's page, and says who does. A
// topic that the person may not hear is not_found.
func (a *App) here(r *ui.Request, topic string, gone bool) ([]live.Person, error) {
	if b, ok := strings.CutPrefix(topic, "brand:"); ok {
		if err := r.Actor.Require(id.Brand(b), team.SeeBrand); err != nil {
			return nil, fault.New(fault.NotFound, "")
		}
	} else if talk, ok := strings.CutPrefix(topic, "conversation:"); ok {
		if err := a.talkOf(r.Context(), r.Actor, inbox.ConversationID(talk)); err != nil {
			return nil, err
		}
	} else if _, _, err := a.postOf(r.Context(), r.Actor, topic); err != nil {
		return nil, err
	}
	if gone {
		a.Hub.Gone(topic, string(r.Actor.Person))
	} else {
		a.Hub.Here(topic, string(r.Actor.Person), r.Person.Name, presentFor)
	}
	return a.Hub.Who(topic), nil
}

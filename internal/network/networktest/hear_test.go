package networktest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/network"
)

// ears is a toy that receives; its flags make it a bad one.
type ears struct {
	toy
	mu    *sync.Mutex
	said  *[]network.Item // one entry for each thing that happened
	twice bool            // tells the last of a page again
	skips bool            // leaves out the first of a page
	eats  bool            // takes any cursor
	gone  bool            // tells no deletion
	raw   bool            // gives words another version at each reading
}

type earsAccount struct {
	*toyAccount
	ears
}

func (e ears) Open(c network.Credentials, save func(context.Context, network.Credentials) error) (network.Account, error) {
	a, err := e.toy.Open(c, save)
	if err != nil {
		return nil, err
	}
	return earsAccount{a.(*toyAccount), e}, nil
}

// The embedded toys both have these; the account's count.
func (a earsAccount) WhoAmI(ctx context.Context) (network.Profile, error) {
	return a.toyAccount.WhoAmI(ctx)
}
func (a earsAccount) Capabilities(ctx context.Context) (network.Capabilities, error) {
	c, err := a.toyAccount.Capabilities(ctx)
	c.Receives.Kinds = []network.ItemKind{network.Mention, network.Reply}
	return c, err
}

func (a earsAccount) Receive(_ context.Context, from network.Cursor) (b network.Batch, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := *a.said
	n, err := strconv.Atoi(strings.TrimPrefix(string(from), "at"))
	if from == "" {
		n, err = len(all), nil
	}
	if from != "" && !a.eats && (err != nil || !strings.HasPrefix(string(from), "at") || n > len(all)) {
		return b, &network.Error{Fault: fault.New(fault.Invalid, "network.cursor").At("cursor"), Outcome: network.Refused}
	}
	end := min(n+40, len(all))
	for i, it := range all[min(n, end):end] {
		if a.skips && i == 0 && n > 0 || a.gone && it.Gone {
			continue
		}
		if a.raw {
			it.Version = time.Now().String()
		}
		b.Items = append(b.Items, it)
	}
	if a.twice && len(b.Items) > 0 {
		b.Items = append(b.Items, b.Items[0])
	}
	b.Next, b.More = network.Cursor(fmt.Sprint("at", end)), end < len(all)
	return b, nil
}

func earsStage(change func(*ears)) Open {
	return func(t testing.TB, w *Wire) Stage {
		stage := toyStage(nil)(t, w)
		e := ears{toy: stage.Driver.(toy), mu: &sync.Mutex{}, said: &[]network.Item{}}
		if change != nil {
			change(&e)
		}
		stage.Driver = e
		add := func(it network.Item) {
			e.mu.Lock()
			defer e.mu.Unlock()
			*e.said = append(*e.said, it)
		}
		stage.Public = &Public{
			Say: func(_ testing.TB, s Saying) network.Ref {
				ref := network.Ref(fmt.Sprint("said-", len(*e.said)))
				it := network.Item{Ref: ref, Kind: network.Mention, Version: "0", Text: s.Text, At: time.Now(), Root: ref, Parent: s.Under,
					Author: network.Author{Ref: "yann", Handle: "yann", Name: "Yann"}}
				if s.Under != "" {
					it.Kind, it.Root = network.Reply, s.Root
				}
				add(it)
				return ref
			},
			Erase: func(_ testing.TB, ref network.Ref) { add(network.Item{Ref: ref, Gone: true, Version: "gone"}) },
		}
		return stage
	}
}

func TestTheSuiteHearsAGoodDriver(t *testing.T) {
	for _, name := range []string{"what people say is received once", "a page that is full, and one more", "a cursor that lies is invalid", "the text of strangers is words", "nothing new costs nearly nothing"} {
		if judge(t, name, earsStage(nil)) {
			t.Errorf("a good driver failed %q", name)
		}
	}
}

func TestTheSuiteRefusesADriverThatHearsBadly(t *testing.T) {
	for _, c := range []struct {
		name, in string
		change   func(*ears)
	}{
		{"one that tells twice", "what people say is received once", func(e *ears) { e.twice = true }},
		{"one that loses the first of a page", "a page that is full, and one more", func(e *ears) { e.skips = true }},
		{"one that takes any cursor", "a cursor that lies is invalid", func(e *ears) { e.eats = true }},
		{"one that tells no deletion", "a deletion is told, and no answer to it leaves", func(e *ears) { e.gone = true }},
		{"one that changes its versions", "what people say is received once", func(e *ears) { e.raw = true }},
	} {
		if !judge(t, c.in, earsStage(c.change)) {
			t.Errorf("%s passed %q", c.name, c.in)
		}
	}
}

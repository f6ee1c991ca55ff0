package app_test

import (
	"time"

	"vigie/internal/base/id"
	"vigie/internal/channel"
	"vigie/internal/inbox"
	"vigie/internal/network"
	"vigie/internal/networks/practice"
	"vigie/internal/team"
)

// heardOf is what somebody said to a brand, and what was done with it.
type heardOf struct {
	talk   inbox.ConversationID
	note   inbox.NoteID
	view   inbox.ViewID
	change inbox.ChangeID
	answer id.Post
}

// hear has somebody of the public speak to a channel, and uses every verb of the
// inbox on it.
func hear(h *house, me team.Actor, ch channel.Channel) (out heardOf) {
	h.Helper()
	ctx, b := h.Context(), ch.Brand
	_, err := h.World.Say(ctx, practice.Line{Account: ch.Handle, Person: practice.Person{Handle: "zinnoberine", Name: "Zinnoberine"}, Text: "Bonjour zinnober, un quokka ?", Key: "wall"})
	h.ok(err)
	p, known, err := h.Channels.Presence(ctx, b, ch.ID)
	h.ok(err)
	page, err := p.History(ctx, "")
	h.ok(err)
	_, err = h.Inbox.Take(ctx, known, page, inbox.Around, inbox.Hold{})
	h.ok(err)
	all, err := h.Inbox.List(ctx, me, b, inbox.Filter{State: inbox.Open}, "", 10)
	h.ok(err)
	if len(all.Items) == 0 {
		h.Fatal("nobody spoke")
	}
	out.talk = all.Items[0].ID
	note, err := h.Inbox.AddNote(ctx, me, b, out.talk, "Une note zinnober.")
	h.ok(err)
	out.note = note.ID
	view, err := h.Inbox.SaveView(ctx, me, b, "Vue zinnober", "state=done")
	h.ok(err)
	out.view = view.ID
	h.ok(h.Inbox.MarkRead(ctx, me, b, []inbox.ConversationID{out.talk}, h.DB.Now()))
	_, err = h.Inbox.KeepDraft(ctx, me, b, out.talk, "Un brouillon zinnober")
	h.ok(err)
	did, err := h.Inbox.Do(ctx, me, b, []inbox.ConversationID{out.talk}, inbox.Deed{State: inbox.Waiting, Assign: me.Person})
	h.ok(err)
	out.change = did.ID
	out.answer, err = h.Inbox.Reply(ctx, me, b, out.talk, inbox.Reply{Text: "Oui, un zinnober."})
	h.ok(err)
	return out
}

// pastOfInbox leaves every act of the inbox.
func pastOfInbox(h *house, me team.Actor, ch channel.Channel) {
	h.Helper()
	ctx, b := h.Context(), ch.Brand
	heard := hear(h, me, ch)
	h.ok(h.Inbox.TakeBack(ctx, me, b, heard.talk, heard.answer))
	h.ok(h.Inbox.RemoveNote(ctx, me, b, heard.note))
	at := h.DB.Now().Add(-time.Hour)
	item := func(ref, parent, version, text string) network.Item {
		return network.Item{Ref: network.Ref(ref), Parent: network.Ref(parent), Version: version, Kind: network.Mention, Author: network.Author{Ref: "public/lise", Name: "Lise"}, Text: text, At: at}
	}
	take := func(way inbox.Way, items ...network.Item) {
		h.Helper()
		_, err := h.Inbox.Take(ctx, ch, network.Batch{Items: items}, way, inbox.Hold{})
		h.ok(err)
	}
	take(inbox.Live, item("x/1", "", "1", "Un"), item("x/3", "x/2", "1", "Trois"))
	take(inbox.Live, item("x/1", "", "2", "Un, corrigé"))
	take(inbox.Live, item("x/2", "x/1", "1", "Deux")) // what was between them
	take(inbox.Live, network.Item{Ref: "x/3", Gone: true})
	take(inbox.Past, item("x/0", "", "1", "Il y a longtemps"))
	h.start()
	h.until("the past is read", func() bool {
		all, err := h.Inbox.Listens(ctx, me, b)
		h.ok(err)
		for _, l := range all {
			if l.Channel == ch.ID && l.Past == "whole" {
				return true
			}
		}
		return false
	}, "brand:"+string(b))
}

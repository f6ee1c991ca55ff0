// Program node is Vigie without its pages: the whole of internal/app, driven by
// four plain routes, so that the storm tries the ledger itself and not the
// pages before it. It takes the arguments and variables of `vigie serve`.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"vigie/internal/app"
	"vigie/internal/base/clock"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/brand"
	"vigie/internal/channel"
	"vigie/internal/network"
	"vigie/internal/publishing"
	"vigie/internal/team"
)

type node struct {
	app   *app.App
	actor team.Actor
	brand id.Brand
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) < 2 || os.Args[1] != "serve" {
		log.Fatal("node: serve --data DIR --addr HOST:PORT")
	}
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	data := flags.String("data", "", "directory of the data")
	addr := flags.String("addr", "", "address to listen on")
	_ = flags.Parse(os.Args[2:])
	c := app.Config{Data: *data, Addr: *addr, Database: os.Getenv("VIGIE_DATABASE"), Grace: time.Hour, Practice: 50 * time.Millisecond,
		AllowPrivate: []string{"127.0.0.0/8"}}
	a, err := app.Build(ctx, c, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	if err := a.Start(ctx); err != nil {
		log.Fatal(err)
	}
	n := &node{app: a}
	if err := n.enter(ctx); err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *addr, Handler: n.routes()}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	log.Print(server.ListenAndServe())
	last, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := a.Stop(last); err != nil {
		log.Fatal(err)
	}
}

// enter finds, or makes at the first start, the one person and her one brand.
func (n *node) enter(ctx context.Context) error {
	const email, password = "claire@example.org", "sous la pluie battante 7"
	_, err := n.app.Team.First(ctx, team.NewPerson{Name: "Claire", Email: email, Password: password}, team.Actor{}, team.From{Agent: "storm"})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	p, err := n.app.Team.PersonByEmail(ctx, team.Program("storm"), email)
	if err != nil {
		return err
	}
	if n.actor, err = n.app.Team.ActorOf(ctx, p.ID); err != nil {
		return err
	}
	brands, err := n.app.Brands.List(ctx, n.actor)
	if err != nil {
		return err
	}
	if len(brands) == 0 {
		b, err := n.app.Brands.Make(ctx, n.actor, brand.Input{Name: "Orage", Zone: "UTC"})
		if err != nil {
			return err
		}
		brands = []brand.Brand{b}
	}
	n.brand = brands[0].ID
	n.actor, err = n.app.Team.ActorOf(ctx, p.ID)
	return err
}

func (n *node) routes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {})
	m.HandleFunc("POST /connect", answer(n.connect))
	m.HandleFunc("POST /schedule", answer(n.schedule))
	m.HandleFunc("GET /standing", answer(n.standing))
	return m
}

func answer[T any](do func(*http.Request) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := do(r)
		if err != nil {
			status := http.StatusInternalServerError // asked again
			if k := fault.Of(err); k == fault.Invalid || k == fault.Forbidden || k == fault.SignedOut {
				status = http.StatusUnprocessableEntity
			}
			http.Error(w, err.Error(), status)
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	}
}

func (n *node) connect(r *http.Request) (channel.Channel, error) {
	var in struct {
		Kind    network.Kind
		Answers []map[string]string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return channel.Channel{}, err
	}
	s, err := n.app.Channels.Begin(r.Context(), n.actor, n.brand, in.Kind, "")
	for _, a := range in.Answers {
		if err == nil {
			s, err = n.app.Channels.Answer(r.Context(), n.actor, n.brand, s.ID, a)
		}
	}
	return s.Channel, err
}

// schedule is safe to repeat: the post is found by its title, which is the key.
func (n *node) schedule(r *http.Request) (id.Post, error) {
	var in struct {
		Key, Text string
		Channels  []id.Channel
		At        time.Time
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return "", err
	}
	ctx := r.Context()
	found, err := n.app.Publishing.Posts(ctx, n.actor, n.brand, publishing.Filter{Text: in.Key}, "", 2)
	if err != nil {
		return "", err
	}
	var post publishing.Post
	if len(found.Items) > 0 {
		post, err = n.app.Publishing.Get(ctx, n.actor, n.brand, found.Items[0].ID)
	} else {
		variants := []publishing.Variant{}
		for _, c := range in.Channels {
			variants = append(variants, publishing.Variant{Channel: c})
		}
		post, err = n.app.Publishing.Create(ctx, n.actor, n.brand, publishing.Edit{Title: &in.Key, Text: &in.Text, Variants: &variants})
	}
	if err != nil {
		return "", err
	}
	pubs, err := n.app.Publishing.Publications(ctx, n.actor, n.brand, post.ID)
	if err != nil || len(pubs) > 0 {
		return post.ID, err
	}
	when := publishing.When{Now: !in.At.After(time.Now())}
	if when.Wall, err = clock.At(in.At, "UTC"); err != nil {
		return "", err
	}
	_, err = n.app.Publishing.Schedule(ctx, n.actor, n.brand, post.ID, post.Version, when)
	return post.ID, err
}

func (n *node) standing(r *http.Request) (map[id.Channel]map[string]string, error) {
	pubs, err := n.app.Publishing.Publications(r.Context(), n.actor, n.brand, id.Post(strings.TrimSpace(r.FormValue("post"))))
	out := map[id.Channel]map[string]string{}
	for _, p := range pubs {
		out[p.Channel] = map[string]string{"state": string(p.State), "problem": p.Problem}
	}
	return out, err
}

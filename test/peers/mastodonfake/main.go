// Command mastodonfake runs the strict fake Mastodon as a server of its own:
// for the browser, for crash storms, for a look at what was posted. When it is
// ready it prints one line of JSON: {"url", "user", "token", "dir", "pid"}.
//
// GET /_fake/statuses and /_fake/complaints say what it holds and what it
// found wrong; POST /_fake/spoil {"method","path","fault"} arms a fault
// (mastodontest.Fault), POST /_fake/heal disarms all.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"vigie/internal/networks/mastodon/mastodontest"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "host:port to listen on; port 0 takes a free one")
	token := flag.String("token", "", "access token of the person (required)")
	user := flag.String("user", "claire", "the person's name")
	dir := flag.String("dir", "", "keep what is posted in this directory; empty: in memory")
	gotosocial := flag.Bool("gotosocial", false, "behave like GoToSocial: Idempotency-Key ignored")
	polls := flag.Int("media-polls", 0, "how often a media says it is still processed")
	flag.Parse()
	if *token == "" {
		log.Fatal("mastodonfake: -token is required")
	}
	s, err := mastodontest.New(mastodontest.Options{Dir: *dir, GoToSocial: *gotosocial, MediaPolls: *polls})
	if err != nil {
		log.Fatal(err)
	}
	s.Person(*user, *token)
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	h := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		s.Release()
		_ = h.Close()
	}()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"url": "http://" + l.Addr().String(), "user": *user, "token": *token, "dir": *dir, "pid": os.Getpid(),
	})
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-ended
	_ = s.Close()
}

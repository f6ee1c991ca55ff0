package program

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// API speaks to /api/v1 as any other program would.
type API struct {
	// URL is where Vigie answers, without a slash at the end.
	URL string
	// Token is an API token of the person who speaks.
	Token string
}

// Refusal is an answer that is not a success.
type Refusal struct {
	Status int
	Body   string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%d: %s", r.Status, r.Body) }

// Raw is a body that is not JSON.
type Raw struct {
	Type string // Content-Type
	Body []byte
}

// Do sends in as JSON (nil for none, a Raw as it is) and reads the answer into
// out (nil to drop it). An answer of 400 or more is a *Refusal.
func (a API) Do(ctx context.Context, method, path string, in, out any) error {
	return a.Send(ctx, method, path, "", in, out)
}

// Once sends a POST until it is answered (an answer of 500 and more is none),
// through as many deaths of the program as come, under one idempotency key: it
// is done once.
func (a API) Once(ctx context.Context, path, key string, in, out any) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := a.Send(ctx, http.MethodPost, path, key, in, out)
		if r, refused := err.(*Refusal); err == nil || refused && r.Status < 500 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; last: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// Send is Do under an idempotency key (empty for none), once: it does not ask
// again.
func (a API) Send(ctx context.Context, method, path, key string, in, out any) error {
	var body io.Reader
	kind := "application/json"
	if raw, ok := in.(Raw); ok {
		body, kind = bytes.NewReader(raw.Body), raw.Type
	} else if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	url := path
	if strings.HasPrefix(path, "/") {
		url = a.URL + path
	}
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", kind)
	}
	if a.Token != "" {
		req.Header.Set("Authorization", "Bearer "+a.Token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 400 {
		return &Refusal{res.StatusCode, string(answer)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: %w in %.300s", method, path, err, answer)
	}
	return nil
}

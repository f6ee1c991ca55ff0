package storm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"vigie/test/program"
)

// Desk speaks to /api/v1 as a careful program does. Its verbs outlive the death
// of the nodes: they ask again, the next node too, until they are answered, and
// look before they do something a second time.
type Desk struct {
	// Nodes are the ways to Vigie, each with a token.
	Nodes []program.API
	// Brand is the id of the one brand.
	Brand string
	next  int
}

// Standing is what the API says of one publication.
type Standing struct {
	State, Problem string
	// Parts is how many parts it says to be on the network.
	Parts    int
	Attempts int
}

func (d *Desk) path(format string, args ...any) string {
	return "/api/v1/brands/" + d.Brand + fmt.Sprintf(format, args...)
}

// ask sends until it is answered. 429 and 5xx are no answers.
func (d *Desk) ask(ctx context.Context, method, path, key string, in, out any) error {
	for {
		err := d.Nodes[d.next%len(d.Nodes)].Send(ctx, method, path, key, in, out)
		var r *program.Refusal
		if err == nil || errors.As(err, &r) && r.Status < 500 && r.Status != http.StatusTooManyRequests {
			return err
		}
		d.next++
		if !pause(ctx, 100*time.Millisecond) {
			return fmt.Errorf("%w; last: %w", ctx.Err(), err)
		}
	}
}

// once does what must be done once: under a key, and with a look at whether it
// was done when the key's first request died with its node.
func (d *Desk) once(ctx context.Context, path, key string, in, out any, done func() (bool, error)) error {
	for try := 0; ; try++ {
		err := d.ask(ctx, http.MethodPost, path, fmt.Sprintf("%s-%d", key, try), in, out)
		var r *program.Refusal
		if !errors.As(err, &r) || r.Status != http.StatusConflict {
			return err
		}
		if ok, err := done(); ok || err != nil {
			return err
		}
		if !pause(ctx, 50*time.Millisecond) {
			return fmt.Errorf("%w; last: %w", ctx.Err(), err)
		}
	}
}

// Schedule plans one post on the channels, at this full minute of UTC, or at
// once when it has come. Its picture goes before it.
func (d *Desk) Schedule(ctx context.Context, post draft, channels []string, at time.Time) (id string, err error) {
	var variants []map[string]string
	for _, c := range channels {
		variants = append(variants, map[string]string{"channel": c})
	}
	words := map[string]any{"title": post.marker, "text": post.text(), "variants": variants}
	if post.picture {
		media, err := d.picture(ctx, post)
		if err != nil {
			return "", fmt.Errorf("picture: %w", err)
		}
		words["media"] = []map[string]string{{"id": media, "alt": "L’orage"}}
	}
	var made struct{ ID string }
	err = d.once(ctx, d.path("/posts"), post.marker+"-make", words, &made, func() (bool, error) {
		var found struct {
			Items []struct{ ID, Title string }
		}
		err := d.ask(ctx, http.MethodGet, d.path("/posts?q=%s", post.marker), "", nil, &found)
		for _, p := range found.Items {
			if p.Title == post.marker {
				made.ID = p.ID
			}
		}
		return made.ID != "", err
	})
	if err != nil {
		return "", err
	}
	when := map[string]any{"now": true}
	if time.Until(at) > time.Second {
		when = map[string]any{"local": at.UTC().Format("2006-01-02T15:04"), "zone": "UTC"}
	}
	return made.ID, d.once(ctx, d.path("/posts/%s/schedule", made.ID), post.marker+"-schedule", when, nil, func() (bool, error) {
		states, err := d.Standing(ctx, made.ID)
		return len(states) > 0, err
	})
}

// picture uploads a picture of its own for this post and waits until it was
// read. The same bytes are the same media: safe to repeat.
func (d *Desk) picture(ctx context.Context, post draft) (id string, err error) {
	img := image.NewRGBA(image.Rect(0, 0, 48, 36))
	for x := range 48 {
		for y := range 36 {
			img.Set(x, y, color.RGBA{uint8(post.number), uint8(post.number >> 8), uint8(x * y), 255})
		}
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", post.marker+".png")
	if err == nil {
		err = errors.Join(png.Encode(file, img), form.Close())
	}
	if err != nil {
		return "", err
	}
	var media struct{ ID, State, Problem string }
	err = d.ask(ctx, http.MethodPost, d.path("/media"), "", program.Raw{Type: form.FormDataContentType(), Body: body.Bytes()}, &media)
	for err == nil && media.State == "working" {
		if !pause(ctx, 500*time.Millisecond) {
			return "", fmt.Errorf("not read: %w", ctx.Err())
		}
		err = d.ask(ctx, http.MethodGet, d.path("/media/%s", media.ID), "", nil, &media)
	}
	if err == nil && media.State != "ready" {
		err = fmt.Errorf("%s: %s", media.State, media.Problem)
	}
	return media.ID, err
}

// Standing gives, for each channel of a post, how it stands there.
func (d *Desk) Standing(ctx context.Context, post string) (map[string]Standing, error) {
	var list struct {
		Items []struct {
			Channel, State, Problem string
			Sent                    []struct{}
			Attempts                int
		}
	}
	err := d.ask(ctx, http.MethodGet, d.path("/posts/%s/publications", post), "", nil, &list)
	out := map[string]Standing{}
	for _, p := range list.Items {
		out[p.Channel] = Standing{p.State, p.Problem, len(p.Sent), p.Attempts}
	}
	return out, err
}

// Open counts, by state, the publications that have not come to an end.
func (d *Desk) Open(ctx context.Context) (map[string]int, error) {
	var list struct{ Items []struct{ State string } }
	states := strings.Join([]string{"planned", "due", "sending", "unknown"}, ",")
	err := d.ask(ctx, http.MethodGet, d.path("/publications?limit=200&state=%s", states), "", nil, &list)
	out := map[string]int{}
	for _, p := range list.Items {
		out[p.State]++
	}
	return out, err
}

// Connect answers a network's sign-in, step after step.
func (d *Desk) Connect(ctx context.Context, kind string, answers ...map[string]string) (channel string, err error) {
	var s struct {
		ID      string
		Channel struct{ ID string }
	}
	err = d.ask(ctx, http.MethodPost, d.path("/channels/sign-in"), "", map[string]any{"network": kind}, &s)
	for _, a := range answers {
		if err == nil {
			err = d.ask(ctx, http.MethodPost, d.path("/channels/sign-in/%s/answers", s.ID), "", map[string]any{"answers": a}, &s)
		}
	}
	if err == nil && s.Channel.ID == "" {
		err = fmt.Errorf("%s: the sign-in has more steps", kind)
	}
	return s.Channel.ID, err
}

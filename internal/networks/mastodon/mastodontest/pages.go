package mastodontest

import (
	"bytes"
	"encoding/json"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"slices"
	"strings"
)

// The pages that a person sees when she opens a permalink.
var face = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px/1.5 sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem}article{border:1px solid #ccc;border-radius:8px;padding:1rem;margin:1rem 0}
img{max-width:100%}.invisible{font-size:0;line-height:0;position:absolute;width:0;height:0;overflow:hidden;display:inline-block}.ellipsis::after{content:"…"}</style>
<p><strong>{{.Domain}}</strong> is a strict fake Mastodon for tests; nobody reads it.</p><h1>{{.Title}}</h1>
{{range .Posts}}<article id="{{.ID}}"><p><a href="{{.URL}}">@{{.By}}</a> · {{.At}} · {{.Visibility}}</p>{{with .Spoiler}}<p><b>{{.}}</b></p>{{end}}<div>{{.Content}}</div>
{{range .Media}}<img src="{{.URL}}" alt="{{.Alt}}">{{end}}</article>{{end}}`))

type shownPost struct {
	ID, URL, By, At, Visibility, Spoiler string
	Content                              template.HTML
	Media                                []shownMedia
}

type shownMedia struct{ URL, Alt string }

func (s *Server) pageOf(w http.ResponseWriter, r *http.Request, title string, keep func(*Status, *Account) bool) {
	q := &request{s: s, w: w, r: r}
	s.mu.Lock()
	var posts []shownPost
	for _, st := range slices.Backward(s.statuses) {
		acc := s.accounts[st.Account]
		if st.Gone || st.Reblog != "" || !q.sees(st) || !keep(st, acc) {
			continue
		}
		p := shownPost{
			ID: st.ID, URL: "/@" + acc.Username + "/" + st.ID, By: acc.Username, At: stamp(st.Created),
			Visibility: st.Visibility, Spoiler: st.Spoiler, Content: template.HTML(q.render(st.Text)),
		}
		for _, id := range st.Media {
			p.Media = append(p.Media, shownMedia{"/media_files/" + id, s.media[id].Alt})
		}
		posts = append(posts, p)
	}
	s.mu.Unlock()
	if len(posts) == 0 && title != "" {
		w.WriteHeader(http.StatusNotFound)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var b bytes.Buffer
	_ = face.Execute(&b, map[string]any{"Title": title, "Domain": q.domain(), "Posts": posts})
	_, _ = w.Write(b.Bytes())
}

func (s *Server) statusPage(w http.ResponseWriter, r *http.Request) {
	name, at := strings.CutPrefix(r.PathValue("at"), "@")
	if !at {
		s.complain(r, "unknown route")
		http.NotFound(w, r)
		return
	}
	s.pageOf(w, r, "@"+name, func(st *Status, a *Account) bool { return a.Username == name && st.ID == r.PathValue("id") })
}

func (s *Server) personPage(w http.ResponseWriter, r *http.Request) {
	name, at := strings.CutPrefix(r.PathValue("at"), "@")
	if r.URL.Path == "/favicon.ico" || r.URL.Path == "/robots.txt" { // browsers ask
		http.NotFound(w, r)
		return
	}
	if !at {
		s.complain(r, "unknown route")
		http.NotFound(w, r)
		return
	}
	s.pageOf(w, r, "@"+name, func(_ *Status, a *Account) bool { return a.Username == name })
}

func (s *Server) frontPage(w http.ResponseWriter, r *http.Request) {
	s.pageOf(w, r, "", func(*Status, *Account) bool { return true })
}

func (s *Server) avatar(w http.ResponseWriter, r *http.Request) {
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{0x63, 0x64, 0xff, 0xff}), image.Point{}, draw.Src)
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, m)
}

// control is how a test in another process asks and spoils.
func (s *Server) control(m *http.ServeMux) {
	m.HandleFunc("GET /_fake/statuses", func(w http.ResponseWriter, r *http.Request) {
		out := []Status{}
		for _, p := range s.people() {
			out = append(out, s.Statuses(p)...)
		}
		reply(w, 200, out)
	})
	m.HandleFunc("GET /_fake/complaints", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, append([]string{}, s.Complaints()...))
	})
	m.HandleFunc("POST /_fake/spoil", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Method, Path string
			Fault        Fault
		}
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		s.Spoil(in.Method, in.Path, in.Fault)
		reply(w, 200, map[string]any{})
	})
	m.HandleFunc("POST /_fake/heal", func(w http.ResponseWriter, r *http.Request) {
		s.Heal()
		reply(w, 200, map[string]any{})
	})
}

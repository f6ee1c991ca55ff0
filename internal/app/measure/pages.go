package measure

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"vigie/internal/base/fault"
	"vigie/internal/brand"
	"vigie/internal/publishing"
)

// processor is the processor time that fn takes.
func processor(fn func() error) (time.Duration, error) {
	runtime.GC()
	before := used()
	err := fn()
	return used() - before, err
}

var vocabulary = strings.Fields("sablé palet beurre farine moulin four atelier recette marché automne Noël coffret boîte cannelle pomme caramel sel Bretagne port pont rivière festival concert école mairie match équipe carnet version mise jour serveur joueur quête marée phare brume extension direct équilibrage lecteur enquête portrait météo photo vote une dossier")

func saying(i int) string {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	var w []string
	for range 12 {
		w = append(w, vocabulary[r.IntN(len(vocabulary))])
	}
	return strings.Join(w, " ") + fmt.Sprintf(" n%d.", i)
}

// pages are the third to fifth rows: lists over many rows, next to the query
// they show and to /healthz, and what an idle instance costs.
func (b *bench) pages(ctx context.Context) error {
	a, err := b.open(ctx, "pages")
	if err != nil {
		return err
	}
	if _, err := a.Migrate(ctx); err != nil {
		a.Close()
		return err
	}
	br, channels, err := world(ctx, a, 4)
	if err == nil {
		// All but the month lies in the past, a few years of it.
		now := a.DB.Now()
		err = publishing.Seed(ctx, a.DB, br.ID, channels, b.size.Rows-b.size.Month, saying, func(i int) time.Time {
			return now.Add(-40*24*time.Hour - time.Duration(i)*time.Minute)
		})
		if err == nil {
			month := time.Date(now.Year(), now.Month(), 1, 8, 0, 0, 0, time.UTC).AddDate(0, 1, 0)
			err = publishing.Seed(ctx, a.DB, br.ID, channels, b.size.Month, saying, func(i int) time.Time {
				return month.Add(time.Duration(i) * 28 * 24 * time.Hour / time.Duration(b.size.Month))
			})
		}
	}
	a.Close()
	if err != nil {
		return err
	}
	if err := b.served(ctx, br); err != nil {
		return err
	}
	return b.ratio(ctx, br)
}

// served starts the program anew on the filled folder, in a process of its own,
// as its owner would.
func (b *bench) served(ctx context.Context, br brand.Brand) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	life, end := context.WithCancel(ctx)
	cmd := exec.CommandContext(life, self, "serve", "--no-open", "--data", b.dir+"/pages", "--addr", "127.0.0.1:0", "--log", "error")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		end()
		return err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		end()
		return err
	}
	defer func() { end(); _ = cmd.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	base := strings.TrimSpace(strings.TrimPrefix(line, "Vigie: "))
	if err != nil || !strings.HasPrefix(base, "http://") {
		return fault.New(fault.Internal, "").Becausef("the program did not say its address: %q %v", line, err)
	}
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	if err := get(ctx, client, base+"/sign-in"); err != nil {
		return err
	}
	first := time.Since(began)
	b.say(fmt.Sprintf("start to first page with %d rows", b.size.Rows), "≤ 50 ms", first <= 50*time.Millisecond, "%.0f ms", ms(first))
	time.Sleep(3 * time.Second) // idle is a state, not a moment
	if rss, ok := resident(cmd.Process.Pid); ok {
		b.say("idle memory", "≤ 40 MB", rss <= 40<<20, "%.0f MB", float64(rss)/(1<<20))
	}
	res, err := client.PostForm(base+"/sign-in", url.Values{"email": {Email}, "password": {Password}})
	if err != nil {
		return err
	}
	res.Body.Close()
	in := base + "/b/" + string(br.ID)
	month := time.Now().AddDate(0, 1, 0).Format("2006-01") + "-10"
	rows := []struct {
		what, path, budget string
		limit              time.Duration
		rate               int
	}{
		{"list of 50 publications", in + "/publications", "≤ 1 ms", time.Millisecond, b.size.Rate},
		{"full-text search", in + "/posts?q=", "≤ 4 ms", 4 * time.Millisecond, b.size.Rate},
		// Thousands of cards are a hundred times a list: at its rate nothing else would be measured.
		{fmt.Sprintf("calendar month of %d posts", b.size.Month), in + "/calendar?view=month&date=" + month, "a page", 0, max(1, b.size.Rate/50)},
	}
	for _, row := range rows {
		best := time.Duration(1 << 62)
		for range 3 {
			page, health, err := b.rate(ctx, client, base+"/healthz", row.path, row.rate)
			if err != nil {
				return fmt.Errorf("%s: %w", row.what, err)
			}
			best = min(best, page-health)
		}
		b.say(fmt.Sprintf("p99 at %d requests/s minus p99 of /healthz: %s", row.rate, row.what), row.budget, row.limit == 0 || best <= row.limit, "%.2f ms", ms(best))
	}
	return nil
}

func get(ctx context.Context, c *http.Client, to string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", to, nil)
	if err != nil {
		return err
	}
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != 200 || strings.HasSuffix(res.Request.URL.Path, "/sign-in") && !strings.HasSuffix(to, "/sign-in") {
		return fault.New(fault.Internal, "").Becausef("%s answered %d", to, res.StatusCode)
	}
	return nil
}

// rate asks for a page and for /healthz in turn, at a fixed rhythm whatever
// the answers take, and returns the 99th percentile of both.
func (b *bench) rate(ctx context.Context, c *http.Client, health, page string, rate int) (time.Duration, time.Duration, error) {
	var mu sync.Mutex
	var pages, healths []time.Duration
	var failed error
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for i := range max(20, b.size.Requests*rate/b.size.Rate) { // as long for all
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
		wg.Go(func() {
			to, into := page, &pages
			if i%5 == 4 {
				to, into = health, &healths
			} else if strings.HasSuffix(page, "q=") {
				to += url.QueryEscape(vocabulary[i%len(vocabulary)])
			}
			began := time.Now()
			err := get(ctx, c, to)
			took := time.Since(began)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
			}
			*into = append(*into, took)
		})
	}
	wg.Wait()
	return quantile(sorted(pages), .99), quantile(sorted(healths), .99), failed
}

// resident is the memory of a process as the system counts it; Linux only.
func resident(pid int) (int64, bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, false
	}
	var total, rss int64
	if _, err := fmt.Sscan(string(raw), &total, &rss); err != nil {
		return 0, false
	}
	return rss * int64(os.Getpagesize()), true
}

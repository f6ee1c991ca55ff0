package practice

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/network"
)

// TestMain turns the test's own binary into a process that publishes until it
// is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("VIGIE_TEST_PRACTICE_DIR"); dir != "" {
		publishUntilKilled(dir)
		return
	}
	os.Exit(m.Run())
}

func publishUntilKilled(dir string) {
	ctx := context.Background()
	store, err := OpenFileStore(dir)
	if err != nil {
		panic(err)
	}
	w, err := NewWorld(ctx, Config{Store: store, Latency: -1})
	if err != nil {
		panic(err)
	}
	a := &Account{world: w, handle: "kerlann", secret: secretOf("token")}
	var said sync.Mutex
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := range 100_000 {
				key := fmt.Sprintf("%d-%d-%d", os.Getpid(), worker, n)
				r, err := a.Publish(ctx, network.Intent{Key: key, Made: time.Now(), Text: key})
				if err != nil {
					panic(err)
				}
				said.Lock()
				fmt.Println(key, r.Ref)
				said.Unlock()
			}
		})
	}
	wg.Wait()
}

// T4: whatever was answered before a kill -9 stands afterwards, once.
func TestAKilledNetworkKeepsWhatItAnswered(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w := world(t, fileStore(t, dir))
	if err := w.write(t.Context(), record{Do: "join", Handle: "kerlann", Token: secretOf("token")}); err != nil {
		t.Fatal(err)
	}
	answered := map[string]string{}
	for round := range 3 {
		cmd := exec.CommandContext(t.Context(), exe)
		cmd.Env = append(os.Environ(), "VIGIE_TEST_PRACTICE_DIR="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if key, ref, ok := strings.Cut(lines.Text(), " "); ok {
				answered[key] = ref
			}
			if n == 50+round*30 {
				cmd.Process.Kill()
			}
		}
		cmd.Wait()
	}
	posts, err := world(t, fileStore(t, dir)).Posts(t.Context(), "kerlann")
	if err != nil {
		t.Fatal(err)
	}
	stands := map[string]string{}
	for _, p := range posts {
		if stands[p.Key] != "" {
			t.Errorf("%s stands twice", p.Key)
		}
		stands[p.Key] = string(p.Ref())
	}
	if len(answered) < 200 {
		t.Errorf("only %d answers", len(answered))
	}
	for key, ref := range answered {
		if stands[key] != ref {
			t.Errorf("%s was answered with %s and stands as %q", key, ref, stands[key])
		}
	}
}

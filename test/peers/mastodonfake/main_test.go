package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type ready struct{ URL, User, Token, Dir string }

func start(t *testing.T, bin, dir string) (ready, *exec.Cmd) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, "-token", "tok", "-dir", dir)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var r ready
	if err != nil || json.Unmarshal(line, &r) != nil || r.URL == "" {
		t.Fatalf("not ready: %q %v", line, err)
	}
	return r, cmd
}

// The storms count on it: what it said it took is there after its own death.
func TestWhatWasTakenSurvivesAKill(t *testing.T) {
	bin, dir := filepath.Join(t.TempDir(), "mastodonfake"), t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, cmd := start(t, bin, dir)
	req, _ := http.NewRequestWithContext(t.Context(), "POST", r.URL+"/api/v1/statuses", strings.NewReader("status=pris"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+r.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	_ = res.Body.Close()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	r, cmd = start(t, bin, dir)
	res, err = http.Get(r.URL + "/_fake/statuses")
	if err != nil {
		t.Fatal(err)
	}
	var got []struct{ Text string }
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || len(got) != 1 || got[0].Text != "pris" {
		t.Errorf("after the kill: %+v %v", got, err)
	}
	_ = res.Body.Close()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

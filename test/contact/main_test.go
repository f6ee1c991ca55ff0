package main

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPicturesOfOnePageAndStateShareASheet(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"day--full--fr--1440--light.png", "day--full--en--390--dark.png", "day--empty--fr--390--light.png"} {
		wide := 390
		if strings.Contains(name, "1440") {
			wide = 1440
		}
		if err := write(filepath.Join(dir, name), image.NewRGBA(image.Rect(0, 0, wide, 4000))); err != nil {
			t.Fatal(err)
		}
	}
	n, err := Sheets(dir)
	if err != nil || n != 2 {
		t.Fatalf("%d sheets, %v; want 2", n, err)
	}
	for _, want := range []string{"sheets/day--full.png", "sheets/day--empty.png", "index.html"} {
		if _, err := os.Stat(filepath.Join(dir, want)); err != nil {
			t.Error(err)
		}
	}
	f, err := os.Open(filepath.Join(dir, "sheets/day--full.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// Two languages: a row each, as wide as the desk is at a third.
	size, err := png.DecodeConfig(f)
	if err != nil || size.Width != 1440/3+2*gap || size.Height != 2*(label+tallest+gap)+gap {
		t.Errorf("the sheet is %d × %d, %v", size.Width, size.Height, err)
	}
}

package main

import (
	"image"
	"os"
	"path/filepath"
	"testing"
)

func TestPicturesOfOnePageAndStateShareASheet(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"day--full--fr--1440--light.png", "day--full--en--390--dark.png", "day--empty--fr--390--light.png"} {
		if err := write(filepath.Join(dir, name), image.NewRGBA(image.Rect(0, 0, 390, 4000))); err != nil {
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
	img, err := small(filepath.Join(dir, "sheets/day--full.png"))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != (3*gap+2*130)/scale {
		t.Errorf("two phones and three gaps make a sheet %d wide", img.Bounds().Dx()*scale)
	}
}

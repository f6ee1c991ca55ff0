package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// reading opens the reading of a post with a picture, in the example agency.
func reading(t *testing.T) *Person {
	t.Helper()
	p := Enter(t, "fr", Full)
	p.Go("/")
	p.Go("/b/" + strings.Split(p.Path(), "/")[2] + "/review")
	everythingIsRead(p)
	there := value(p, "find a post with a picture", chromedp.Evaluate[string](`(async () => {
		for (const a of document.querySelectorAll("#review-queue a.go")) {
			const page = new DOMParser().parseFromString(await (await fetch(a.href)).text(), "text/html")
			if (page.querySelector("[data-point]")) return new URL(a.href).pathname
		}
		return ""
	})()`, chromedp.EvalAwaitPromise))
	if there == "" {
		t.Fatal("no post of the example waits with a picture")
	}
	p.Go(there)
	return p
}

// P5: selecting words with the mouse and pressing the button binds the remark to
// them; what is typed by hand instead still does.
func TestSelectedWordsAreThePlaceOfARemark(t *testing.T) {
	Wanted(t)
	p := reading(t)
	p.Wide()
	words := value(p, "read the words", chromedp.Evaluate[string](`document.querySelector("[data-words]").textContent`))
	// From the third letter to the twelfth, wherever they stand.
	box := func(i int) string {
		return fmt.Sprintf(`(() => { const n = document.querySelector("[data-words]").firstChild; const r = document.createRange(); r.setStart(n, %d); r.setEnd(n, %d); const b = r.getBoundingClientRect(); return [b.left, b.top + b.height / 2] })()`, i, i+1)
	}
	x, y := p.middle(box(2))
	toX, toY := p.middle(box(12))
	p.drag(x+1, y, toX+1, toY)
	p.is("be offered a remark", `!document.querySelector("[data-pick]").hidden`)
	chosen := value(p, "read the selection", chromedp.Evaluate[string](`getSelection().toString()`))
	if chosen == "" || !strings.Contains(words, chosen) {
		t.Fatalf("selected %q of %q", chosen, words)
	}
	p.Click("button", "Remarquer")
	p.is("write it", `document.activeElement.name === "words"`)
	p.Press("Ce mot-là.")
	p.Click("button", "Envoyer la remarque")
	p.See("Ce mot-là.")
	if got := value(p, "read the mark", chromedp.Evaluate[string](`document.querySelector("[data-words] mark[data-n='1']")?.textContent ?? ""`)); strings.TrimSpace(got) != strings.TrimSpace(chosen) {
		t.Errorf("bound to %q, selected %q", got, chosen)
	}
	if got := value(p, "read the words", chromedp.Evaluate[string](`document.querySelector("[data-words]").textContent`)); got != words {
		t.Errorf("the words are %q, were %q", got, words)
	}
	shoot(p, "remark-words")
}

// P5: a point of a picture is touched, or moved with the arrows, and has a number
// on the picture and in the list.
func TestATouchedPointIsThePlaceOfARemark(t *testing.T) {
	Wanted(t)
	p := reading(t)
	p.Wide()
	x, y := p.middle(`(() => { const b = document.querySelector("[data-point]"); b.scrollIntoView({block: "center"}); const r = b.getBoundingClientRect(); return [r.left + r.width / 4, r.top + r.height / 2] })()`)
	p.drag(x, y, x, y)
	p.is("see the point", `document.querySelector("[data-point] .pin--new") === document.activeElement`)
	p.is("have it where it was touched", `Math.abs(document.querySelector("[data-remark]").elements.x.value - 25) < 1 && Math.abs(document.querySelector("[data-remark]").elements.y.value - 50) < 1`)
	shoot(p, "remark-point")
	// By keyboard: from the middle, three to the right, ten up.
	p.Click("button", "Placer un point")
	for range 3 {
		p.Press(kb.ArrowRight)
	}
	p.Press(kb.ArrowUp, chromedp.ModifierShift)
	p.is("move it", `document.querySelector("[data-remark]").elements.x.value === "53" && document.querySelector("[data-remark]").elements.y.value === "40"`)
	p.is("hear where it is", `document.querySelector("[data-placed]").textContent.includes("53")`)
	p.Press(kb.Enter)
	p.is("write it", `document.activeElement.name === "words"`)
	p.Press("Plus clair ici.")
	p.Click("button", "Envoyer la remarque")
	p.See("Plus clair ici.")
	p.is("see its number on the picture", `document.querySelector("[data-point] a.pin")?.textContent === "1" && document.querySelector("[data-point] a.pin").style.getPropertyValue("--x") === "53.0%"`)
	shoot(p, "remark-numbered")
	p.Narrow()
	if over := p.Overflow(); len(over) > 0 {
		t.Errorf("wider than the phone: %v", over)
	}
	shoot(p, "remark-numbered-390")
	p.Prefers("dark")
	shoot(p, "remark-numbered-390-dark")
}

// shoot keeps a picture when VIGIE_SHOTS names a directory.
func shoot(p *Person, name string) {
	if dir := os.Getenv("VIGIE_SHOTS"); dir != "" {
		p.Picture(filepath.Join(dir, name+".png"))
	}
}

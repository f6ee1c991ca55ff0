package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// I2, I3: a saved answer is put into the box by its key, without the mouse; it
// can be changed, leaves when the time to take it back has passed, and stands in
// her conversation, once.
func TestASavedAnswerIsPutIntoTheBoxAndLeaves(t *testing.T) {
	Wanted(t)
	p := Enter(t, "fr", Full)
	p.Go("/brands")
	brand := value(p, "find the first brand", chromedp.Evaluate[string](`document.querySelector('main a[href^="/b/"]').getAttribute("href").split("/")[2]`))
	p.Go("/b/" + brand + "/inbox?q=dimanche")
	p.is("see who asks about Sunday", `!!document.querySelector("#conversations .item")`)
	p.do(`document.querySelector("#conversations .item").click()`)
	p.is("see the conversation beside the list", `!!document.getElementById("inbox-text") && location.pathname.split("/").length === 5`)
	p.do(`document.activeElement?.blur()`)
	p.Press("s")
	p.is("be offered the hours first", `document.querySelector("#inbox-shelf[open] [data-shelf]")?.textContent.includes("trouvée par")`)
	words := value(p, "read it", chromedp.Evaluate[string](`document.querySelector("#inbox-shelf [data-shelf]").dataset.words`))
	p.is("stand on it", `document.activeElement?.matches("#inbox-shelf [data-shelf]")`)
	p.Press("\r")
	p.is("see its words in the box, and the shelf closed", `document.getElementById("inbox-text").value.trim().length > 20 && !document.querySelector("#inbox-shelf[open]") && document.activeElement === document.getElementById("inbox-text")`)
	p.do(`(() => { const a = document.getElementById("inbox-text"); a.value = a.value.replace(/\{[^{}]+\}/g, "") + " Zinnober."; a.dispatchEvent(new Event("input", {bubbles: true})) })()`)
	p.do(`document.getElementById("inbox-text").form.requestSubmit()`)
	p.is("see the box empty again", `document.readyState === "complete" && !document.getElementById("inbox-text")?.value.includes("Zinnober")`)
	p.Settle()
	p.until("find it in one conversation", func() bool {
		p.Go("/b/" + brand + "/inbox?state=all&q=zinnober")
		return value(p, "count", chromedp.Evaluate[int](`document.querySelectorAll("#conversations .item").length`)) == 1
	})
	p.do(`document.querySelector("#conversations .item").click()`)
	p.is("see it there once", `[...document.querySelectorAll("#inbox-thread .msg")].filter(m => m.textContent.includes("Zinnober.")).length === 1`)
	if len(words) < 20 {
		t.Errorf("the saved answer said %q", words)
	}
}

package browser

import "testing"

// marked is the words that are underlined in the text, in order.
const marked = `[...document.querySelectorAll(".edit-marks .find")].map(x => x.textContent).join(" ")`

// finding is the line of the list that is about a word.
func finding(word, inside string) string {
	return `[...document.querySelectorAll("[data-finding]")].find(li => li.textContent.includes("` + word + `"))?.querySelector("` + inside + `")`
}

// P7: faults are underlined as one types, each under its own letters; a
// suggestion is typed in the place of the word, so that undo takes it back; a
// word of the house is learnt once and for the whole brand.
func TestFaultsAreUnderlinedAsOneTypes(t *testing.T) {
	Wanted(t)
	p, base := writing(t)
	p.Type("Texte commun", "Un evenement autour de la krouadenn.")
	p.is("see both words underlined, and they alone", marked+` === "evenement krouadenn"`)
	p.is("see the underline under the very letters", `(() => {
		const area = document.getElementById("text"), back = area.previousElementSibling
		const a = area.getBoundingClientRect(), b = back.getBoundingClientRect(), s = getComputedStyle
		return a.left === b.left && a.top === b.top && a.width === b.width && s(area).font === s(back).font && back.textContent.trimEnd() === area.value
	})()`)

	// The marks follow what is typed before them, without asking anybody.
	p.do(`(() => { const a = document.getElementById("text"); a.focus(); a.setSelectionRange(0, 0); document.execCommand("insertText", false, "Demain, ") })()`)
	p.is("see the marks where the words went", marked+` === "evenement krouadenn" && document.getElementById("text").value.startsWith("Demain, Un ")`)

	p.is("be offered the word", finding("evenement", "[data-find-with]")+`?.dataset.findWith.normalize() === "événement"`)
	p.do(finding("evenement", "[data-find-with]") + `.click()`)
	p.is("see it corrected, and nothing else", `document.getElementById("text").value === "Demain, Un événement autour de la krouadenn."`)
	p.is("see the other alone underlined", marked+` === "krouadenn"`)
	p.do(`document.execCommand("undo")`)
	p.is("take the correction back", `document.getElementById("text").value === "Demain, Un evenement autour de la krouadenn."`)
	p.is("see both underlined again", marked+` === "evenement krouadenn"`)
	p.do(`document.execCommand("redo")`)
	p.is("see it corrected for good", marked+` === "krouadenn"`)

	p.do(finding("krouadenn", "[data-find-learn]") + `.click()`)
	p.is("see nothing underlined", `document.querySelectorAll(".edit-marks .find").length === 0`)
	p.saved()
	p.Go(base + "/posts/new")
	p.Type("Texte commun", "Des krouadennou et une krouadenn, un evenement.")
	p.is("see that the brand knows its word elsewhere, and it alone", marked+` === "krouadennou evenement"`)
}

package browser

import "github.com/chromedp/chromedp"

// importSends gives the form of the page a file with this content and sends it.
func importSends(p *Person, content string) {
	p.tb.Helper()
	p.must("send a file", chromedp.Evaluate[chromedp.Void](`(() => {
		const data = new DataTransfer()
		data.items.add(new File([`+"`"+content+"`"+`], "planning.csv", {type: "text/csv"}))
		const form = document.getElementById("import-drop")
		form.querySelector("input[type=file]").files = data.files
		form.requestSubmit()
	})()`))
	p.Settle()
}

// importRefused sends what is no table.
func importRefused(p *Person) {
	p.tb.Helper()
	p.Tolerate("status of 4")
	importSends(p, "%PDF-1.7")
	p.See("CSV")
}

// importReported sends a planning with a question, a bad row and a column that
// nobody knows.
func importReported(p *Person) {
	p.tb.Helper()
	importSends(p, "Date;Heure;Texte;Canal;Tableau\n03/11/2031;09:00;Bonjour;Ma page;x\nmardi;10:00;Quand ?;Ma page;\n")
	p.See("Tableau")
}

// bulkAsked looks at what a change would do to the first posts of the list.
func bulkAsked(p *Person) {
	p.tb.Helper()
	p.must("choose posts", chromedp.Evaluate[chromedp.Void](`(() => {
		const q = new URLSearchParams([...document.querySelectorAll("#cal [data-post]")].slice(0, 5).map(c => ["post", c.dataset.post]))
		location.href = "/b/" + document.body.dataset.brand + "/bulk?" + q
	})()`))
	p.Settle()
	p.until("see the form of a change", func() bool {
		return value(p, "look for the form", chromedp.Evaluate[bool](`!!document.querySelector("[name=find]")`))
	})
	p.must("ask", chromedp.Evaluate[chromedp.Void](`(() => {
		document.querySelector("[name=find]").value = "le"
		document.querySelector("[name=whole]").checked = true
		document.querySelector("[name=with]").value = "notre"
		document.querySelector("[name=do][value=preview]").click()
	})()`))
	p.Settle()
	p.until("see what would change", func() bool {
		return value(p, "look for the plan", chromedp.Evaluate[bool](`!!document.querySelector("[data-bulk]")`))
	})
}

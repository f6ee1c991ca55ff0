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

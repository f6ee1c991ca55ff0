package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// What axe is asked: WCAG 2.2 A and AA, which is what RGAA asks for too, and
// its best practices, since they are what people using a keyboard notice.
const axeRun = `axe.run(document, {
	resultTypes: ["violations"],
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}).then(r => JSON.stringify(r.violations.map(v => ({
	id: v.id, impact: v.impact, help: v.help,
	nodes: v.nodes.slice(0, 5).map(n => n.target.join(" ") + " — " + n.failureSummary.replace(/\s+/g, " "))
}))))`

// Violation is one rule of axe that the page breaks, with where.
type Violation struct {
	ID, Impact, Help string
	Nodes            []string
}

func (v Violation) String() string {
	return fmt.Sprintf("axe %s (%s): %s\n\t%s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n\t"))
}

var axe = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile(os.Getenv("VIGIE_AXE"))
	return string(source), err
})

// Axe runs the accessibility rules on the page as it stands. The script comes
// in through the debugger, so the page's own content security policy stays on.
func (p *Person) Axe() []Violation {
	p.tb.Helper()
	source, err := axe()
	if err != nil {
		p.tb.Skipf("VIGIE_AXE does not name axe.min.js (./check setup installs it): %v", err)
	}
	p.must("bring axe", chromedp.Evaluate[chromedp.Void](`if (!window.axe) {`+source+"\n}"))
	answer := value(p, "run axe", chromedp.Evaluate[string](axeRun, chromedp.EvalAwaitPromise))
	var found []Violation
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		p.tb.Fatalf("axe answered %q: %v", answer, err)
	}
	return found
}

// Overflow names what sticks out sideways, or nothing when the page fits its
// window: a phone must never scroll sideways.
func (p *Person) Overflow() []string {
	p.tb.Helper()
	return value(p, "measure the page", chromedp.Evaluate[[]string](`(() => {
		const wide = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= wide) return []
		const out = []
		for (const e of document.body.querySelectorAll("*")) {
			const r = e.getBoundingClientRect()
			if (r.width > 0 && r.right > wide + 1) {
				out.push(e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className?.baseVal === undefined && e.className ? "." + e.className.trim().split(/\s+/).join(".") : "") + " ends at " + Math.round(r.right))
			}
		}
		return out.length ? out.slice(0, 8) : ["the page is " + document.documentElement.scrollWidth + " wide"]
	})()`))
}

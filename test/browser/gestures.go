package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Click presses what has this role and this accessible name ("button",
// "Publier"), once it is visible, enabled and not covered.
func (p *Person) Click(role, name string) {
	p.tb.Helper()
	var x, y float64
	p.until(fmt.Sprintf("click the %s “%s”", role, name), func() bool {
		at, err := p.spot(role, name)
		x, y = at[0], at[1]
		return err == nil
	})
	p.must("click", chromedp.MouseClickXY(x, y))
	p.Settle()
}

// Fill replaces what stands in the field with this label. Roles: textbox,
// searchbox, combobox, spinbutton; date and time fields by their label too.
func (p *Person) Fill(label, text string) {
	p.tb.Helper()
	p.focus(label)
	p.must("empty the field", chromedp.Evaluate[chromedp.Void](`(() => {
		const e = document.activeElement
		if (e.select) e.select()
		else document.getSelection().selectAllChildren(e)
	})()`))
	if text == "" {
		p.must("empty the field", chromedp.KeyEvent("\b"))
		return
	}
	// Dates and times are typed in an order that depends on the browser's own language: set them whole.
	if value(p, "look at the field", chromedp.Evaluate[bool](`["date","time","datetime-local","month","week","color","range"].includes(document.activeElement.type)`)) {
		p.must("set the field", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
			const e = document.activeElement
			e.value = %q
			e.dispatchEvent(new Event("input", {bubbles: true}))
			e.dispatchEvent(new Event("change", {bubbles: true}))
		})()`, text)))
		return
	}
	p.must("type", chromedp.KeyEvent(text))
}

// Type adds to what stands in the field with this label, key by key.
func (p *Person) Type(label, text string) {
	p.tb.Helper()
	p.focus(label)
	p.must("type", chromedp.KeyEvent(text))
}

// Choose picks the option with this text in the select with this label.
func (p *Person) Choose(label, option string) {
	p.tb.Helper()
	p.focus(label)
	found := value(p, "choose "+option, chromedp.Evaluate[bool](fmt.Sprintf(`(() => {
		const e = document.activeElement
		const o = [...(e.options ?? [])].find(o => o.text.trim() === %q || o.value === %q)
		if (!o) return false
		e.value = o.value
		e.dispatchEvent(new Event("input", {bubbles: true}))
		e.dispatchEvent(new Event("change", {bubbles: true}))
		return true
	})()`, option, option)))
	if !found {
		p.fail("choose "+option, errors.New("no such option"))
	}
	p.Settle()
}

// Press sends keys to whatever has the focus, modifiers first: Press("k", Ctrl).
func (p *Person) Press(keys string, modifiers ...chromedp.Modifier) {
	p.tb.Helper()
	p.must("press "+keys, chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// Upload puts files into the file field that the CSS selector names: such
// fields are often hidden behind a button, so they have no role of their own.
func (p *Person) Upload(selector string, files ...string) {
	p.tb.Helper()
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			p.tb.Fatal(err)
		}
		files[i] = abs
	}
	p.must("upload", chromedp.SetUploadFiles(chromedp.CSS(selector), files, chromedp.NodeReady))
	p.Settle()
}

// See waits until the text stands somewhere on the visible page. Spaces of
// all widths count as one space.
func (p *Person) See(text string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("see “%s”", text), func() bool { return strings.Contains(p.Text(), plain(text)) })
}

// DontSee waits until the text is gone from the visible page.
func (p *Person) DontSee(text string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("no longer see “%s”", text), func() bool { return !strings.Contains(p.Text(), plain(text)) })
}

// Sees says whether the text stands on the page now.
func (p *Person) Sees(text string) bool { return strings.Contains(p.Text(), plain(text)) }

// Text is the whole visible text of the page, spaces made plain.
func (p *Person) Text() string {
	p.tb.Helper()
	return plain(value(p, "read the page", chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`)))
}

// Links are the targets of all links of the page, as paths of the site.
func (p *Person) Links() []string {
	p.tb.Helper()
	return value(p, "read the links", chromedp.Evaluate[[]string](
		`[...document.querySelectorAll("a[href]")].filter(a => a.origin === location.origin).map(a => a.pathname + a.search)`))
}

// Has says whether something with this role and name is on the page now.
func (p *Person) Has(role, name string) bool {
	_, err := p.find(role, name)
	return err == nil
}

var fieldRoles = []string{"textbox", "searchbox", "combobox", "spinbutton", "listbox", "checkbox", "radio", "switch", "slider", "Date", "InputTime", "DateTime"}

func (p *Person) focus(label string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("put the cursor into “%s”", label), func() bool {
		for _, role := range fieldRoles {
			id, err := p.find(role, label)
			if err != nil {
				continue
			}
			ok, err := p.onNode(id, `function() { this.focus(); return document.activeElement === this ? [1] : [] }`)
			return err == nil && len(ok) == 1
		}
		return false
	})
}

var errAbsent = errors.New("not on the page")

// find asks Chromium's accessibility tree, so a control without a name a
// screen reader could say is not found either.
func (p *Person) find(role, name string) (cdp.BackendNodeID, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	doc, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject](`document`))
	if err != nil {
		return 0, err
	}
	found, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: doc.ObjectID, Role: role})
	if err != nil {
		return 0, err
	}
	for _, n := range found.Nodes {
		var says string
		if n.Ignored || n.Name == nil || json.Unmarshal(n.Name.Value, &says) != nil {
			continue
		}
		if plain(says) == plain(name) {
			return n.BackendDOMNodeID, nil
		}
	}
	return 0, errAbsent
}

// spot gives the middle of a control that can be pressed now.
func (p *Person) spot(role, name string) ([2]float64, error) {
	id, err := p.find(role, name)
	if err != nil {
		return [2]float64{}, err
	}
	at, err := p.onNode(id, `function() {
		this.scrollIntoView({block: "center", inline: "center", behavior: "instant"})
		const r = this.getBoundingClientRect()
		const x = r.x + r.width / 2, y = r.y + r.height / 2
		const top = document.elementFromPoint(x, y)
		const label = this.labels?.[0]
		if (this.disabled || r.width === 0 || !top) return []
		return this.contains(top) || top.contains(this) || label?.contains(top) ? [x, y] : []
	}`)
	if err != nil || len(at) != 2 {
		return [2]float64{}, errors.Join(errAbsent, err)
	}
	return [2]float64(at), nil
}

// onNode calls a function of the page with this = the node.
func (p *Person) onNode(id cdp.BackendNodeID, function string) ([]float64, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	node, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id})
	if err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.CallFunctionOn[[]float64](function,
		func(c *runtime.CallFunctionOnParams) { c.ObjectID = node.Object.ObjectID }))
}

// Picture writes what she sees, the whole length of the page, as a PNG file.
func (p *Person) Picture(path string) {
	p.tb.Helper()
	// The window is made as long as the page: in a picture that is only longer
	// than the window, what sticks to its edges would stand in the middle.
	w, h, phone := p.width, p.height, p.phone
	long := value(p, "measure the page", chromedp.Evaluate[int64](`document.documentElement.scrollHeight`))
	p.size(w, max(h, min(long, 6000)), phone)
	p.Settle()
	png := value(p, "take a picture", chromedp.CaptureScreenshot())
	p.size(w, h, phone)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.tb.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		p.tb.Fatal(err)
	}
}

// fail ends the test with what she saw: the address, the text, and a picture
// when VIGIE_SHOTS names a directory.
func (p *Person) fail(what string, err error) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	at, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText.slice(0, 1500) : ""`))
	if dir := os.Getenv("VIGIE_SHOTS"); dir != "" {
		if png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
			name := strings.Map(func(r rune) rune {
				if strings.ContainsRune(`/\: `, r) {
					return '-'
				}
				return r
			}, p.tb.Name())
			_ = os.MkdirAll(filepath.Join(dir, "failed"), 0o755)
			_ = os.WriteFile(filepath.Join(dir, "failed", name+".png"), png, 0o644)
		}
	}
	p.tb.Fatalf("%s cannot %s: %v\nat %s she sees:\n%s", p.Name, what, err, at, text)
}

// plain makes every run of spaces, narrow and non-breaking ones included, one
// space: tests are written with an ordinary keyboard.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

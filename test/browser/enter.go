package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"vigie/test/program"
)

// Claire is the person of the tests; Password is hers.
const (
	Email    = "claire@example.org"
	Password = "une phrase que personne ne devine"
)

// Enter brings somebody in front of a Vigie of her own, in the state a walk
// asks for. env is added to the program's environment, as KEY=value.
func Enter(t *testing.T, language string, state State, env ...string) *Person {
	t.Helper()
	vigie := program.Start(t, program.Config{Env: append([]string{"VIGIE_PRACTICE_LATENCY=1ms", "VIGIE_LOG=warn"}, env...)})
	p := Someone(t, vigie.URL, "claire")
	p.Speaks(language)
	switch state {
	case First:
	case Outside:
		// The account is made in another window: this one stays outside.
		other := Someone(t, vigie.URL, "claire elsewhere")
		other.Speaks(language)
		other.MakeFirstAccount()
	case Full:
		p.Go("/welcome")
		p.Submit("/welcome/example", nil)
		// She who looked round begins for real and keeps the example's brands.
		p.MakeFirstAccount()
	case Empty, Broken:
		p.MakeFirstAccount()
		p.MakeBrand("Biscuiterie du Port")
	}
	return p
}

// MakeFirstAccount fills in the first page.
func (p *Person) MakeFirstAccount() {
	p.tb.Helper()
	p.Go("/welcome")
	p.Submit("/welcome", map[string]string{"name": "Claire Le Goff", "email": Email, "password": Password})
	p.Arrive("/brands", "/b/")
}

// MakeBrand makes a brand by its form.
func (p *Person) MakeBrand(name string) {
	p.tb.Helper()
	p.Go("/brands/new")
	p.Submit("/brands/new", map[string]string{"name": name})
	p.Arrive("/b/")
}

// SignIn fills in the page of that name.
func (p *Person) SignIn(email, password string) {
	p.tb.Helper()
	p.Go("/sign-in")
	p.Submit("/sign-in", map[string]string{"email": email, "password": password})
}

// Submit fills fields of the form that is sent to this path, by their names, and
// presses its button. It is for what a test must get through in any language; a
// test of the page itself goes by role and label.
func (p *Person) Submit(action string, fields map[string]string) {
	p.tb.Helper()
	form := fmt.Sprintf(`[...document.forms].find(f => new URL(f.action).pathname === %q && f.method === "post")`, action)
	p.until("find the form of "+action, func() bool {
		return value(p, "look for a form", chromedp.Evaluate[bool]("!!"+form))
	})
	for name, text := range fields {
		found := value(p, "fill "+name, chromedp.Evaluate[bool](fmt.Sprintf(`(() => {
			const e = %s.elements[%q]
			if (!e) return false
			e.value = %q
			for (const t of ["input", "change"]) e.dispatchEvent(new Event(t, {bubbles: true}))
			return true
		})()`, form, name, text)))
		if !found {
			p.fail("fill "+name, fmt.Errorf("the form of %s has no such field", action))
		}
	}
	before := value(p, "note the moment", chromedp.Evaluate[float64](`performance.timeOrigin`))
	p.must("send the form", chromedp.Evaluate[chromedp.Void](form+`.requestSubmit()`))
	p.until("see the answer", func() bool {
		return value(p, "look at the page", chromedp.Evaluate[bool](fmt.Sprintf(
			`document.readyState === "complete" && (performance.timeOrigin !== %f || !document.querySelector(".htmx-request"))`, before)))
	})
	p.Settle()
}

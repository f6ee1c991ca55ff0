package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// planned brings Claire in front of a calendar with posts scheduled next week,
// and gives back the path of that week.
func planned(t *testing.T, titles map[string]string) (*Person, string, time.Time) {
	t.Helper()
	p := Enter(t, "fr", Empty)
	// Monday of next week: no hour of it is past, whenever the test runs.
	now := time.Now()
	monday := now.AddDate(0, 0, 7-(int(now.Weekday())+6)%7)
	var posts []string
	for title, at := range titles {
		day, hour, _ := strings.Cut(at, " ")
		var n int
		fmt.Sscan(day, &n)
		posts = append(posts, fmt.Sprintf("[%q, %q]", title, monday.AddDate(0, 0, n).Format("2006-01-02")+"T"+hour))
	}
	base := value(p, "plan posts", chromedp.Evaluate[string](`(async () => {
		const ask = async (method, path, body) => {
			const r = await fetch(path, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)})
			if (!r.ok) throw new Error(path + ": " + await r.text())
			return r.json()
		}
		const brand = (await ask("GET", "/api/v1/brands")).items[0].id
		const base = "/api/v1/brands/" + brand
		let step = await ask("POST", base + "/channels/sign-in", {network: "practice"})
		for (let i = 0; i < 5 && step.step?.id !== "done"; i++) {
			const answers = {}
			for (const f of step.step.fields ?? []) answers[f.name] = f.default || ""
			answers.handle = "kerlann"
			step = await ask("POST", base + "/channels/sign-in/" + step.id + "/answers", {answers})
		}
		const channel = (await ask("GET", base + "/channels")).items[0].id
		for (const [title, local] of [`+strings.Join(posts, ",")+`]) {
			const made = await ask("POST", base + "/posts", {title, text: title, variants: [{channel}]})
			await ask("POST", base + "/posts/" + made.id + "/schedule", {local})
		}
		return "/b/" + brand
	})()`, chromedp.EvalAwaitPromise))
	return p, base + "/calendar?view=week&date=" + monday.Format("2006-01-02"), monday
}

// stands is the hour at which the calendar shows a post, empty when it does not.
func (p *Person) stands(title string) string {
	p.tb.Helper()
	return value(p, "look for a card", chromedp.Evaluate[string](fmt.Sprintf(`(() => {
		const c = [...document.querySelectorAll("#cal a[data-post]")].find(c => c.offsetParent && c.textContent.includes(%q))
		return c && !c.matches("[data-grab]") ? c.dataset.at : ""
	})()`, title)))
}

func (p *Person) untilAt(title, local string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("see “%s” at %s", title, local), func() bool { return p.stands(title) == local })
}

// takesBack undoes the last gesture; the page is read anew, and keys pressed
// while it leaves would be lost.
func (p *Person) takesBack() {
	p.tb.Helper()
	p.Press("z")
	p.See("C’est annulé : tout est comme avant.")
	p.Settle()
}

// middle is where a card, or an hour of a day, is on the screen.
func (p *Person) middle(script string) (x, y float64) {
	p.tb.Helper()
	at := value(p, "measure", chromedp.Evaluate[[]float64](script))
	if len(at) != 2 {
		p.fail("measure", fmt.Errorf("nothing there: %s", script))
	}
	return at[0], at[1]
}

func cardAt(title string) string {
	return fmt.Sprintf(`(() => { const c = [...document.querySelectorAll("#cal a[data-post]")].find(c => c.offsetParent && c.textContent.includes(%q)); c.scrollIntoView({block: "center"}); const r = c.getBoundingClientRect(); return [r.x + 20, r.y + 10] })()`, title)
}

// drag takes the mouse from one point to another by small steps.
func (p *Person) drag(x, y, toX, toY float64) {
	p.tb.Helper()
	send := func(kind input.DispatchMouseEventType, x, y float64) {
		buttons := int64(1)
		if kind == input.DispatchMouseEventTypeMouseReleased {
			buttons = 0
		}
		_, err := chromedp.Call(p.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1})
		if err != nil {
			p.tb.Fatal(err)
		}
	}
	send(input.DispatchMouseEventTypeMousePressed, x, y)
	for i := 1; i <= 8; i++ {
		f := float64(i) / 8
		send(input.DispatchMouseEventTypeMouseMoved, x+(toX-x)*f, y+(toY-y)*f)
	}
	send(input.DispatchMouseEventTypeMouseReleased, toX, toY)
}

// P4: a post is dragged to another day and hour, is there at once and after a
// reload, and the undo takes it back.
func TestAPostIsDraggedAndUndone(t *testing.T) {
	Wanted(t)
	p, week, monday := planned(t, map[string]string{"Les sablés": "1 12:15"})
	p.Go(week)
	day := func(n int) string { return monday.AddDate(0, 0, n).Format("2006-01-02") }
	p.untilAt("Les sablés", day(1)+"T12:15")
	x, y := p.middle(cardAt("Les sablés"))
	toX, _ := p.middle(fmt.Sprintf(`(() => { const r = document.querySelector('.cal-d[data-day="%s"]').getBoundingClientRect(); return [r.x + r.width / 2, 0] })()`, day(3)))
	rem := 16.0
	p.drag(x, y, toX, y+8*.71875*rem) // eight quarters down
	p.untilAt("Les sablés", day(3)+"T14:15")
	p.See("Déplacée au")
	p.Reload()
	p.untilAt("Les sablés", day(3)+"T14:15")
	// Again, and back by Z.
	x, y = p.middle(cardAt("Les sablés"))
	p.drag(x, y, x, y-4*.71875*rem)
	p.untilAt("Les sablés", day(3)+"T13:15")
	p.takesBack()
	p.untilAt("Les sablés", day(3)+"T14:15")
	// A month keeps the hour.
	p.Go(strings.Replace(week, "view=week", "view=month", 1))
	x, y = p.middle(cardAt("Les sablés"))
	toX, toY := p.middle(fmt.Sprintf(`(() => { const r = document.querySelector('.month-d[data-day="%s"]').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`, day(1)))
	p.drag(x, y, toX, toY)
	p.untilAt("Les sablés", day(1)+"T14:15")
}

// P4, T2: what the mouse does, keys do: M, arrows, Enter; Escape puts back.
func TestAPostIsMovedByKeys(t *testing.T) {
	Wanted(t)
	p, week, monday := planned(t, map[string]string{"Les sablés": "1 12:15", "Crumble": "2 09:00"})
	p.Go(week)
	day := func(n int) string { return monday.AddDate(0, 0, n).Format("2006-01-02") }
	p.Press("j")
	p.until("have the focus on a post", func() bool {
		return value(p, "look", chromedp.Evaluate[bool](`!!document.activeElement.dataset.post`))
	})
	for range 3 {
		if strings.Contains(value(p, "look", chromedp.Evaluate[string](`document.activeElement.textContent`)), "Les sablés") {
			break
		}
		p.Press("j")
	}
	p.Press("m")
	p.See("Entrée pour poser")
	for _, key := range []string{kb.ArrowRight, kb.ArrowDown, kb.ArrowDown} {
		p.Press(key)
	}
	p.See("12:45")
	p.Press(kb.Enter)
	p.untilAt("Les sablés", day(2)+"T12:45")
	if at := value(p, "look", chromedp.Evaluate[string](`document.activeElement.textContent`)); !strings.Contains(at, "Les sablés") {
		t.Errorf("the focus is on %q", at)
	}
	p.Press("m")
	p.Press(kb.ArrowUp)
	p.Press(kb.Escape)
	p.untilAt("Les sablés", day(2)+"T12:45")
	p.takesBack()
	p.untilAt("Les sablés", day(1)+"T12:15")
	// Elsewhere M is the month.
	p.do(`document.activeElement.blur()`)
	p.Press("m")
	p.is("see the month", `!!document.querySelector("[data-cal=month]")`)
}

// P4: several posts are chosen and moved, or binned, together; one undo brings
// all of them back.
func TestSeveralPostsMoveTogether(t *testing.T) {
	Wanted(t)
	p, week, monday := planned(t, map[string]string{"Les sablés": "1 12:15", "Crumble": "2 09:00", "Palets": "4 18:00"})
	p.Go(week)
	day := func(n int) string { return monday.AddDate(0, 0, n).Format("2006-01-02") }
	for _, title := range []string{"Les sablés", "Crumble"} {
		x, y := p.middle(cardAt(title))
		p.must("click with Ctrl", chromedp.MouseClickXY(x, y, chromedp.ButtonModifiers(chromedp.ModifierCtrl)))
	}
	p.See("Choisies : 2")
	x, y := p.middle(cardAt("Crumble"))
	toX, _ := p.middle(fmt.Sprintf(`(() => { const r = document.querySelector('.cal-d[data-day="%s"]').getBoundingClientRect(); return [r.x + r.width / 2, 0] })()`, day(3)))
	p.drag(x, y, toX, y)
	p.untilAt("Crumble", day(3)+"T09:00")
	p.untilAt("Les sablés", day(2)+"T12:15")
	p.untilAt("Palets", day(4)+"T18:00")
	p.See("2 publications déplacées")
	p.takesBack()
	p.untilAt("Crumble", day(2)+"T09:00")
	p.untilAt("Les sablés", day(1)+"T12:15")
	// By keys: X chooses, the bar bins.
	for _, title := range []string{"Les sablés", "Palets"} {
		p.must("focus", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`[...document.querySelectorAll("#cal a[data-post]")].find(c => c.offsetParent && c.textContent.includes(%q)).focus()`, title)))
		p.Press("x")
	}
	p.Click("button", "Mettre à la corbeille")
	p.until("see them gone", func() bool { return p.stands("Les sablés") == "" && p.stands("Palets") == "" })
	p.takesBack()
	p.untilAt("Les sablés", day(1)+"T12:15")
	p.untilAt("Palets", day(4)+"T18:00")
}

// T1: what another person does is there without a reload.
func TestAMoveIsSeenByTheOthers(t *testing.T) {
	Wanted(t)
	p, week, monday := planned(t, map[string]string{"Les sablés": "1 12:15"})
	other := Someone(t, p.base, "yann")
	other.SignIn(Email, Password)
	other.Arrive("/b/", "/brands")
	other.Go(week)
	day := func(n int) string { return monday.AddDate(0, 0, n).Format("2006-01-02") }
	other.untilAt("Les sablés", day(1)+"T12:15")
	p.Go(week)
	x, y := p.middle(cardAt("Les sablés"))
	toX, _ := p.middle(fmt.Sprintf(`(() => { const r = document.querySelector('.cal-d[data-day="%s"]').getBoundingClientRect(); return [r.x + r.width / 2, 0] })()`, day(4)))
	p.drag(x, y, toX, y)
	p.untilAt("Les sablés", day(4)+"T12:15")
	other.untilAt("Les sablés", day(4)+"T12:15")
}

// P4: on a phone, a long press picks a post up; another day keeps its hour.
func TestAFingerMovesAPost(t *testing.T) {
	Wanted(t)
	p, week, monday := planned(t, map[string]string{"Les sablés": "0 12:15"})
	p.Narrow()
	p.Go(week)
	day := func(n int) string { return monday.AddDate(0, 0, n).Format("2006-01-02") }
	p.untilAt("Les sablés", day(0)+"T12:15")
	x, y := p.middle(cardAt("Les sablés"))
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		if points == nil {
			points = []*input.TouchPoint{}
		}
		if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points}); err != nil {
			t.Fatal(err)
		}
	}
	touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
	p.until("hold the post", func() bool {
		return value(p, "look", chromedp.Evaluate[bool](`"dragging" in document.documentElement.dataset`))
	})
	toX, toY := p.middle(fmt.Sprintf(`(() => { const r = document.querySelector('.cal-d[data-day="%s"]').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`, day(2)))
	for i := 1; i <= 6; i++ {
		f := float64(i) / 6
		touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x + (toX-x)*f, Y: y + (toY-y)*f})
	}
	touch(input.DispatchTouchEventTypeTouchEnd)
	p.untilAt("Les sablés", day(2)+"T12:15")
}

package ui

import (
	"context"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"vigie/internal/platform/i18n"
)

// drawn keeps what is drawn a hundred times a page and is always the same: the
// icons, and the badges in each language. Its keys are words of the program,
// never of a person, so it does not grow.
var drawn sync.Map

type drawnKey struct{ what, name, language string }

// Icon draws an icon of icons.svg at 20 px; words stand beside it, so it says
// nothing to a screen reader.
func Icon(name string) templ.Component { return drawIcon(name, "i") }

// IconS is Icon at 16 px.
func IconS(name string) templ.Component { return drawIcon(name, "i i--s") }

func drawIcon(name, class string) templ.Component {
	key := drawnKey{what: class, name: name}
	if s, ok := drawn.Load(key); ok {
		return templ.Raw(s.(string))
	}
	s := `<svg class="` + class + `" aria-hidden="true"><use href="` + templ.EscapeString(icon(name)) + `"></use></svg>`
	drawn.Store(key, s)
	return templ.Raw(s)
}

// Publication is the tag: where it stands. state is one of Publications;
// empty, before anything is scheduled, draws nothing.
func Publication(state string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if state == "" {
			return nil
		}
		b := publication(state)
		key := drawnKey{"publication", b.key, i18n.From(ctx).Lang}
		s, ok := drawn.Load(key)
		if !ok {
			var text strings.Builder
			if err := publicationBadge(b).Render(ctx, &text); err != nil {
				return err
			}
			s = text.String()
			drawn.Store(key, s)
		}
		_, err := io.WriteString(w, s.(string))
		return err
	})
}

package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/network"
	"vigie/internal/network/markup"
)

// termIDs are the numbers of categories or tags by their names; what does not
// exist is made. Safe to repeat: one that was made meanwhile is taken.
func (a *account) termIDs(ctx context.Context, taxonomy string, names []string) ([]int, error) {
	ids := []int{}
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		var found []term
		_, err := a.call(ctx, http.MethodGet, "/wp/v2/"+taxonomy, url.Values{
			"search": {name}, "per_page": {"100"}, "_fields": {"id,name"},
		}, nil, &found)
		if err != nil {
			return nil, err
		}
		id := 0
		for _, t := range found {
			if strings.EqualFold(markup.Plain(t.Name), name) {
				id = t.ID
				break
			}
		}
		if id == 0 {
			if id, err = a.makeTerm(ctx, taxonomy, name); err != nil {
				return nil, err
			}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (a *account) makeTerm(ctx context.Context, taxonomy, name string) (int, error) {
	var made term
	_, err := a.call(ctx, http.MethodPost, "/wp/v2/"+taxonomy, url.Values{"_fields": {"id,name"}}, map[string]any{"name": name}, &made)
	if err == nil {
		return made.ID, nil
	}
	// It exists under a name that the search does not show, or since a moment.
	var e *network.Error
	var x said
	if errors.As(err, &e) && json.Unmarshal([]byte(e.Answer), &x) == nil && x.Code == "term_exists" && x.Data.TermID > 0 {
		return x.Data.TermID, nil
	}
	return 0, err
}

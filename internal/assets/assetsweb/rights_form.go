package assetsweb

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/ui"
)

// readLicence reads the fields of a licence; the room checks them.
func readLicence(form *ui.Form) (l assets.Licence, err error) {
	l = assets.Licence{Kind: assets.LicenceKind(form.Get("kind")), Holder: form.Get("holder"), From: form.Get("from"), To: form.Get("to"), Zone: form.Get("zone"),
		Currency: form.Get("currency"), Invoice: form.Get("invoice"), Note: form.Get("note"), CreditNeeded: form.On("credit_needed"), Credit: form.Get("credit"),
		AI: assets.AIOrigin(form.Get("ai"))}
	if l.Territories, err = assets.ReadLands(form.Get("territories")); err != nil {
		return l, err
	}
	l.Exclusive, l.ExclusiveFor, l.ExclusiveDay = form.On("exclusive"), form.Get("exclusive_for"), form.Get("exclusive_to")
	if l.ExclusiveLands, err = assets.ReadLands(form.Get("exclusive_lands")); err != nil {
		return l, fault.As(err).At("exclusive_lands")
	}
	for _, k := range form.All("networks") {
		l.Networks = append(l.Networks, network.Kind(k))
	}
	if s := strings.TrimSpace(form.Get("uses")); s != "" {
		if l.Uses, err = strconv.ParseInt(s, 10, 64); err != nil {
			return l, fault.New(fault.Invalid, "assets.licence_uses").At("uses")
		}
	}
	l.Price, err = readPrice(form.Get("price"))
	return l, err
}

// readPrice reads "1 200,50" or "1200.50" as hundredths.
func readPrice(s string) (int64, error) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", ",", ".").Replace(strings.TrimSpace(s))
	if s == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > 1e12 {
		return 0, fault.New(fault.Invalid, "assets.licence_price").At("price")
	}
	return int64(math.Round(f * 100)), nil
}

// licenceView is the fields of a licence on a page.
type licenceView struct {
	form     *ui.Form
	l        assets.Licence
	networks []network.Facts
	zone     string
}

// has tells whether a network is chosen, in what was entered or in what is
// written.
func (v licenceView) has(k network.Kind) bool {
	if v.form != nil {
		return slices.Contains(v.form.All("networks"), string(k))
	}
	return slices.Contains(v.l.Networks, k)
}

// suggest fills a licence that nobody wrote yet with what the file says.
func suggest(m assets.Media, zone string) assets.Licence {
	l := assets.Licence{Kind: assets.Own, Zone: zone, To: m.Facts.Expires, Credit: m.Facts.Credit, CreditNeeded: m.Facts.CreditAsked, AI: m.Facts.AI, Holder: m.Facts.Licensor}
	if l.Holder == "" {
		l.Holder = m.Facts.Creator
	}
	if m.Facts.Sold() {
		l.Kind = assets.Stock
	}
	return l
}

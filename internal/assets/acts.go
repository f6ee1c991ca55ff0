package assets

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
	"vigie/internal/team"
)

// What this room writes in the logbook. Names and JSON are API. The subject is
// "media". Names and alt texts of media are content of the brand, not personal
// data; the file's own credit, which names a person, is not written.
const (
	ActAdded    = "assets.added"    // {name, bytes}
	ActReady    = "assets.ready"    // {type, width, height, place_removed}
	ActRefused  = "assets.refused"  // {problem}
	ActEdited   = "assets.edited"   // {changed, version}
	ActBinned   = "assets.binned"   // {version}
	ActUnbinned = "assets.unbinned" // {version}
	ActErased   = "assets.erased"   // {name}: after its days in the bin

	ActLicensed     = "assets.licensed"          // {changed, kind, from, to, zone, version}: under what right it stands
	ActConsented    = "assets.consented"         // {kind, consent, until, withdrawn}; beside: {name}
	ActWithdrawn    = "assets.consent_withdrawn" // the same: somebody took back what was agreed
	ActUnconsented  = "assets.consent_removed"   // {kind, consent}: it was entered by mistake
	ActDocumented   = "assets.documented"        // {document, about, type}; beside: {name}
	ActUndocumented = "assets.document_removed"  // {document}
	ActFiled        = "assets.filed"             // {folder, tags}
	ActCropped      = "assets.cropped"           // {network, ratio}
	ActRenewed      = "assets.renewed"           // {by, number}: a newer version took its place
	ActTwins        = "assets.twins_told_apart"  // {other}
	ActWarned       = "assets.right_warned"      // {day, about, person}: she was written to before a right ends
	ActAudience     = "assets.audience"          // {channel, territories}: where a channel is read; of the brand
)

type (
	added struct {
		Name  string `json:"name"`
		Bytes int64  `json:"bytes"`
	}
	prepared struct {
		Type   string `json:"type"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Place  bool   `json:"place_removed,omitempty"`
	}
	refused struct {
		Problem string `json:"problem"`
	}
	edited struct {
		Changed []string `json:"changed"`
		Version int64    `json:"version"`
	}
	versioned struct {
		Version int64 `json:"version"`
	}
	erased struct {
		Name string `json:"name"`
	}
	licensed struct {
		Changed []string    `json:"changed"`
		Kind    LicenceKind `json:"kind"`
		From    string      `json:"from,omitempty"`
		To      string      `json:"to,omitempty"`
		Zone    string      `json:"zone"`
		Version int64       `json:"version"`
	}
	consented struct {
		Kind      ConsentKind `json:"kind"`
		Consent   string      `json:"consent"`
		Until     string      `json:"until,omitempty"`
		Withdrawn string      `json:"withdrawn,omitempty"`
	}
	documented struct {
		Document string `json:"document"`
		About    string `json:"about,omitempty"`
		Type     string `json:"type,omitempty"`
	}
	filed struct {
		Folder string   `json:"folder"`
		Tags   []string `json:"tags"`
	}
	cropped struct {
		Network string `json:"network"`
		Ratio   string `json:"ratio"`
	}
	renewed struct {
		By     id.Media `json:"by"`
		Number int64    `json:"number"`
	}
	toldApart struct {
		Other id.Media `json:"other"`
	}
	rightWarned struct {
		Day    string    `json:"day"`
		About  string    `json:"about,omitempty"` // the consent; empty: the licence
		Person id.Person `json:"person"`
	}
	audience struct {
		Channel     id.Channel `json:"channel"`
		Territories []string   `json:"territories"`
	}
	// named stands beside the chain: names of people can be erased.
	named struct {
		Name string `json:"name"`
	}
)

func (s *Service) record(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, m id.Media, act string, data any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act,
		Subject: logbook.Subject{Kind: "media", ID: string(m)}, Data: data})
}

// recordPerson is record with a name that must be erasable.
func (s *Service) recordPerson(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, m id.Media, act string, data any, name string) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act,
		Subject: logbook.Subject{Kind: "media", ID: string(m)}, Data: data, Personal: named{name}})
}

// recordBrand is record for what is of the library as a whole.
func (s *Service) recordBrand(ctx context.Context, tx *sqldb.Tx, a team.Actor, b id.Brand, act string, data any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: a.Signs(), Act: act, Subject: logbook.Subject{Kind: "brand", ID: string(b)}, Data: data})
}

package assetsweb

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"time"

	"vigie/internal/api"
	"vigie/internal/assets"
	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/team"
)

// LicenceBody is a licence in JSON.
type LicenceBody struct {
	Kind         assets.LicenceKind `json:"kind" enum:"own,commissioned,stock,user,press,free"`
	Holder       string             `json:"holder,omitempty" maxLength:"400" example:"Agence Ouest"`
	Territories  []string           `json:"territories,omitempty" maxItems:"300" doc:"ISO 3166-1 codes, or EU, EEA; names are understood; none: everywhere" example:"[\"FR\"]"`
	Networks     []network.Kind     `json:"networks,omitempty" maxItems:"20" doc:"None: all" example:"[\"bluesky\"]"`
	From         string             `json:"from,omitempty" maxLength:"10" doc:"First day, 2006-01-02" example:"2027-03-01"`
	To           string             `json:"to,omitempty" maxLength:"10" doc:"Last day, to its end in the zone" example:"2027-03-09"`
	Zone         string             `json:"zone,omitempty" maxLength:"60" doc:"IANA name; empty: the brand's" example:"Europe/Paris"`
	Uses         int64              `json:"uses,omitempty" minimum:"0" maximum:"1000000" doc:"Posts allowed, each channel counting for one; 0: as many as one likes"`
	Price        int64              `json:"price,omitempty" minimum:"0" doc:"In hundredths of the currency"`
	Currency     string             `json:"currency,omitempty" maxLength:"3" example:"EUR"`
	Invoice      string             `json:"invoice,omitempty" maxLength:"400"`
	Note         string             `json:"note,omitempty" maxLength:"8000"`
	Credit       string             `json:"credit,omitempty" maxLength:"400" example:"© Maël / Agence Ouest"`
	CreditNeeded bool               `json:"credit_needed,omitempty" doc:"The credit must stand in the words of every post"`
	AI           assets.AIOrigin    `json:"ai,omitempty" enum:",none,edited,made"`
	Exclusive    *ExclusiveBody     `json:"exclusive,omitempty" doc:"Nobody else may show it; absent: it is not exclusive"`
}

// ExclusiveBody is an exclusivity in JSON.
type ExclusiveBody struct {
	For         string   `json:"for,omitempty" maxLength:"400" doc:"Empty: the brand itself"`
	Territories []string `json:"territories,omitempty" maxItems:"300" doc:"None: everywhere" example:"[\"FR\"]"`
	Until       string   `json:"until,omitempty" maxLength:"10" doc:"Last day, 2006-01-02; empty: as long as the licence" example:"2027-03-09"`
}

// ClashBody is another brand that has the same picture where one of the two has
// it alone.
type ClashBody struct {
	Brand  id.Brand `json:"brand"`
	Name   string   `json:"name"`
	Theirs bool     `json:"theirs" doc:"The exclusivity is the other brand's"`
	Until  string   `json:"until,omitempty" doc:"Last day of the exclusivity; empty: as long as its licence"`
	Shown  int64    `json:"shown" doc:"The other brand's publications with it, made or planned"`
}

func (b LicenceBody) licence() assets.Licence {
	out := assets.Licence{Kind: b.Kind, Holder: b.Holder, Territories: b.Territories, Networks: b.Networks, From: b.From, To: b.To, Zone: b.Zone, Uses: b.Uses, Price: b.Price,
		Currency: b.Currency, Invoice: b.Invoice, Note: b.Note, Credit: b.Credit, CreditNeeded: b.CreditNeeded, AI: b.AI}
	if e := b.Exclusive; e != nil {
		out.Exclusive, out.ExclusiveFor, out.ExclusiveLands, out.ExclusiveDay = true, e.For, e.Territories, e.Until
	}
	return out
}

func licenceBody(l assets.Licence) *LicenceBody {
	if !l.Known() {
		return nil
	}
	out := &LicenceBody{Kind: l.Kind, Holder: l.Holder, Territories: l.Territories, Networks: l.Networks, From: l.From, To: l.To, Zone: l.Zone, Uses: l.Uses, Price: l.Price,
		Currency: l.Currency, Invoice: l.Invoice, Note: l.Note, Credit: l.Credit, CreditNeeded: l.CreditNeeded, AI: l.AI}
	if l.Exclusive {
		out.Exclusive = &ExclusiveBody{l.ExclusiveFor, l.ExclusiveLands, l.ExclusiveDay}
	}
	return out
}

// ConsentBody is an agreement in JSON.
type ConsentBody struct {
	ID        string             `json:"id,omitempty" readOnly:"true"`
	Kind      assets.ConsentKind `json:"kind" enum:"model,property"`
	Who       string             `json:"who" minLength:"1" maxLength:"400" doc:"Empty for those who may not read names"`
	Scope     string             `json:"scope,omitempty" maxLength:"8000"`
	Signed    string             `json:"signed,omitempty" maxLength:"10" doc:"2006-01-02"`
	Until     string             `json:"until,omitempty" maxLength:"10" doc:"Last day, to its end"`
	Withdrawn string             `json:"withdrawn,omitempty" maxLength:"10" doc:"From the first moment of this day it no longer holds"`
	Zone      string             `json:"zone,omitempty" maxLength:"60"`
}

func consentBody(c assets.Consent) ConsentBody {
	return ConsentBody{string(c.ID), c.Kind, c.Who, c.Scope, c.Signed, c.Until, c.Withdrawn, c.Zone}
}

func (b ConsentBody) consent(at string) assets.Consent {
	return assets.Consent{ID: assets.ConsentID(at), Kind: b.Kind, Who: b.Who, Scope: b.Scope, Signed: b.Signed, Until: b.Until, Withdrawn: b.Withdrawn, Zone: b.Zone}
}

// RightsBody is what is known of the right to show a media.
type RightsBody struct {
	Who       string            `json:"who" doc:"Who may use it, in one sentence, in the caller's language"`
	State     assets.RightState `json:"state" enum:"unknown,open,soon,later,ended,withdrawn"`
	Shown     int64             `json:"shown" doc:"Publications that carry it or are going to"`
	Version   int64             `json:"licence_version" doc:"Of the licence; 0: nothing was said"`
	Licence   *LicenceBody      `json:"licence,omitempty"`
	Consents  []ConsentBody     `json:"consents"`
	Documents []PaperBody       `json:"documents"`
	Crops     []assets.Crop     `json:"crops"`
	File      assets.Told       `json:"file" doc:"What the file says of itself"`
	Conflicts []assets.Conflict `json:"conflicts" doc:"Where the file and the record differ"`
	Clashes   []ClashBody       `json:"clashes" doc:"Brands, among those the caller sees, that have the same picture where one of the two has it alone"`
}

// PaperBody is a contract, an invoice or a signed release.
type PaperBody struct {
	ID    string    `json:"id"`
	About string    `json:"about,omitempty" doc:"The consent it proves; empty: the licence"`
	Name  string    `json:"name"`
	Type  string    `json:"type"`
	Bytes int64     `json:"bytes"`
	Made  time.Time `json:"made"`
}

func paperBody(d assets.Document) PaperBody {
	return PaperBody{string(d.ID), string(d.About), d.Name, d.Type, d.Bytes, d.Made}
}

func (f *Face) rightsBody(c api.Call, brand string, m assets.Media, r assets.Rights) RightsBody {
	now := f.Room.DB.Now()
	out := RightsBody{Who: f.mayUse(c.Loc, brand, m, r, now), State: r.StateAt(now), Shown: r.Shown, Version: r.Licence.Version, Licence: licenceBody(r.Licence),
		Consents: []ConsentBody{}, Documents: []PaperBody{}, Crops: r.Crops, File: m.Facts.Told, Conflicts: assets.Conflicts(m, r)}
	for _, k := range r.Consents {
		out.Consents = append(out.Consents, consentBody(k))
	}
	for _, d := range r.Documents {
		out.Documents = append(out.Documents, paperBody(d))
	}
	if out.Crops == nil {
		out.Crops = []assets.Crop{}
	}
	if out.Conflicts == nil {
		out.Conflicts = []assets.Conflict{}
	}
	return out
}

// called is what a brand is called in a sentence.
func (f *Face) called(ctx context.Context, c api.Call) string {
	if f.Brand == nil {
		return c.Loc.T("assets.who.brand")
	}
	return f.Brand(ctx, c.Actor, c.Brand)
}

func (f *Face) readRights(ctx context.Context, c api.Call, m id.Media) (*api.Out[RightsBody], error) {
	got, err := f.Room.Get(ctx, c.Actor, c.Brand, m)
	if err != nil {
		return nil, err
	}
	r, err := f.Room.Rights(ctx, c.Actor, c.Brand, m)
	if err != nil {
		return nil, err
	}
	clashes, err := f.Room.Clashes(ctx, c.Actor, c.Brand, m)
	if err != nil {
		return nil, err
	}
	body := f.rightsBody(c, f.called(ctx, c), got, r)
	body.Clashes = []ClashBody{}
	for _, x := range clashes {
		body.Clashes = append(body.Clashes, ClashBody{x.Brand, x.Name, x.Theirs, x.Day, x.Shown})
	}
	return &api.Out[RightsBody]{Body: body}, nil
}

// OneConsent is the path of an operation on an agreement.
type OneConsent struct {
	OneMedia
	Consent string `path:"consent" format:"uuid" doc:"The agreement"`
}

// PastBody is a publication that stands past the right of its media.
type PastBody struct {
	Media       id.Media          `json:"media"`
	Name        string            `json:"name"`
	Why         assets.RightState `json:"why" enum:"ended,withdrawn"`
	Since       time.Time         `json:"since"`
	Publication id.Publication    `json:"publication"`
	Post        id.Post           `json:"post"`
	Title       string            `json:"title"`
	Channel     id.Channel        `json:"channel"`
	Sent        time.Time         `json:"sent"`
	URL         string            `json:"url,omitempty"`
}

// EndingBody is a right that ends.
type EndingBody struct {
	Media id.Media  `json:"media"`
	Name  string    `json:"name"`
	Ends  time.Time `json:"ends" doc:"The first instant at which it no longer holds"`
	Day   string    `json:"day" doc:"The last day on which it does"`
	Zone  string    `json:"zone"`
}

// TwinsBody is two media that look the same.
type TwinsBody struct {
	First    Item `json:"first"`
	Second   Item `json:"second"`
	Distance int  `json:"distance" doc:"In how many of 128 places they differ"`
}

// apiRights registers the operations on rights and shelves.
func (f *Face) apiRights(r *api.Registry) {
	see, add := api.In(team.SeeMedia), api.In(team.AddMedia)
	const brand = "/api/v1/brands/{brand}"
	const media, one = brand + "/media", brand + "/media/{media}"

	api.Register(r, api.Op{ID: "get-media-rights", Method: "GET", Path: one + "/rights", Guard: see, Group: group, Summary: "Who may use a media",
		Description: "The licence, the agreements, the papers, what the file says and where they differ, and one sentence that says who may use it. Prices, papers and names are for those who work on the library."},
		func(ctx context.Context, c api.Call, in *OneMedia) (*api.Out[RightsBody], error) {
			return f.readRights(ctx, c, in.Media)
		})
	api.Register(r, api.Op{ID: "put-media-licence", Method: "PUT", Path: one + "/licence", Guard: add, Group: group, Summary: "Say under what right a media stands",
		Description: "With `version` (the licence's own, 0 before the first), a later save never silently wins. The right holds through the end of the day `to` in its zone. What waits with the media is held to it at its hour."},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			Version int64 `query:"version" minimum:"0" doc:"licence_version, as read"`
			Body    LicenceBody
		}) (*api.Out[RightsBody], error) {
			if _, err := f.Room.SaveLicence(ctx, c.Actor, c.Brand, in.Media, in.Version, in.Body.licence()); err != nil {
				return nil, err
			}
			return f.readRights(ctx, c, in.Media)
		})
	api.Register(r, api.Op{ID: "license-media", Method: "POST", Path: brand + "/media-licences", Guard: add, Group: group, Summary: "Put several media under the same licence", Description: "All or none, at most 200."},
		func(ctx context.Context, c api.Call, in *struct {
			api.InBrand
			Body struct {
				Media   []id.Media  `json:"media" minItems:"1" maxItems:"200"`
				Licence LicenceBody `json:"licence"`
			}
		}) (*struct{}, error) {
			return nil, f.Room.License(ctx, c.Actor, c.Brand, in.Body.Media, in.Body.Licence.licence())
		})
	api.Register(r, api.Op{ID: "file-media", Method: "POST", Path: brand + "/media-filing", Guard: add, Group: group, Summary: "Change folder and tags of several media", Description: "All or none, at most 200. What is absent stays."},
		func(ctx context.Context, c api.Call, in *struct {
			api.InBrand
			Body struct {
				Media  []id.Media `json:"media" minItems:"1" maxItems:"200"`
				Folder *string    `json:"folder,omitempty" maxLength:"200"`
				Add    []string   `json:"add_tags,omitempty" maxItems:"30"`
				Remove []string   `json:"remove_tags,omitempty" maxItems:"30"`
			}
		}) (*struct{}, error) {
			return nil, f.Room.File(ctx, c.Actor, c.Brand, in.Body.Media, assets.Filing{Folder: in.Body.Folder, Add: in.Body.Add, Remove: in.Body.Remove})
		})
	f.apiConsents(r, add, one)
	f.apiLists(r, see, add, brand)
	api.Register(r, api.Op{ID: "crop-media", Method: "PUT", Path: one + "/crop", Guard: add, Group: group, Summary: "Choose the proportions of a media on a network",
		Description: "The point of interest (`focus` of the media) stays in it. An empty ratio shows the whole. 409 while a publication waits with the media."},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			Body struct {
				Network network.Kind `json:"network" minLength:"1" maxLength:"40"`
				Ratio   string       `json:"ratio" enum:",1:1,4:5,3:4,2:3,9:16,5:4,4:3,3:2,16:9,2:1"`
			}
		}) (*struct{}, error) {
			return nil, f.Room.SetCrop(ctx, c.Actor, c.Brand, in.Media, assets.Crop{Network: in.Body.Network, Ratio: in.Body.Ratio})
		})
	api.Register(r, api.Op{ID: "list-media-versions", Method: "GET", Path: one + "/versions", Guard: see, Group: group, Summary: "Versions of a picture", Description: "Latest first; empty when there is only one."},
		func(ctx context.Context, c api.Call, in *OneMedia) (*api.Out[api.List[Item]], error) {
			list, err := f.Room.Versions(ctx, c.Actor, c.Brand, in.Media)
			if err != nil {
				return nil, err
			}
			return &api.Out[api.List[Item]]{Body: api.ListOf(items(c, list), "")}, nil
		})
	api.Register(r, api.Op{ID: "renew-media", Method: "POST", Path: one + "/versions", Guard: add, Group: group, Summary: "Upload a new version", Status: 201, MaxBody: assets.MaxBytes + 1<<20,
		Description: "One file as multipart/form-data, field `file`. It takes over name, texts, folder, tags and rights; posts keep the version they were written with."},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			RawBody multipart.Form
		}) (_ *api.OutVersioned[Item], err error) {
			defer func() { err = errors.Join(err, in.RawBody.RemoveAll()) }()
			part, name, err := onePart(in.RawBody, "file")
			if err != nil {
				return nil, err
			}
			defer part.Close()
			return versioned(c)(f.Room.Renew(ctx, c.Actor, c.Brand, in.Media, name, part))
		})
	api.Register(r, api.Op{ID: "add-media-document", Method: "POST", Path: one + "/documents", Guard: add, Group: group, Summary: "Attach a contract, an invoice or a signed release", Status: 201, MaxBody: assets.MaxDocument + 1<<20,
		Description: "One PDF, JPEG or PNG as multipart/form-data, field `file`; of the licence, or of the agreement named by `about`."},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			About   string `query:"about" maxLength:"36"`
			RawBody multipart.Form
		}) (_ *api.Out[PaperBody], err error) {
			defer func() { err = errors.Join(err, in.RawBody.RemoveAll()) }()
			part, name, err := onePart(in.RawBody, "file")
			if err != nil {
				return nil, err
			}
			defer part.Close()
			d, err := f.Room.AddDocument(ctx, c.Actor, c.Brand, in.Media, assets.ConsentID(in.About), name, part)
			if err != nil {
				return nil, err
			}
			return &api.Out[PaperBody]{Body: paperBody(d)}, nil
		})
	api.Register(r, api.Op{ID: "remove-media-document", Method: "DELETE", Path: one + "/documents/{document}", Guard: add, Group: group, Summary: "Remove a paper"},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			Document string `path:"document" format:"uuid"`
		}) (*struct{}, error) {
			return nil, f.Room.RemoveDocument(ctx, c.Actor, c.Brand, in.Media, assets.DocumentID(in.Document))
		})
}

func (f *Face) apiConsents(r *api.Registry, add api.Guard, one string) {
	save := func(ctx context.Context, c api.Call, m id.Media, k assets.Consent) (*api.Out[ConsentBody], error) {
		k, err := f.Room.SaveConsent(ctx, c.Actor, c.Brand, m, k)
		if err != nil {
			return nil, err
		}
		return &api.Out[ConsentBody]{Body: consentBody(k)}, nil
	}
	api.Register(r, api.Op{ID: "add-media-consent", Method: "POST", Path: one + "/consents", Guard: add, Group: group, Summary: "Record what a person or an owner agreed to", Status: 201},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			Body ConsentBody
		}) (*api.Out[ConsentBody], error) {
			return save(ctx, c, in.Media, in.Body.consent(""))
		})
	api.Register(r, api.Op{ID: "put-media-consent", Method: "PUT", Path: one + "/consents/{consent}", Guard: add, Group: group, Summary: "Change an agreement"},
		func(ctx context.Context, c api.Call, in *struct {
			OneConsent
			Body ConsentBody
		}) (*api.Out[ConsentBody], error) {
			return save(ctx, c, in.Media, in.Body.consent(in.Consent))
		})
	api.Register(r, api.Op{ID: "withdraw-media-consent", Method: "POST", Path: one + "/consents/{consent}/withdraw", Guard: add, Group: group, Summary: "Somebody takes back what was agreed",
		Description: "From today on the media no longer leaves; what is on line is listed by `list-past-rights`. Safe to repeat."},
		func(ctx context.Context, c api.Call, in *OneConsent) (*api.Out[ConsentBody], error) {
			k, err := f.Room.WithdrawConsent(ctx, c.Actor, c.Brand, in.Media, assets.ConsentID(in.Consent), "")
			if err != nil {
				return nil, err
			}
			return &api.Out[ConsentBody]{Body: consentBody(k)}, nil
		})
	api.Register(r, api.Op{ID: "remove-media-consent", Method: "DELETE", Path: one + "/consents/{consent}", Guard: add, Group: group, Summary: "Erase an agreement entered by mistake"},
		func(ctx context.Context, c api.Call, in *OneConsent) (*struct{}, error) {
			return nil, f.Room.RemoveConsent(ctx, c.Actor, c.Brand, in.Media, assets.ConsentID(in.Consent))
		})
}

func (f *Face) apiLists(r *api.Registry, see, add api.Guard, brand string) {
	api.Register(r, api.Op{ID: "list-past-rights", Method: "GET", Path: brand + "/media-rights/past", Guard: api.In(team.SeeDrafts), Group: group, Summary: "What is on line past its right",
		Description: "Publications that stand on a network with a media whose licence ended, or of which an agreement was taken back. Withdraw them by `withdraw-publication`."},
		func(ctx context.Context, c api.Call, _ *struct{ api.InBrand }) (*api.Out[api.List[PastBody]], error) {
			list, err := f.Room.OnLinePastRight(ctx, c.Actor, c.Brand)
			if err != nil {
				return nil, err
			}
			out := make([]PastBody, len(list))
			for i, p := range list {
				out[i] = PastBody{p.Media, p.Name, p.Why, p.Since, p.Publication, p.Post, p.Title, p.Channel, p.Sent, p.URL}
			}
			return &api.Out[api.List[PastBody]]{Body: api.ListOf(out, "")}, nil
		})
	api.Register(r, api.Op{ID: "list-ending-rights", Method: "GET", Path: brand + "/media-rights/ending", Guard: see, Group: group, Summary: "Rights that end soon"},
		func(ctx context.Context, c api.Call, in *struct {
			api.InBrand
			Within int `query:"within" default:"30" minimum:"1" maximum:"3660" doc:"In days"`
		}) (*api.Out[api.List[EndingBody]], error) {
			list, err := f.Room.EndingWithin(ctx, c.Actor, c.Brand, in.Within)
			if err != nil {
				return nil, err
			}
			out := make([]EndingBody, len(list))
			for i, e := range list {
				out[i] = EndingBody{e.Media, e.Name, e.Ends, e.Day, e.Zone}
			}
			return &api.Out[api.List[EndingBody]]{Body: api.ListOf(out, "")}, nil
		})
	api.Register(r, api.Op{ID: "get-audience", Method: "GET", Path: brand + "/media-audience", Guard: see, Group: group, Summary: "Where the brand's channels are read", Description: "By channel; `brand` is the brand's own answer. An empty list is everywhere."},
		func(ctx context.Context, c api.Call, _ *struct{ api.InBrand }) (*api.Out[map[string][]string], error) {
			all, err := f.Room.Audience(ctx, c.Actor, c.Brand)
			if err != nil {
				return nil, err
			}
			out := map[string][]string{"brand": {}}
			for k, lands := range all {
				if k == "" {
					k = "brand"
				}
				out[string(k)] = lands
			}
			return &api.Out[map[string][]string]{Body: out}, nil
		})
	api.Register(r, api.Op{ID: "put-audience", Method: "PUT", Path: brand + "/media-audience", Guard: add, Group: group, Summary: "Say where the brand, or one of its channels, is read"},
		func(ctx context.Context, c api.Call, in *struct {
			api.InBrand
			Body struct {
				Channel     id.Channel `json:"channel,omitempty" doc:"Empty: the brand"`
				Territories []string   `json:"territories,omitempty" maxItems:"300" doc:"None: everywhere"`
				Follow      bool       `json:"follow,omitempty" doc:"The channel has no answer of its own any more"`
			}
		}) (*struct{}, error) {
			if in.Body.Channel != "" {
				if err := f.ofBrand(ctx, c, in.Body.Channel); err != nil {
					return nil, err
				}
			}
			return nil, f.Room.SetAudience(ctx, c.Actor, c.Brand, in.Body.Channel, joined(in.Body.Territories), in.Body.Follow)
		})
	api.Register(r, api.Op{ID: "list-duplicate-media", Method: "GET", Path: brand + "/media-duplicates", Guard: see, Group: group, Summary: "Media that look the same", Description: "By their content, size and quality aside; the nearest first."},
		func(ctx context.Context, c api.Call, _ *struct{ api.InBrand }) (*api.Out[api.List[TwinsBody]], error) {
			list, err := f.Room.Duplicates(ctx, c.Actor, c.Brand, 200)
			if err != nil {
				return nil, err
			}
			out := make([]TwinsBody, len(list))
			for i, p := range list {
				out[i] = TwinsBody{item(c.Loc, p.First), item(c.Loc, p.Second), p.Distance}
			}
			return &api.Out[api.List[TwinsBody]]{Body: api.ListOf(out, "")}, nil
		})
	api.Register(r, api.Op{ID: "tell-media-apart", Method: "POST", Path: brand + "/media/{media}/apart", Guard: add, Group: group, Summary: "Two media are no duplicates", Description: "Safe to repeat."},
		func(ctx context.Context, c api.Call, in *struct {
			OneMedia
			Body struct {
				Other id.Media `json:"other" format:"uuid"`
			}
		}) (*struct{}, error) {
			return nil, f.Room.TellApart(ctx, c.Actor, c.Brand, in.Media, in.Body.Other)
		})
}

func (f *Face) ofBrand(ctx context.Context, c api.Call, ch id.Channel) error {
	if f.Channels != nil {
		list, err := f.Channels(ctx, c.Actor, c.Brand)
		if err != nil {
			return err
		}
		for _, x := range list {
			if x.ID == ch {
				return nil
			}
		}
	}
	return fault.New(fault.NotFound, "")
}

func items(c api.Call, list []assets.Media) []Item {
	out := make([]Item, len(list))
	for i, m := range list {
		out[i] = item(c.Loc, m)
	}
	return out
}

// onePart opens the one file of a form.
func onePart(form multipart.Form, field string) (io.ReadCloser, string, error) {
	list := form.File[field]
	if len(list) != 1 {
		return nil, "", fault.New(fault.Invalid, "assets.none_chosen").At("body." + field)
	}
	part, err := list[0].Open()
	return part, list[0].Filename, err
}

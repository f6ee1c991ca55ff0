package team

import (
	"slices"

	"vigie/internal/base/fault"
	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
)

// Role is what a person is in one brand. Roles are stored and never renamed.
type Role string

const (
	Owner     Role = "owner"     // everything, the brand's end included
	Manager   Role = "manager"   // people, channels, settings, and all of the work
	Community Role = "community" // the community manager: writes, plans, publishes, answers
	Moderator Role = "moderator" // answers and moderates; reads the planning
	Analyst   Role = "analyst"   // reads everything, exports, changes nothing
	Client    Role = "client"    // reads what is planned and published, decides when asked
)

// Roles lists the roles, widest first.
func Roles() []Role { return []Role{Owner, Manager, Community, Moderator, Analyst, Client} }

// Permission is something a verb asks for. Rooms use those listed here, so that
// one table shows who may do what.
type Permission string

const (
	SeeBrand       Permission = "brand.see" // the brand exists, for this person
	EditBrand      Permission = "brand.edit"
	RemoveBrand    Permission = "brand.remove"
	SeePeople      Permission = "people.see"
	ManagePeople   Permission = "people.manage"
	ManageChannels Permission = "channels.manage"
	SeePlanning    Permission = "planning.see"
	SeeDrafts      Permission = "drafts.see"
	WritePosts     Permission = "posts.write"
	PublishPosts   Permission = "posts.publish"
	Review         Permission = "posts.review" // read what waits for approval, and decide when asked
	SeeMedia       Permission = "media.see"
	AddMedia       Permission = "media.add"
	Freeze         Permission = "freeze" // stop and restart what leaves
	SeeInbox       Permission = "inbox.see"
	AnswerPeople   Permission = "inbox.answer" // answer people, and say what became of what they wrote
	SeeLogbook     Permission = "logbook.see"
	Export         Permission = "export"
	// Administer is of the instance, not of a brand: making brands, inviting
	// into the instance, switching persons off. No role holds it; it exists so
	// that an administrator can give it to an API token, or not.
	Administer Permission = "instance.administer"
)

// Permissions lists what an API token may be limited to.
func Permissions() []Permission { return append(slices.Clone(may[Owner]), Administer) }

var may = map[Role][]Permission{
	Owner: {SeeBrand, EditBrand, RemoveBrand, SeePeople, ManagePeople, ManageChannels, SeePlanning, SeeDrafts,
		WritePosts, PublishPosts, Review, SeeMedia, AddMedia, Freeze, SeeInbox, AnswerPeople, SeeLogbook, Export},
	Manager: {SeeBrand, EditBrand, SeePeople, ManagePeople, ManageChannels, SeePlanning, SeeDrafts,
		WritePosts, PublishPosts, Review, SeeMedia, AddMedia, Freeze, SeeInbox, AnswerPeople, SeeLogbook, Export},
	Community: {SeeBrand, SeePeople, SeePlanning, SeeDrafts, WritePosts, PublishPosts, Review, SeeMedia, AddMedia, Freeze, SeeInbox, AnswerPeople, SeeLogbook, Export},
	Moderator: {SeeBrand, SeePeople, SeePlanning, SeeDrafts, SeeMedia, Freeze, SeeInbox, AnswerPeople, SeeLogbook},
	Analyst:   {SeeBrand, SeePeople, SeePlanning, SeeDrafts, SeeMedia, SeeInbox, SeeLogbook, Export},
	Client:    {SeeBrand, SeePlanning, SeeMedia, Review},
}

// May tells whether a role holds a permission.
func (r Role) May(p Permission) bool { return slices.Contains(may[r], p) }

// Valid tells whether r is one of Roles.
func (r Role) Valid() bool { _, ok := may[r]; return ok }

// Actor is who asks a verb to do something: a person with her roles, or a part
// of the program.
type Actor struct {
	Person id.Person
	// Admin may make brands and invite people into the instance. It opens no
	// brand: brands are walls for administrators too.
	Admin bool
	Roles map[id.Brand]Role
	// Token is set when an API token speaks for the person; Scopes then bound
	// what her roles allow. nil Scopes mean a browser session: no bound.
	Token  id.Token
	Scopes []Permission
	// Part names the part of the program when Person is empty ("clock",
	// "importer"); such an actor may do everything, since a person's verb or
	// the owner of the machine started it.
	Part string
}

// Program is the actor of a part of Vigie acting by itself.
func Program(part string) Actor { return Actor{Part: part} }

// May tells whether the actor may do p in the brand.
func (a Actor) May(b id.Brand, p Permission) bool {
	if a.Person == "" {
		return a.Part != ""
	}
	return a.Roles[b].May(p) && (a.Scopes == nil || p == SeeBrand || slices.Contains(a.Scopes, p))
}

// Require returns nil when the actor may do p in the brand, not_found when she
// has no role in it (a stranger learns nothing), forbidden otherwise.
func (a Actor) Require(b id.Brand, p Permission) error {
	if a.May(b, p) {
		return nil
	}
	if !a.May(b, SeeBrand) {
		return fault.New(fault.NotFound, "")
	}
	return fault.New(fault.Forbidden, "team.may_not").With("permission", string(p))
}

// wider tells whether r may at least all that other may.
func (r Role) wider(other Role) bool {
	return r.Valid() && slices.Index(Roles(), r) <= slices.Index(Roles(), other)
}

// MayAdminister tells whether the actor may make brands and switch persons on
// and off. An administrator's token needs the scope Administer for it.
func (a Actor) MayAdminister() bool {
	if a.Person == "" {
		return a.Part != ""
	}
	return a.Admin && (a.Scopes == nil || slices.Contains(a.Scopes, Administer))
}

// MayGrant tells whether a holder of r may give, change or take away other:
// nobody grants above her own role, and only owners make owners.
func (r Role) MayGrant(other Role) bool {
	return r.May(ManagePeople) && other.Valid() && r.wider(other)
}

// Brands lists the brands in which the actor has a role, in no order.
func (a Actor) Brands() []id.Brand {
	out := make([]id.Brand, 0, len(a.Roles))
	for b, r := range a.Roles {
		if r.Valid() {
			out = append(out, b)
		}
	}
	return out
}

// Signs is the actor as the logbook keeps it.
func (a Actor) Signs() logbook.Actor {
	if a.Person == "" {
		return logbook.Actor{Kind: logbook.Program, ID: a.Part}
	}
	return logbook.Actor{Kind: logbook.Person, ID: string(a.Person), Token: a.Token}
}

// Package brand is the tenant: a client of an agency, a product line, a
// newspaper. Everything Vigie keeps belongs to one brand, and brands are walls.
//
// It owns the brand's name, monogram, colour, language, zone and week, and the
// verbs that make, edit, archive and restore it. People and their roles belong
// to team, which stands one step lower: a brand is made by somebody, and asks
// her Actor like every room does. It never deletes what a brand holds: an
// archived brand is out of everybody's sight and comes back whole.
package brand

// Package brand is the tenant: a client of an agency, a product line, a
// newspaper. Everything Vigie keeps belongs to one brand, and brands are walls.
//
// It owns the brand's name, monogram, colour, language, zone and week, and
// nothing else; people's roles in it belong to team.
package brand

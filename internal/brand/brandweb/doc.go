// Package brandweb is how people meet brand: the list of their brands, a new
// one, the settings of one, in the browser and through the API. It also gives
// the hall the brands of the rail.
//
// It owns no state; every form ends in a verb of brand.
package brandweb

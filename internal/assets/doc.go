// Package assets is the media library of a brand: what was uploaded, what it
// shows in words for those who do not see it, and its renditions for our pages
// and for each network.
//
// It owns the media and their renditions, the uploads on their way in, and the
// reading of files that come from anywhere: their type is told by their
// content, bombs are refused before they are unpacked, and pictures are only
// decoded in jobs (one at a time), never in a request for a page. What leaves
// this room was re-encoded here: without EXIF, so without the place where it
// was taken.
//
// It never serves a file by its key, since brands share the store: always by
// media, checked against its brand. It never decides which posts show a media;
// it asks.
package assets

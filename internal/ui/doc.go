// Package ui is the hall every page stands in: the frame around it (rail, title,
// the line of the day, palette, tab bar), the components it is built from, and
// the way a request reaches it.
//
// It owns the shell, the components of the design, the embedded style sheets,
// fonts, icons and scripts, the guards of routes, the security headers, and the
// words for an error page. Faces give it Routes and call Page; docs/pages.md is
// their guide. It knows no room: sections, notices, search and counts are given
// by app as data. It never opens a database and never decides who a person is:
// that is the Authenticator's work.
package ui

package ui

// PagesForTest draws the hall's own pages, by path.
var PagesForTest = pages

// Package find draws the search over lessons.
package find

import "tongguan/web/layout"

// Span is a piece of a snippet.
type Span struct {
	Text  string
	Match bool
}

// Hit is one lesson that was found.
type Hit struct {
	Title, Place, URL string
	Heading           string // above the place, or ""
	Snippet           []Span
}

// Page is the search.
type Page struct {
	layout.Frame
	Query   string
	Hits    []Hit
	Library []Hit    // of the field library
	Tries   []string // words to try
}

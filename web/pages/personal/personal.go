// Package personal draws the pages on which somebody takes what is kept about them, and on which they are erased.
package personal

import "tongguan/web/layout"

// Data is where somebody takes what is kept about them.
type Data struct {
	layout.Frame
	Download, Back string
}

// Erase asks whether somebody is to be erased.
type Erase struct {
	layout.Frame
	Name, Login     string
	Ready           bool // they are suspended, and were not erased yet
	Confirm, Reason string
	Errors          map[string]string
	URL, Back       string
	People          string
}

// Package trail draws the audit trail for the inspector.
package trail

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Entry is one line of the trail.
type Entry struct {
	Number                    int64
	When, Act, Actor, Subject string
	Facts, Private            string
}

// Page is the audit trail.
type Page struct {
	layout.Frame
	Size        int64
	Root        string
	Whole       bool
	Faults      []string
	Checkpoints int
	Erased      int
	Key         string // the public key of the checkpoints
	Entries     []Entry
	Pages       []parts.Link
	Page        int
}

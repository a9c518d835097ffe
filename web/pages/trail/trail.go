// Package trail draws the audit trail for the inspector.
package trail

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Entry is one line of the trail.
type Entry struct {
	Number                    int64
	URL                       string
	When, Act, Actor, Subject string
	Erased                    bool // somebody stood here who was erased
	Facts, Private            string
}

// Check is what the last check of the whole trail found.
type Check struct {
	Ever, Running bool
	When          string
	Now           int64 // entries at this moment
	Size          int64 // entries that were checked
	Root          string
	Whole         bool
	First         int64 // the first bad entry
	HasFirst      bool
	Faults        []string
	More          int // faults beyond those
	Checkpoints   int
	Proved        int64
	Erased        int
	Signed        int64 // entries under the last signed checkpoint
	SignedAt      string
}

// Page is the audit trail.
type Page struct {
	layout.Frame
	Check   Check
	Key     string // the public key of the checkpoints
	Witness string // address, or ""

	Act, Person, From, Until string
	Acts                     []parts.Choice
	Errors                   map[string]string
	Filtered                 bool
	Entries                  []Entry
	Newest, Older            string // addresses, or ""
}

// One is one entry with its proof.
type One struct {
	layout.Frame
	Entry    Entry
	Code     string // the act as it stands in the leaf
	Proved   bool
	Leaf     string
	Record   string
	Path     []string
	Size     int64
	Root     string
	Signed   string // the checkpoint, or ""
	Key      string
	Download string
	Back     string
}

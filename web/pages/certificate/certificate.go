// Package certificate draws certificates: one's own, one of them with all it rests on, and what verification says.
package certificate

import (
	"tongguan/web/layout"
	"tongguan/web/pages/amendment"
	"tongguan/web/parts"
)

// Badge is a state as it is shown: by a word, a mark and a colour.
type Badge struct {
	State string // the key's last part: certified, expiring …
	Text  string
	Until string // "还有 312 天", or ""
}

// Line is one certificate in a list.
type Line struct {
	Title, URL, Number, Issued, Until string
	State                             Badge
}

// Ahead is a programme that leads to a certificate that is not earned yet.
type Ahead struct {
	Title, URL  string
	State       Badge
	Done, Steps int
	Percent     int
}

// List is the person's certificates.
type List struct {
	layout.Frame
	Present, Past []Line
	Ahead         []Ahead
}

// Fact is a label and what stands under it.
type Fact struct{ Label, Value string }

// Share is something that the holder may show to whoever verifies.
type Share struct {
	Word, Text string
	Chosen     bool
}

// Piece is one step of what the certificate rests on.
type Piece struct {
	Title  string
	Waived bool
	When   string
	Lines  []Proof
}

// Proof is one line of evidence.
type Proof struct {
	Text, URL string // URL "" where the reader may not look at it
	Score     string
	When      string
	Number    string // in the ledger, or ""
}

// Event is one change of the standing.
type Event struct {
	Before, After string
	Cause, Who    string
	Note          string
	When          string
}

// Decision is the form by which a certificate is suspended, reinstated or revoked.
type Decision struct {
	Action string
	Acts   []parts.Choice
	Note   string
	Errors map[string]string
}

// One is a certificate as its holder, and who may see it, see it.
type One struct {
	layout.Frame
	Heading, Confers, Earned, Title, Other, Holder string
	Number, Issuer                                 string
	State                                          Badge
	Why                                            string         // of a suspension or revocation
	Changed                                        amendment.Said // clauses that have changed since it was issued
	Facts                                          []Fact
	Rail                                           parts.Rail
	Chips                                          []parts.Chip
	QR, Link                                       string
	PDF, PDFOther, Token                           string
	Renew                                          string // where to go to renew it, "" where it is not time
	Own                                            bool
	Back                                           parts.Link
	Shares                                         []Share
	Pieces                                         []Piece
	Basis, Version                                 string // hashes
	Whole                                          bool
	History                                        []Event
	Counted                                        []parts.Link // appraisals in which it counted
	Decide                                         *Decision
}

// Verified is what whoever knows a number is told.
type Verified struct {
	layout.Frame
	Number string // as typed
	Asked  bool   // a number was given
	Found  bool
	State  string // valid, expired, suspended, revoked, superseded, altered
	Title  string // "" where it is not shown, as the next
	Holder string
	Facts  []Fact
	Shown  bool // the holder shows something
	At     string
}

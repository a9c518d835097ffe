package composite

import "tongguan/courses/catalog"

// Kind is what an item of a scheme rests on.
type Kind string

// The kinds of items.
const (
	OfIndicator Kind = "indicator" // a figure against a target (3.2.3.1)
	OfReviews   Kind = "reviews"   // what a group of people say (3.2.3.2)
	OfMonths    Kind = "months"    // the results of the year's months (3.2.2)
)

// Groups lists the groups of reviewers, as the policy names them.
func Groups() []string { return []string{"superior", "colleague", "customer"} }

// Item is one part of an appraisal.
type Item struct {
	ID     string `json:"id"`
	Kind   Kind   `json:"kind"`
	Of     string `json:"of"`     // the indicator, or the group of reviewers; "" for months
	Weight int64  `json:"weight"` // basis points
	Less   bool   `json:"less"`   // of an indicator: less is better
	Curve  Curve  `json:"curve"`  // of an indicator
}

// Missing is what becomes of an item of which nothing is known.
type Missing string

// The policies on what is missing.
const (
	Renormalise Missing = "renormalise" // the other items share its weight
	Carry       Missing = "carry"       // the last closed record's score stands in; where there is none, as above
	Zero        Missing = "zero"        // it counts as 0 points
)

// Policies lists the policies on what is missing.
func Policies() []Missing { return []Missing{Renormalise, Carry, Zero} }

// Effect is what a rule on certificates does.
type Effect string

// The effects.
const (
	Bonus Effect = "bonus" // points are added
	Cap   Effect = "cap"   // the result is at most so much
	Flag  Effect = "flag"  // it is shown that a required certificate is missing
	Warn  Effect = "warn"  // it is shown that one has lapsed
)

// Rule is what a certificate counts for. A cap and a flag concern those who do not hold it, a warning those who no
// longer do, a bonus those who do.
type Rule struct {
	Programme string   `json:"programme"`
	Roles     []string `json:"roles"` // whom it concerns; none is everybody
	Bonus     int64    `json:"bonus"` // hundredths of a point; 0 for none
	HasCap    bool     `json:"has_cap"`
	Cap       int64    `json:"cap"` // hundredths of a point
	Flag      bool     `json:"flag"`
	Warn      bool     `json:"warn"`
}

// Band is a grade: results from so many points on.
type Band struct {
	ID   string       `json:"id"`
	From int64        `json:"from"` // hundredths of a point
	Name catalog.Text `json:"name"`
}

// Trait is what reviewers judge on a scale of which every mark is described.
type Trait struct {
	ID      string          `json:"id"`
	Name    catalog.Text    `json:"name"`
	Anchors [5]catalog.Text `json:"anchors"` // of the marks 1 to 5
}

// Proposal is a reward or a penalty (3.2.4) that is proposed to a person for decision: never given by itself.
type Proposal struct {
	Kind  string `json:"kind"`  // bonus, promotion, honour, warning, fine or demotion
	Band  string `json:"band"`  // for results in this band
	Times int64  `json:"times"` // in so many records of the same cycle one after the other
}

// Kinds lists the rewards and the penalties that the policy knows.
func Kinds() []string {
	return []string{"bonus", "promotion", "honour", "warning", "fine", "demotion"}
}

// Scheme says how some people are appraised.
type Scheme struct {
	ID        string       `json:"id"`
	Title     catalog.Text `json:"title"`
	Cycle     string       `json:"cycle"` // month or year (3.2.2)
	Items     []Item       `json:"items"`
	Missing   Missing      `json:"missing"`
	Least     int64        `json:"least"` // basis points of the weight that must be known for a result
	Bands     []Band       `json:"bands"` // from the best down; the last is from 0
	MaxBonus  int64        `json:"max_bonus"`
	Rules     []Rule       `json:"rules"`
	Traits    []Trait      `json:"traits"`
	Shown     int64        `json:"shown"` // colleagues are shown from so many on; customers from one on
	Proposals []Proposal   `json:"proposals"`

	File string `json:"-"`
	Hash string `json:"-"` // SHA-256 of the scheme as JSON, hex
}

// Band gives the band of a result in hundredths of a point.
func (s *Scheme) Band(score int64) Band {
	for _, b := range s.Bands {
		if score >= b.From {
			return b
		}
	}
	return Band{}
}

// Item gives an item by id.
func (s *Scheme) Item(id string) (Item, bool) {
	for _, i := range s.Items {
		if i.ID == id {
			return i, true
		}
	}
	return Item{}, false
}

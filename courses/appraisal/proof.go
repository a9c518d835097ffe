package appraisal

import "tongguan/courses/composite"

// Certificate is how somebody stood with a programme at the end of the period.
type Certificate struct {
	Programme string            `json:"programme"`
	Number    string            `json:"number"` // "" where there was none
	State     string            `json:"state"`  // as certification names it; "" where they had nothing to do with it
	Holding   composite.Holding `json:"holding"`
	BasisHash string            `json:"basis_hash"` // SHA-256 of the evidence it was issued on, hex
	Seq       int64             `json:"seq"`        // the last transition of the standing that counts
	Ruled     bool              `json:"ruled"`      // whether the scheme's rules name it
}

// Learning is what somebody had learnt at the end of the period.
type Learning struct {
	Lessons  int        `json:"lessons"` // read to the end, each counted once
	Quizzes  int        `json:"quizzes"` // passed, each counted once
	Rehearse []Evidence `json:"roleplays"`
}

// Evidence is one closed exam in a role-play within the period.
type Evidence struct {
	Line    int64  `json:"line"` // of the person's ledger
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Score   int    `json:"score"` // basis points
	Passed  bool   `json:"passed"`
	At      int64  `json:"at"`
	Hash    string `json:"hash"` // SHA-256 of the line, hex
}

// Month is the result of one month that a year rests on.
type Month struct {
	Record string `json:"record"`
	Period string `json:"period"`
	Score  int64  `json:"score"` // hundredths of a point
	Hash   string `json:"hash"`

	Simulated bool `json:"simulated,omitempty"` // it rests on figures that nobody has measured
}

// Input is what is known of one item.
type Input struct {
	Item    string          `json:"item"`
	Given   composite.Given `json:"given"`
	Figure  *Figure         `json:"figure,omitempty"`
	Opinion *Opinion        `json:"opinion,omitempty"`
	Months  []Month         `json:"months,omitempty"`
	Carried string          `json:"carried,omitempty"` // the record whose score could stand in
}

// Inputs is everything that a result is computed from.
type Inputs struct {
	Version      int           `json:"v"`
	Nonce        string        `json:"nonce,omitempty"` // 16 bytes of chance, hex: who knows the hash and all but a mark cannot try out marks
	Record       string        `json:"record"`
	Cycle        string        `json:"cycle"`
	Period       string        `json:"period"`
	Until        int64         `json:"until"`  // the end of the period: certificates and learning as of then
	Scheme       string        `json:"scheme"` // SHA-256 of it
	Leniency     bool          `json:"leniency"`
	Roles        []string      `json:"roles"` // the person's
	Simulated    bool          `json:"simulated"`
	Items        []Input       `json:"items"`
	Certificates []Certificate `json:"certificates"`
	Learning     Learning      `json:"learning"`
}

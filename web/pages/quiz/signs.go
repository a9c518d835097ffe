package quiz

// Signs are what an examiner may want to look at in an attempt.
type Signs struct {
	Hasty   []Hasty
	Away    []Away
	AwayFor string // in all, "3 分 20 秒"; "" for never
	Pattern int    // per cent of pairs in which the harder question was answered better; −1 where nothing can be said
}

// Hasty is an answer that was given faster than its question can be read.
type Hasty struct {
	Number, Seconds, Reading int
}

// Away is a stretch of time in which the page was not in front.
type Away struct{ From, For string }

// Regraded is a change of the result by a correction.
type Regraded struct {
	When, Before, After string
	Passes              bool // it became a pass
	Reason              string
}

// AppealState is what became of an objection to a question.
type AppealState struct {
	State  string // open, upheld or rejected
	Text   string // the objection
	Answer string // the reason of the decision
	When   string // of the decision, or of the objection while it is open
}

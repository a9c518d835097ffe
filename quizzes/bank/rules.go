package bank

import "time"

// Rules are those of a quiz.
type Rules struct {
	Draw        int           // questions of a paper
	Pass        int           // basis points that pass
	Minutes     int           // time limit
	Attempts    int           // how often it may be taken; 0 is as often as one likes
	Wait        time.Duration // between the end of one attempt and the next
	From, Until string        // the window, local time of the company, "2006-01-02 15:04"; "" is open
	AllOnOne    bool          // all questions on one page
	Forward     bool          // no way back to a question that was left
	Certainty   bool          // marked by certainty
	Counts      Counts        // which attempt counts
	Score       When          // when the score is shown
	Answers     When          // when right and wrong are shown
	Explain     When          // when explanations are shown
	Declaration Text          // to be accepted before the start; empty for none
	StayInOrder bool          // questions come in the order of the blueprint
	Exposure    int           // per cent of papers that a question may be on at most; 0 is no limit
	Blueprint   []Cell        // how a paper is made up; empty: Draw questions, clause by clause in turn
}

// Cell is one line of a blueprint: so many questions of a kind. What is empty fits all.
type Cell struct {
	Clause string `yaml:"clause"` // the clause, or all below it: 2.4 takes 2.4.2 too
	Level  string `yaml:"level"`
	Pool   string `yaml:"pool"`
	Take   int    `yaml:"take"`
}

// When is a moment at which something is shown to whoever took the quiz.
type When string

// The moments.
const (
	AtOnce     When = "at_once"    // as soon as a question is answered, which is final then
	Submission When = "submission" // after the attempt is closed
	AfterAll   When = "window"     // after the window of the quiz has ended
	Never      When = "never"
)

// Counts says which of several attempts counts.
type Counts string

// The ways to count.
const (
	Best   Counts = "best"
	Latest Counts = "latest"
	First  Counts = "first"
)

// clockForm is how the window is written.
const clockForm = "2006-01-02 15:04"

// quizFile is the shape of the rules in a file.
type quizFile struct {
	Draw     int    `yaml:"draw"`
	Pass     int    `yaml:"pass"` // per cent
	Minutes  int    `yaml:"minutes"`
	Attempts int    `yaml:"attempts"`
	Wait     string `yaml:"wait"` // a duration: 24h, 30m
	Window   struct {
		From  string `yaml:"from"`
		Until string `yaml:"until"`
	} `yaml:"window"`
	Page      string `yaml:"page"` // one or all
	Back      *bool  `yaml:"back"`
	Certainty bool   `yaml:"certainty"`
	Counts    Counts `yaml:"counts"`
	Show      struct {
		Score        When `yaml:"score"`
		Answers      When `yaml:"answers"`
		Explanations When `yaml:"explanations"`
	} `yaml:"show"`
	Declaration Text   `yaml:"declaration"`
	Shuffle     *bool  `yaml:"shuffle"`
	Exposure    int    `yaml:"exposure"`
	Blueprint   []Cell `yaml:"blueprint"`
}

// rulesOf reads the rules, and says what is wrong with them; line is where they begin.
func (l *linter) rulesOf(f quizFile) Rules {
	r := Rules{Draw: f.Draw, Pass: f.Pass * 100, Minutes: f.Minutes, Attempts: f.Attempts, From: f.Window.From, Until: f.Window.Until,
		AllOnOne: f.Page == "all", Forward: f.Back != nil && !*f.Back, Certainty: f.Certainty, Counts: f.Counts,
		Score: f.Show.Score, Answers: f.Show.Answers, Explain: f.Show.Explanations, Declaration: f.Declaration,
		StayInOrder: f.Shuffle != nil && !*f.Shuffle, Exposure: f.Exposure, Blueprint: f.Blueprint}
	for _, w := range []*When{&r.Score, &r.Answers, &r.Explain} {
		switch *w {
		case "":
			*w = Submission
		case AtOnce, Submission, AfterAll, Never:
		default:
			l.at(0, "bank.show_unknown", "value", string(*w))
			*w = Never
		}
	}
	switch r.Counts {
	case "":
		r.Counts = Best
	case Best, Latest, First:
	default:
		l.at(0, "bank.counts_unknown", "value", string(r.Counts))
		r.Counts = Best
	}
	if f.Page != "" && f.Page != "one" && f.Page != "all" {
		l.at(0, "bank.page_unknown", "value", f.Page)
	}
	if f.Wait != "" {
		wait, err := time.ParseDuration(f.Wait)
		if err != nil || wait < 0 {
			l.at(0, "bank.wait_form", "value", f.Wait)
		}
		r.Wait = max(0, wait)
	}
	l.moments(r)
	if len(r.Blueprint) > 0 {
		for _, c := range r.Blueprint {
			r.Draw += c.Take
		}
		if f.Draw > 0 {
			l.at(0, "bank.draw_and_blueprint")
			r.Draw -= f.Draw
		}
	}
	return r
}

// moments looks at the window, and at rules that need it or exclude each other.
func (l *linter) moments(r Rules) {
	for _, m := range []string{r.From, r.Until} {
		if _, err := time.Parse(clockForm, m); m != "" && err != nil {
			l.at(0, "bank.window_form", "value", m)
		}
	}
	if r.From != "" && r.Until != "" && r.From >= r.Until {
		l.at(0, "bank.window_empty", "from", r.From, "until", r.Until)
	}
	for _, w := range []When{r.Score, r.Answers, r.Explain} {
		if w == AfterAll && r.Until == "" {
			l.at(0, "bank.window_needed")
			break
		}
	}
	if r.Attempts < 0 {
		l.at(0, "bank.attempts_range", "value", r.Attempts)
	}
	if r.Exposure < 0 || r.Exposure > 100 {
		l.at(0, "bank.exposure_range", "value", r.Exposure)
	}
	if r.AllOnOne && r.Forward {
		l.at(0, "bank.forward_on_one")
	}
	if (r.Declaration.ZH == "") != (r.Declaration.EN == "") {
		l.at(0, "bank.declaration_missing")
	}
}

// Shown says whether something is shown of a closed attempt at a moment, both in local time of the company.
func (r Rules) Shown(w When, now time.Time) bool {
	switch w {
	case AtOnce, Submission:
		return true
	case AfterAll:
		until, err := time.ParseInLocation(clockForm, r.Until, now.Location())
		return err == nil && now.After(until)
	}
	return false
}

// Window gives the moments between which the quiz may be begun, in a zone; a zero one is open.
func (r Rules) Window(zone *time.Location) (from, until time.Time) {
	if r.From != "" {
		from, _ = time.ParseInLocation(clockForm, r.From, zone)
	}
	if r.Until != "" {
		until, _ = time.ParseInLocation(clockForm, r.Until, zone)
	}
	return from, until
}

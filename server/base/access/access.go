// Package access is the one table of who may do what: role × action × relation to the person concerned.
//
// Every verb of every room asks Allowed, so that the page, the API and the command line cannot disagree. What
// the table does not name is denied.
package access

import (
	"slices"

	"tongguan/server/base/fault"
)

// Role is what a person is to the academy; one person may be several.
type Role string

// The six roles.
const (
	Learner   Role = "learner"
	Manager   Role = "manager"   // of the teams that name them, and all teams below those
	Author    Role = "author"    // writes content
	HR        Role = "hr"        // runs training and appraisal for everybody
	Inspector Role = "inspector" // the supervision post, clause 5.1.1
	Admin     Role = "admin"     // keeps accounts and teams; sees nobody's results by that
)

var roles = []Role{Learner, Manager, Author, HR, Inspector, Admin}

// Roles lists the roles in the order in which pages show them.
func Roles() []Role { return slices.Clone(roles) }

// Known says whether r is one of the roles.
func (r Role) Known() bool { return slices.Contains(roles, r) }

// Relation is how the acting person stands to the person concerned.
type Relation string

// The three relations. An act that concerns nobody in particular is asked with Other.
const (
	Self  Relation = "self"
	Below Relation = "below" // in a team that the actor manages, or in one below it
	Other Relation = "other"
)

// Relations lists the relations.
func Relations() []Relation { return []Relation{Self, Below, Other} }

// Action is something a verb does.
type Action string

// The actions.
const (
	KeepAccount       Action = "account.keep"       // one's own password, sessions, tokens, language
	ReadLesson        Action = "lesson.read"        // read, and finish
	TakeQuiz          Action = "quiz.take"          // start, answer, submit
	ReviewAttempt     Action = "attempt.review"     // see the single answers of a closed attempt
	MarkAnswer        Action = "answer.mark"        // mark open answers of others, without knowing whose they are
	CorrectQuestion   Action = "question.correct"   // decide objections, without knowing whose they are, and correct questions
	GrantTime         Action = "time.grant"         // give somebody extra time in quizzes
	Rehearse          Action = "rehearsal.play"     // start, act, end, branch
	ReviewRehearsal   Action = "rehearsal.review"   // look back on a rehearsal that has ended, and verify it
	SeeProgress       Action = "progress.see"       // what was assigned, read, passed
	AssignCourse      Action = "course.assign"      // and withdraw
	Enrol             Action = "programme.enrol"    // put into a programme, and take out
	SignStep          Action = "step.sign"          // sign a step of a programme that somebody has done
	WaiveStep         Action = "step.waive"         // say that somebody need not do a step
	MakeRules         Action = "programme.rules"    // rules by which people come into programmes
	SeeCertificate    Action = "certificate.see"    // certificates, and why or why not
	GrantCertificate  Action = "certificate.grant"  // approve where approval is needed
	RevokeCertificate Action = "certificate.revoke" // suspend, reinstate, revoke; the programme says which roles may
	ShareCertificate  Action = "certificate.share"  // decide what verification shows
	PublishPolicy     Action = "policy.publish"     // put a changed clause in force
	SeePeople         Action = "people.see"         // account data
	EditPeople        Action = "people.edit"        // create, change, suspend, import; roles
	SeeTeams          Action = "team.see"           // the whole tree
	EditTeams         Action = "team.edit"          // create, move, name managers
	ReadTrail         Action = "audit.read"         // the audit trail and its proof
	SeeContentDesk    Action = "content.desk.see"   // what is wrong with the content
	HoldSession       Action = "session.hold"       // plan, change, cancel a training session; mark who was there
	AskExternal       Action = "external.ask"       // ask for an external training, prove it and share it
	DecideExternal    Action = "external.decide"    // approve or decline it, and see what proves it

	TakeData    Action = "data.take"    // everything that is known of a person, in one file
	ErasePerson Action = "person.erase" // erase a person's data and leave a pseudonym
)

// Actions lists the actions.
func Actions() []Action {
	return []Action{KeepAccount, ReadLesson, TakeQuiz, ReviewAttempt, MarkAnswer, CorrectQuestion, GrantTime, Rehearse, ReviewRehearsal, SeeProgress, AssignCourse, Enrol, SignStep, WaiveStep,
		MakeRules, SeeCertificate, GrantCertificate, RevokeCertificate, ShareCertificate, PublishPolicy, SeePeople,
		EditPeople, SeeTeams, EditTeams, ReadTrail, SeeContentDesk, HoldSession, AskExternal, DecideExternal,
		TakeData, ErasePerson}
}

type grant map[Role][]Relation

// everyone may do it for themselves, whatever their role.
var everyone = grant{Learner: {Self}, Manager: {Self}, Author: {Self}, HR: {Self}, Inspector: {Self}, Admin: {Self}}

var table = map[Action]grant{
	KeepAccount:       everyone,
	ReadLesson:        everyone,
	TakeQuiz:          everyone,
	ReviewAttempt:     everyone.and(grant{Inspector: {Below, Other}}),
	MarkAnswer:        {Author: {Below, Other}},
	CorrectQuestion:   {Author: {Other}},
	GrantTime:         {HR: {Below, Other}},
	Rehearse:          everyone,
	ReviewRehearsal:   everyone.and(grant{Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}}),
	SeeProgress:       everyone.and(grant{Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}}),
	AssignCourse:      {Manager: {Below}, HR: {Self, Below, Other}},
	Enrol:             {Manager: {Below}, HR: {Self, Below, Other}},
	SignStep:          everyone.only(Below, Other), // the programme and the enrolment say who
	WaiveStep:         {HR: {Below, Other}},
	MakeRules:         {HR: {Other}},
	SeeCertificate:    everyone.and(grant{Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}}),
	GrantCertificate:  {HR: {Below, Other}},
	RevokeCertificate: {Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}, Admin: {Below, Other}},
	ShareCertificate:  everyone,
	PublishPolicy:     {HR: {Other}},
	SeePeople:         everyone.and(grant{Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}, Admin: {Below, Other}}),
	EditPeople:        {Admin: {Self, Below, Other}},
	SeeTeams:          {HR: {Other}, Inspector: {Other}, Admin: {Other}},
	EditTeams:         {Admin: {Other}},
	ReadTrail:         {Inspector: {Other}},
	SeeContentDesk:    {Author: {Other}},
	HoldSession:       {Manager: {Below}, HR: {Below, Other}},
	AskExternal:       everyone,
	DecideExternal:    {Manager: {Below}, HR: {Below, Other}},

	TakeData:    everyone,
	ErasePerson: {Admin: {Below, Other}},
}

// only gives every role of g these relations.
func (g grant) only(to ...Relation) grant {
	out := grant{}
	for r := range g {
		out[r] = to
	}
	return out
}

func (g grant) and(more grant) grant {
	out := grant{}
	for _, r := range roles {
		if all := append(slices.Clone(g[r]), more[r]...); len(all) > 0 {
			out[r] = all
		}
	}
	return out
}

// Actor is the person who acts.
type Actor struct {
	ID    string
	Name  string
	Login string
	Lang  string
	Team  string // the team they belong to, or ""
	Roles []Role

	operator bool
}

// Operator is whoever runs the program on its machine: whoever can do that can change the database anyhow.
func Operator() Actor { return Actor{operator: true} }

// Is says whether the actor has the role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// May says whether the table allows the actor the action towards a person in that relation.
func (a Actor) May(do Action, to Relation) bool {
	if a.operator {
		return true
	}
	for _, r := range a.Roles {
		if slices.Contains(table[do][r], to) {
			return true
		}
	}
	return false
}

// Check is May as an error: Missing where it is about somebody else, since what may not be seen looks like
// what does not exist, and Denied where nobody is concealed.
func (a Actor) Check(do Action, to Relation) error {
	switch {
	case a.May(do, to):
		return nil
	case to == Other || to == Below:
		return fault.New(fault.Missing, "error.missing")
	default:
		return fault.New(fault.Denied, "error.denied")
	}
}

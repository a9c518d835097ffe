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

	RunAppraisal     Action = "appraisal.run"     // open cycles, calibrate, show, close and correct
	SetTarget        Action = "appraisal.target"  // say what somebody is to aim at
	SeeAppraisal     Action = "appraisal.see"     // records whole; results once they are shown
	InspectAppraisal Action = "appraisal.inspect" // that a record is there, how it was computed, and whether it is whole: no reviews
	RespondAppraisal Action = "appraisal.respond" // agree to one's targets, answer one's result
	DecideAppeal     Action = "appraisal.decide"  // decide a dispute of somebody one does not manage

	SeeFigures   Action = "figure.see"   // what somebody achieved, by the indicators of 3.2.1
	EnterFigures Action = "figure.enter" // type, import, withdraw; never one's own

	GiveReview     Action = "review.give"       // review a colleague; the panel's list says who
	PlanReviews    Action = "review.plan"       // say who reviews whom, and see who is asked
	InviteCustomer Action = "review.invite"     // make a link with which a customer reviews somebody
	SeeReviews     Action = "review.see"        // what a group of reviewers found, never what one did
	ProposeReward  Action = "reward.propose"    // a reward or a penalty for somebody
	DecideReward   Action = "reward.decide"     // grant or decline it, settle an objection; the room says who must not
	SeeReward      Action = "reward.see"        // the person: only what was granted
	KeepPlans      Action = "inspection.plans"  // see the plans of inspection, and set how often and how much
	Inspect        Action = "inspection.do"     // hold rounds, raise findings, verify what was put right
	SeeFindings    Action = "finding.see"       // what must be put right, and its history
	Rectify        Action = "finding.rectify"   // say how one's own was put right
	ExamineReports Action = "violation.examine" // reports of violations
	RewardReport   Action = "violation.reward"  // for a report that proved true, without seeing it
	TakeData       Action = "data.take"         // everything that is known of a person, in one file
	ErasePerson    Action = "person.erase"      // erase a person's data and leave a pseudonym

	TraceContent    Action = "policy.trace"     // what rests on every clause and what is missing, question by question; how many are certified, as a number
	WriteContent    Action = "manuscript.write" // preview and save the files of the content
	CompareVersions Action = "lesson.versions"  // see the versions of a lesson, and how many have read which
	SendRemark      Action = "remark.send"      // send a note on a passage of a lesson, and take it back
	AnswerRemark    Action = "remark.answer"    // read such notes without knowing whose they are, answer and close them
)

// Actions lists the actions.
func Actions() []Action {
	return []Action{KeepAccount, ReadLesson, TakeQuiz, ReviewAttempt, MarkAnswer, CorrectQuestion, GrantTime, Rehearse, ReviewRehearsal, SeeProgress, AssignCourse, Enrol, SignStep, WaiveStep,
		MakeRules, SeeCertificate, GrantCertificate, RevokeCertificate, ShareCertificate, PublishPolicy, SeePeople,
		EditPeople, SeeTeams, EditTeams, ReadTrail, SeeContentDesk, HoldSession, AskExternal, DecideExternal,
		RunAppraisal, SetTarget, SeeAppraisal, InspectAppraisal, RespondAppraisal, DecideAppeal,
		SeeFigures, EnterFigures,
		GiveReview, PlanReviews, InviteCustomer, SeeReviews,
		ProposeReward, DecideReward, SeeReward,
		KeepPlans, Inspect, SeeFindings, Rectify, ExamineReports, RewardReport,
		TakeData, ErasePerson,
		TraceContent, WriteContent, CompareVersions, SendRemark, AnswerRemark}
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

	RunAppraisal:     {HR: {Below, Other}},
	SetTarget:        {Manager: {Below}, HR: {Below, Other}},
	SeeAppraisal:     everyone.and(grant{Manager: {Below}, HR: {Below, Other}}),
	InspectAppraisal: {Inspector: {Below, Other}},
	RespondAppraisal: everyone,
	DecideAppeal:     {HR: {Other}},
	SeeFigures:       everyone.and(grant{Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}}),
	EnterFigures:     {Manager: {Below}, HR: {Below, Other}},
	GiveReview:       everyone.only(Below, Other), // never oneself
	PlanReviews:      {HR: {Below, Other}},
	InviteCustomer:   {Manager: {Below}, HR: {Below, Other}},
	SeeReviews:       everyone.and(grant{Manager: {Below}, HR: {Below, Other}}), // one's own once they are shown; not the inspector

	ProposeReward:  {Manager: {Below}, HR: {Below, Other}},
	DecideReward:   {HR: {Below, Other}},
	SeeReward:      everyone.and(grant{Manager: {Below}, HR: {Below, Other}, Inspector: {Below, Other}}),
	KeepPlans:      {HR: {Other}, Inspector: {Other}},
	Inspect:        {Inspector: {Other}},
	SeeFindings:    everyone.and(grant{Manager: {Below}, Inspector: {Below, Other}}),
	Rectify:        everyone,
	ExamineReports: {Inspector: {Other}},
	RewardReport:   {HR: {Other}},
	TakeData:       everyone,
	ErasePerson:    {Admin: {Below, Other}},

	TraceContent:    {Author: {Other}, Inspector: {Other}},
	WriteContent:    {Author: {Other}},
	CompareVersions: {Manager: {Other}, Author: {Other}, HR: {Other}, Inspector: {Other}},
	SendRemark:      everyone,
	AnswerRemark:    {Author: {Other}},
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

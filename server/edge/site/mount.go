package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Mount puts every page at its address.
func (s *Site) Mount(f *fiber.App) {
	f.Get("/static/*", s.static)
	f.Get("/", s.open(s.home))
	f.Get("/signin", s.open(s.signInForm)).Post("/signin", s.open(s.signIn))
	f.Post("/signout", s.in(s.signOut))
	f.Get("/welcome/:token", s.open(s.welcomeForm)).Post("/welcome/:token", s.open(s.welcome))
	f.Post("/language", s.open(s.chooseLanguage)).Post("/theme", s.open(s.chooseTheme))

	f.Get("/account", s.in(s.account)).Post("/account/password", s.in(s.passwordChange))
	f.Post("/account/sessions/end-others", s.in(s.sessionsEndOthers)).Post("/account/sessions/:id/end", s.in(s.sessionEnd))
	f.Post("/account/tokens", s.in(s.tokenNew)).Post("/account/tokens/:id/revoke", s.in(s.tokenRevoke))

	s.mountReading(f)
	f.Get("/learn", s.in(s.learn))
	f.Get("/courses", s.in(s.courses)).Get("/courses/:course", s.in(s.course))
	f.Get("/courses/:course/:module/quiz", s.in(s.quizIntro)).Post("/courses/:course/:module/quiz", s.in(s.quizStart))
	f.Get("/courses/:course/:module/:lesson", s.in(s.lesson)).Post("/courses/:course/:module/:lesson/finish", s.in(s.finish))
	f.Post("/courses/:course/:module/:lesson/checks/:check", s.in(s.inlineCheck))

	f.Get("/attempts/:id", s.in(s.question)).Post("/attempts/:id/answers", s.in(s.answer)).Post("/attempts/:id/save", s.save)
	f.Get("/attempts/:id/submit", s.in(s.submitOverview)).Post("/attempts/:id/submit", s.in(s.submit))
	f.Get("/attempts/:id/review", s.in(s.review))

	f.Post("/attempts/:id/appeals", s.in(s.appealFile)).Get("/attempts/:id/appeals/:question", s.in(s.appealForm))
	f.Post("/attempts/:id/appeals/:question/aside", s.in(s.appealAside)).Post("/attempts/:id/notes/:correction/aside", s.in(s.noteAside))

	f.Get("/practice", s.in(s.practice)).Post("/practice", s.in(s.rehearsalStart))
	f.Get("/rehearsals/:id", s.in(s.rehearsal)).Post("/rehearsals/:id/turns", s.in(s.rehearsalTurn))
	f.Post("/rehearsals/:id/close", s.in(s.rehearsalClose)).Post("/rehearsals/:id/branch", s.in(s.rehearsalBranch))
	f.Get("/rehearsals/:id/debrief", s.in(s.rehearsalDebrief)).Get("/rehearsals/:id/proof", s.in(s.rehearsalProof))
	f.Post("/plays", s.in(s.playStart)).Get("/plays/:id", s.in(s.play)).Post("/plays/:id/moves", s.in(s.playMove))
	f.Post("/plays/:id/close", s.in(s.playClose)).Post("/plays/:id/branch", s.in(s.playBranch))
	f.Get("/plays/:id/debrief", s.in(s.playDebrief)).Get("/plays/:id/proof", s.in(s.playProof))
	f.Post("/plays/:id/notes", s.in(s.playNote)).Post("/plays/:id/ratings", s.in(s.playRate))

	s.mountProgrammes(f)
	s.mountAppraisals(f)
	s.mountReviews(f)
	s.mountFigures(f)
	s.mountSupervision(f)
	f.Get("/training", s.in(s.training)).Post("/training/feed", s.in(s.feedNew)).Get("/calendar/:token.ics", s.open(s.calendar))
	f.Get("/training/sessions", s.in(s.sessionDesk)).Post("/training/sessions", s.in(s.sessionPlan)).Get("/training/sessions/new", s.in(s.sessionNew))
	f.Get("/training/sessions/:id", s.in(s.sessionShow)).Post("/training/sessions/:id/caught-up", s.in(s.caughtUp))
	f.Get("/training/sessions/:id/change", s.in(s.sessionEdit)).Post("/training/sessions/:id/change", s.in(s.sessionChange))
	f.Post("/training/sessions/:id/cancel", s.in(s.sessionCancel)).Get("/training/attendance", s.in(s.attendanceReport))
	f.Get("/training/sessions/:id/attendance", s.in(s.attendance)).Post("/training/sessions/:id/attendance", s.in(s.attendanceMark))
	f.Get("/training/external", s.in(s.externalDesk)).Post("/training/external", s.in(s.externalAsk)).Get("/training/external/new", s.in(s.externalNew))
	f.Get("/training/external/:id", s.in(s.externalShow)).Post("/training/external/:id/decide", s.in(s.externalDecide))
	f.Post("/training/external/:id/withdraw", s.in(s.externalWithdraw)).Post("/training/external/:id/taken", s.in(s.externalTake))
	f.Post("/training/external/:id/files", s.in(s.externalProve)).Get("/training/external/:id/files/:file", s.in(s.externalFile))
	f.Post("/training/external/:id/share", s.in(s.externalShare))
	f.Get("/training/shared/:id", s.in(s.sharedShow)).Post("/training/shared/:id/rating", s.in(s.sharedRate))

	f.Get("/policy/changes", s.in(s.changes)).Post("/policy/changes", s.in(s.changePublish))
	f.Get("/policy/changes/new", s.in(s.changeNew)).Post("/policy/changes/preview", s.in(s.changePreview))
	f.Get("/policy/changes/:id", s.in(s.changeShow))
	f.Get("/duties/:change", s.in(s.duty)).Post("/duties/:change/confirm", s.in(s.dutyConfirm)).Post("/duties/:change/quiz", s.in(s.dutyQuiz))

	s.mountTrace(f)
	f.Get("/search", s.in(s.search))
	s.mountLibrary(f)
	s.mountRewards(f)

	f.Get("/team/certificates", s.in(s.matrix)).Get("/team/risk", s.in(s.atRisk)).Get("/team/coverage", s.in(s.coverage))
	f.Get("/team/skills", s.in(s.skillMap)).Get("/team/trend", s.in(s.trend))
	for name, table := range map[string]tableOf{"certificates": s.matrixTable, "risk": s.riskTable, "coverage": s.coverageTable} {
		for _, kind := range []string{"csv", "xlsx"} {
			f.Get("/team/"+name+"."+kind, s.in(s.export(exportTitles[name], kind, table)))
		}
	}
	f.Get("/team/enrol", s.in(s.enrolPreview)).Post("/team/enrol", s.in(s.enrolTogether))
	f.Get("/team/:person/certificates/:programme", s.in(s.standingOne)).Get("/team/:person/evidence", s.in(s.evidencePage))
	f.Post("/team/:person/certificates/:programme/approve", s.in(s.standingApprove))

	f.Get("/team", s.in(s.teamList)).Get("/team/:person", s.in(s.member))
	f.Post("/team/:person/time", s.in(s.timeGrant))
	f.Get("/assignments/new", s.in(s.assignForm)).Post("/assignments", s.in(s.assign))
	f.Post("/assignments/:id/withdraw", s.in(s.withdraw))

	f.Get("/certificates", s.in(s.certificates)).Get("/certificates/:number", s.open(s.certificate))
	f.Get("/certificates/:number/pdf", s.in(s.certificatePDF)).Get("/certificates/:number/badge", s.in(s.certificateBadge))
	f.Post("/certificates/:number/shares", s.in(s.certificateShare)).Post("/certificates/:number/decide", s.in(s.certificateDecide))
	f.Get("/verify", s.open(s.verify))
	f.Get("/badges/issuer", s.badgeIssuer).Get("/badges/keys", s.badgeKeys).Get("/badges/keys/:thumbprint", s.badgeKey)
	f.Get("/badges/status/:purpose", s.badgeStatus)

	f.Get("/admin/people", s.in(s.peopleList)).Post("/admin/people", s.in(s.personCreate))
	f.Get("/admin/people/new", s.in(s.personNew))
	f.Get("/admin/people/:id", s.in(s.personShow)).Post("/admin/people/:id", s.in(s.personChange))
	f.Post("/admin/people/:id/link", s.in(s.personLink))
	f.Post("/admin/people/:id/suspend", s.in(s.personState(people.Suspended)))
	f.Post("/admin/people/:id/resume", s.in(s.personState(people.Active)))
	f.Get("/admin/teams", s.in(s.teamsShow)).Post("/admin/teams", s.in(s.teamSave)).Post("/admin/teams/:id", s.in(s.teamSave))
	f.Get("/admin/import", s.in(s.importForm)).Post("/admin/import", s.in(s.importPlan)).Post("/admin/import/apply", s.in(s.importApply))

	s.mountTrail(f)
	s.mountPersonal(f)
	s.mountWriting(f)
	f.Get("/desk", s.in(s.contentDesk)).Get("/desk/scenes/:id", s.in(s.sceneDesk))
	f.Get("/desk/quizzes/:course/:module", s.in(s.quizDesk)).Get("/desk/quizzes/:course/:module/items.csv", s.in(s.quizDeskCSV))
	f.Get("/desk/marking", s.in(s.markingQueue)).Get("/desk/marking/:veiled/:question", s.in(s.markingSheet))
	f.Post("/desk/marking/:veiled/:question", s.in(s.markingGive))
	f.Get("/desk/appeals", s.in(s.appealList)).Get("/desk/appeals/:id", s.in(s.dispute)).Post("/desk/appeals/:id/reject", s.in(s.appealReject))
	f.Post("/desk/appeals/:id/preview", s.in(s.correctPreview)).Post("/desk/appeals/:id/correct", s.in(s.correctDo))
	f.Use(func(*fiber.Ctx) error { return fault.New(fault.Missing, "error.missing") })
}

// mountProgrammes puts programmes of training at their addresses.
func (s *Site) mountProgrammes(f *fiber.App) {
	f.Get("/programmes", s.in(s.programmes))
	f.Get("/programmes/rules", s.in(s.programmeRules)).Post("/programmes/rules", s.in(s.ruleMake)).Post("/programmes/rules/:rule/end", s.in(s.ruleEnd))
	f.Get("/programmes/:programme", s.in(s.programme))
	f.Get("/programmes/:programme/people", s.in(s.programmePeople)).Post("/programmes/:programme/people", s.in(s.enrol))
	f.Get("/programmes/:programme/people/:person", s.in(s.programmeMember))
	f.Post("/programmes/:programme/people/:person/buddy", s.in(s.buddySet)).Post("/programmes/:programme/people/:person/end", s.in(s.unenrol))
	f.Post("/programmes/:programme/people/:person/waive", s.in(s.stepWaive)).Post("/programmes/:programme/people/:person/unwaive", s.in(s.stepUnwaive))
	f.Post("/programmes/:programme/people/:person/move", s.in(s.moveOn))
	f.Get("/signoffs", s.in(s.signoffs))
	f.Get("/signoffs/:programme/:step/:person", s.in(s.signForm)).Post("/signoffs/:programme/:step/:person", s.in(s.sign))
	f.Post("/signoffs/:programme/:step/:person/back", s.in(s.signBack))
	f.Post("/notices/:day/aside", s.in(s.noticeDone)).Post("/account/mail", s.in(s.mailChoice))
}

// mountAppraisals puts appraisals at their addresses.
func (s *Site) mountAppraisals(f *fiber.App) {
	f.Get("/appraisals", s.in(s.appraisals)).Post("/appraisals", s.in(s.cycleOpen))
	f.Get("/appraisals/new", s.in(s.cycleNew)).Post("/appraisals/preview", s.in(s.cyclePreview))
	f.Get("/appraisals/cycles/:id", s.in(s.cycleShow)).Post("/appraisals/cycles/:id/people", s.in(s.cycleAdd))
	f.Post("/appraisals/cycles/:id/days", s.in(s.cycleMove))
	f.Post("/appraisals/cycles/:id/show", s.in(s.cycleShowAll)).Post("/appraisals/cycles/:id/close", s.in(s.cycleCloseAll))
	for _, kind := range []string{"csv", "xlsx"} {
		f.Get("/appraisals/cycles/:id/records."+kind, s.in(s.export("appraisals", kind, s.cycleTable)))
	}
	f.Get("/appraisals/:id", s.in(s.appraisalRecord)).Post("/appraisals/:id/targets", s.in(s.appraisalTargets))
	f.Post("/appraisals/:id/agree", s.in(s.appraisalAgree)).Post("/appraisals/:id/object", s.in(s.appraisalObject))
	f.Post("/appraisals/:id/calibrate", s.in(s.appraisalCalibrate)).Post("/appraisals/:id/show", s.in(s.appraisalShow))
	f.Post("/appraisals/:id/respond", s.in(s.appraisalRespond)).Post("/appraisals/:id/decide", s.in(s.appraisalDecide))
	f.Post("/appraisals/:id/close", s.in(s.appraisalClose)).Post("/appraisals/:id/correct", s.in(s.appraisalCorrect))
}

// mountFigures puts what people achieved at its addresses.
func (s *Site) mountFigures(f *fiber.App) {
	f.Get("/figures", s.in(s.figureBoard))
	f.Get("/figures.csv", s.in(s.export("figures", "csv", s.figureTable))).Get("/figures.xlsx", s.in(s.export("figures", "xlsx", s.figureTable)))
	f.Get("/figures/import", s.in(s.figureImport)).Post("/figures/import", s.in(s.figurePlan)).Post("/figures/import/apply", s.in(s.figureApply))
	f.Get("/figures/:person", s.in(s.figureCard)).Post("/figures/:person", s.in(s.figureEnter))
	f.Post("/figures/:person/withdraw", s.in(s.figureWithdraw)).Post("/figures/:person/simulate", s.in(s.figureSimulate))
}

// mountRewards puts rewards and penalties at their addresses.
func (s *Site) mountRewards(f *fiber.App) {
	f.Get("/rewards", s.in(s.rewardList)).Post("/rewards", s.in(s.rewardPropose))
	f.Get("/rewards.csv", s.in(s.export("rewards", "csv", s.rewardTable))).Get("/rewards.xlsx", s.in(s.export("rewards", "xlsx", s.rewardTable)))
	f.Get("/rewards/mine", s.in(s.rewardMine)).Get("/rewards/new", s.in(s.rewardNew)).Post("/rewards/derive", s.in(s.rewardDerive))
	f.Get("/rewards/:id", s.in(s.rewardShow)).Post("/rewards/:id/decide", s.in(s.rewardDecide)).Post("/rewards/:id/withdraw", s.in(s.rewardWithdraw))
	f.Post("/rewards/:id/object", s.in(s.rewardObject)).Post("/rewards/:id/settle", s.in(s.rewardSettle))
}

// mountSupervision puts inspections, findings and reports of violations at their addresses.
func (s *Site) mountSupervision(f *fiber.App) {
	f.Get("/inspections", s.in(s.inspections)).Get("/findings", s.in(s.findingsOwn))
	f.Get("/inspections/plans/:id", s.in(s.inspectionPlan)).Post("/inspections/plans/:id", s.in(s.inspectionSet))
	f.Post("/inspections/plans/:id/rounds", s.in(s.inspectionBegin)).Post("/inspections/plans/:id/findings", s.in(s.inspectionRecords))
	f.Get("/inspections/rounds/:id", s.in(s.round)).Get("/inspections/rounds/:id/report", s.in(s.roundReport))
	f.Post("/inspections/rounds/:id/items/:number", s.in(s.roundSave)).Post("/inspections/rounds/:id/close", s.in(s.roundClose))
	f.Get("/inspections/findings", s.in(s.findingsDesk)).Post("/inspections/findings", s.in(s.findingRaise)).Get("/inspections/findings/new", s.in(s.findingNew))
	for _, kind := range []string{"csv", "xlsx"} {
		f.Get("/inspections/findings."+kind, s.in(s.export("findings", kind, s.findingsTable)))
	}
	f.Get("/inspections/findings/:id", s.in(s.finding)).Get("/inspections/findings/:id/files/:file", s.in(s.findingFile))
	f.Post("/inspections/findings/:id/rectify", s.in(s.findingRectify)).Post("/inspections/findings/:id/judge", s.in(s.findingJudge))
	f.Post("/inspections/findings/:id/move", s.in(s.findingMove)).Post("/inspections/findings/:id/files", s.in(s.findingFileAdd))

	f.Get("/report", s.hushed(s.reportForm)).Post("/report", s.hushed(s.reportSend))
	f.Get("/report/receipt", s.hushed(s.receiptForm)).Post("/report/receipt", s.hushed(s.receiptOpen)).Post("/report/receipt/reply", s.hushed(s.receiptReply))
	f.Get("/violations", s.in(s.violations)).Get("/violations/rewards", s.in(s.bounties))
	f.Post("/violations/rewards/pay", s.in(s.bountyPay)).Post("/violations/rewards/:id", s.in(s.bountyDecide))
	f.Get("/violations/:id", s.in(s.violation)).Post("/violations/:id/state", s.in(s.violationState))
	f.Post("/violations/:id/messages", s.in(s.violationAsk)).Post("/violations/:id/reward", s.in(s.violationReward))
}

// static sends a file under an address that holds its hash, to be kept for ever.
func (s *Site) static(c *fiber.Ctx) error {
	file, ok := s.Assets.Get(c.Path())
	if !ok {
		return fault.New(fault.Missing, "error.missing")
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, file.Type)
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") && file.Gzip != nil {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		return c.Send(file.Gzip)
	}
	return c.Send(file.Body)
}

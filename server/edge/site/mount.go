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

	f.Get("/policy", s.in(s.policyList)).Get("/policy/:clause", s.in(s.policyClause))
	f.Get("/search", s.in(s.search))

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

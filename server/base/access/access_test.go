package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

// What is allowed, written out by hand. Everything else must be denied.
const allowed = `
account.keep     learner self | manager self | author self | hr self | inspector self | admin self
lesson.read      learner self | manager self | author self | hr self | inspector self | admin self
quiz.take        learner self | manager self | author self | hr self | inspector self | admin self
attempt.review   learner self | manager self | author self | hr self | inspector self below other | admin self
answer.mark      author below other
question.correct author other
time.grant       hr below other
rehearsal.play   learner self | manager self | author self | hr self | inspector self | admin self
rehearsal.review learner self | manager self below | author self | hr self below other | inspector self below other | admin self
progress.see     learner self | manager self below | author self | hr self below other | inspector self below other | admin self
course.assign    manager below | hr self below other
programme.enrol  manager below | hr self below other
step.sign        learner below other | manager below other | author below other | hr below other | inspector below other | admin below other
step.waive       hr below other
programme.rules  hr other
certificate.see  learner self | manager self below | author self | hr self below other | inspector self below other | admin self
certificate.grant hr below other
certificate.revoke manager below | hr below other | inspector below other | admin below other
certificate.share learner self | manager self | author self | hr self | inspector self | admin self
policy.publish   hr other
people.see       learner self | manager self below | author self | hr self below other | inspector self below other | admin self below other
people.edit      admin self below other
team.see         hr other | inspector other | admin other
team.edit        admin other
audit.read       inspector other
content.desk.see author other
session.hold     manager below | hr below other
external.ask     learner self | manager self | author self | hr self | inspector self | admin self
external.decide  manager below | hr below other
figure.see       learner self | manager self below | author self | hr self below other | inspector self below other | admin self
figure.enter     manager below | hr below other
review.give      learner below other | manager below other | author below other | hr below other | inspector below other | admin below other
review.plan      hr below other
review.invite    manager below | hr below other
review.see       learner self | manager self below | author self | hr self below other | inspector self | admin self
appraisal.run    hr below other
appraisal.target manager below | hr below other
appraisal.see    learner self | manager self below | author self | hr self below other | inspector self | admin self
appraisal.inspect inspector below other
appraisal.respond learner self | manager self | author self | hr self | inspector self | admin self
appraisal.decide hr other
reward.propose   manager below | hr below other
reward.decide    hr below other
reward.see       learner self | manager self below | author self | hr self below other | inspector self below other | admin self
inspection.plans hr other | inspector other
inspection.do    inspector other
finding.see      learner self | manager self below | author self | hr self | inspector self below other | admin self
finding.rectify  learner self | manager self | author self | hr self | inspector self | admin self
violation.examine inspector other
violation.reward hr other
data.take        learner self | manager self | author self | hr self | inspector self | admin self
person.erase     admin below other
policy.trace     author other | inspector other
manuscript.write author other
lesson.versions  manager other | author other | hr other | inspector other
remark.send      learner self | manager self | author self | hr self | inspector self | admin self
remark.answer    author other
`

func TestWholeTable(t *testing.T) {
	want := map[string]bool{}
	for line := range strings.Lines(strings.TrimSpace(allowed)) {
		action, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, part := range strings.Split(rest, "|") {
			f := strings.Fields(part)
			for _, relation := range f[1:] {
				want[fmt.Sprint(action, " ", f[0], " ", relation)] = true
			}
		}
	}
	got := map[string]bool{}
	for _, action := range Actions() {
		for _, role := range Roles() {
			for _, relation := range Relations() {
				if (Actor{ID: "p", Roles: []Role{role}}).May(action, relation) {
					got[fmt.Sprint(action, " ", role, " ", relation)] = true
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the table allows something else (-want +got):\n%s", diff)
	}
	for action := range table {
		if !strings.Contains(allowed, "\n"+string(action)+" ") {
			t.Errorf("%s is in the table and not in Actions", action)
		}
	}
}

func TestNoRoleMayNothing(t *testing.T) {
	for _, action := range append(Actions(), "unknown.action") {
		for _, relation := range Relations() {
			if (Actor{ID: "p"}).May(action, relation) || (Actor{ID: "p", Roles: []Role{"root"}}).May(action, relation) {
				t.Errorf("%s towards %s without a role", action, relation)
			}
		}
	}
}

func TestRolesAdd(t *testing.T) {
	a := Actor{ID: "p", Roles: []Role{Learner, Inspector}}
	if !a.May(TakeQuiz, Self) || !a.May(ReadTrail, Other) || a.May(EditPeople, Other) {
		t.Error("two roles allow what each allows, and no more")
	}
}

func TestWhatMayNotBeSeenLooksMissing(t *testing.T) {
	a := Actor{ID: "p", Roles: []Role{Learner}}
	if k := fault.KindOf(a.Check(SeeProgress, Other)); k != fault.Missing {
		t.Errorf("a stranger's progress: kind %d", k)
	}
	if k := fault.KindOf(a.Check(EditPeople, Self)); k != fault.Denied {
		t.Errorf("one's own account: kind %d", k)
	}
	if err := a.Check(ReadLesson, Self); err != nil {
		t.Error(err)
	}
}

package personal_test

import (
	"slices"
	"strings"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/edge/personal"
)

// notThem are the places that mean somebody else: a person in the lessons and questions of the product, who has the demo's
// learner's name, and the role, which has the login's.
var notThem = map[string][]string{
	"周小满":     {"lesson_version.source", "question_set.source"},
	"learner": {"enrolment_rule.role", "person_role.role", "appraisal_record.roles", "lesson_version.source"}, // an English lesson speaks of learners
}

// roles is the role where it stands in facts and inputs.
var roles = []string{`"roles":["learner"`, `"role":"learner"`}

// means counts the rows of a column that hold a word other than as a role.
func (d *town) means(where, word string) (n int) {
	d.Helper()
	table, column, _ := strings.Cut(where, ".")
	var texts []string
	must(d.T, d.DB.Read().Select(ctx, &texts, "SELECT "+column+" FROM "+table+" WHERE lower("+column+") LIKE $1", "%"+strings.ToLower(word)+"%"))
	for _, text := range texts {
		for _, role := range roles {
			text = strings.ReplaceAll(text, role, "")
		}
		if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
			n++
		}
	}
	return n
}

// TestTheDemosLearnerErased erases whoever has something in every room, with all that was written of them there.
func TestTheDemosLearnerErased(t *testing.T) {
	d := fill(t, dbtest.SQLiteFile(t))
	d.who = d.login("learner")
	words := []string{d.who.Name, d.who.Login, d.who.Email}
	for _, word := range words {
		if word == "" || len(d.mentions(word)) < 2 {
			t.Fatalf("%q stands in %v", word, d.mentions(word))
		}
	}
	_, err := d.Notary.Sign(ctx, d.DB.Read())
	must(t, err)
	must(t, d.People.Suspend(ctx, access.Operator(), d.who.ID))
	must(t, d.Personal.Erase(ctx, d.admin.Actor(), personal.Erasure{Person: d.who.ID, Confirm: d.who.Login, Reason: "本人申请"}))
	for _, word := range words {
		for where := range d.mentions(word) {
			if n := d.means(where, word); n > 0 && !slices.Contains(notThem[word], where) {
				t.Errorf("%s is left in %s, %d times", word, where, n)
			}
		}
	}
	d.proved()
}

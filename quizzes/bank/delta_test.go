package bank

import (
	"os"
	"testing"

	"tongguan/quizzes/grading"
)

// TestDeltaQuizzesStandAlone makes the quiz on every clause of the real content, and reads it again from its source alone.
func TestDeltaQuizzesStandAlone(t *testing.T) {
	b, _ := Read(os.DirFS("../../content"))
	made := 0
	for clause, all := range b.examining {
		s := b.Delta(clause)
		closed := 0
		for _, q := range all {
			if q.Type != grading.Open {
				closed++
			}
		}
		if (s != nil) != (closed >= deltaFewest) {
			t.Errorf("%s: %d questions, and a quiz: %v", clause, closed, s != nil)
		}
		if s == nil {
			continue
		}
		made++
		if s.Key() != DeltaKey(clause) || b.Set(s.Key()) != s || s.Draw != min(len(s.Questions), deltaMost) || s.Pass != 8000 || len(s.Questions) > closed {
			t.Errorf("%s: %s with %d of %d questions, pass %d", clause, s.Key(), s.Draw, len(s.Questions), s.Pass)
		}
		again, _ := Parse(s.File, s.Source)
		if again == nil || again.Hash != s.Hash || again.Key() != s.Key() {
			t.Fatalf("%s cannot be read again", clause)
		}
		for _, q := range all {
			if q.Type == grading.Open {
				continue
			}
			copied := again.Question(q.ID)
			if copied == nil && len(s.Questions) < closed { // kept for an exam
				continue
			}
			if copied == nil || copied.Stem != q.Stem || copied.Type != q.Type || (copied.Case == nil) != (q.Case == nil) {
				t.Fatalf("%s: %s is another question", clause, q.ID)
			}
		}
		for _, item := range Draw(again, [32]byte{1}) {
			copied, original := again.Question(item.Question), find(all, item.Question)
			if points, err := grading.Mark(original.Key(item.Params), copied.Right(item.Params)); err != nil || points != grading.Full {
				t.Errorf("%s: the copy's answer to %s earns %d of the original's points, %v", clause, original.ID, points, err)
			}
		}
	}
	if made < 5 {
		t.Errorf("%d quizzes: too few to say anything", made)
	}
	if b.Delta("9.9") != nil || b.Set("policy/9-9") != nil {
		t.Error("a quiz on nothing")
	}
}

func TestDeltaKeys(t *testing.T) {
	for module, want := range map[string]string{"policy/2-4-2": "2.4.2", "policy/1-1": "1.1", "policy/": "", "policy/a": "", "policy/2.4.2": "", "process/2-4-2": "", "policy": "", "policy/2--4": ""} {
		clause, ok := DeltaClause(module)
		if ok != (want != "") || ok && clause != want {
			t.Errorf("%q: %q %v", module, clause, ok)
		}
	}
}

func find(all []*Question, id string) *Question {
	for _, q := range all {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// TestNoExamIsLearntFromADelta asks the real content: what a quiz that may be taken without end shows the answers of is in no
// exam whose attempts are counted.
func TestNoExamIsLearntFromADelta(t *testing.T) {
	b, _ := Read(os.DirFS("../../content"))
	exam := map[string]bool{}
	for _, s := range b.Sets() {
		for _, q := range s.Questions {
			exam[q.ID] = s.Attempts > 0
		}
	}
	hidden, open := 0, 0
	for clause := range b.examining {
		s := b.Delta(clause)
		if s == nil {
			continue
		}
		asks := false
		for _, q := range s.Questions {
			asks = asks || exam[q.ID]
		}
		switch {
		case asks && (s.Answers != Never || s.Explain != Never):
			t.Errorf("%s shows the answers of an exam: %s, %s", clause, s.Answers, s.Explain)
		case asks:
			hidden++
		case s.Answers != Submission || s.Explain != Submission:
			t.Errorf("%s hides what is in no exam", clause)
		default:
			open++
		}
	}
	t.Logf("%d quizzes without answers, %d with", hidden, open)
	if open == 0 {
		t.Error("nothing is open")
	}
}

package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
)

// TestStatisticsOfAQuiz lets somebody who writes content sit a quiz twice, once well, and read what came of it.
func TestStatisticsOfAQuiz(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c, ctx := newCaller(t, dsn), context.Background()
		learner := c.token(door.ScopeContent)
		c.held("/api/v1/quizzes/process/negotiation/statistics", learner, http.StatusNotFound)
		p, err := c.app.People.Get(ctx, access.Operator(), c.person)
		if err != nil {
			t.Fatal(err)
		}
		p.Roles = append(p.Roles, access.Author)
		if err := c.app.People.Change(ctx, access.Operator(), p); err != nil {
			t.Fatal(err)
		}
		author := c.token(door.ScopeContent)
		path := "/api/v1/quizzes/process/negotiation/statistics"
		c.held(path, author, http.StatusOK) // nobody has sat it
		for _, well := range []bool{true, false} {
			id, err := c.app.Attempts.Start(ctx, c.actor(), "process/negotiation", true)
			if err != nil {
				t.Fatal(err)
			}
			s, err := c.app.Attempts.Sit(ctx, c.actor(), id)
			if err != nil {
				t.Fatal(err)
			}
			for i, q := range s.Questions {
				if well {
					_, err = c.app.Attempts.Answer(ctx, c.actor(), id, q.ID, q.Right(s.Paper[i].Params))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := c.app.Attempts.Submit(ctx, c.actor(), id); err != nil {
				t.Fatal(err)
			}
		}
		var got struct {
			Passed  int
			Set     string
			Figures struct {
				Attempts int
				Mean     float64
				Items    []struct{ Answers int }
			}
		}
		if err := json.Unmarshal(c.held(path, author, http.StatusOK).body, &got); err != nil {
			t.Fatal(err)
		}
		set, answers := c.app.Bank.Current().Set("process/negotiation"), 0
		for _, i := range got.Figures.Items {
			answers += i.Answers
		}
		if got.Passed != 1 || got.Figures.Attempts != 2 || got.Figures.Mean != float64(set.Draw)/2 || answers != 2*set.Draw || got.Set != set.Hash {
			t.Errorf("%+v", got)
		}
		c.held(path+"?set="+set.Hash, author, http.StatusOK)
		c.held(path+"?set="+strings.Repeat("a", 64), author, http.StatusNotFound)
		c.held("/api/v1/quizzes/process/nothing/statistics", author, http.StatusNotFound)
	})
}

// TestCoverageOfThePolicy is for those who write and those who inspect.
func TestCoverageOfThePolicy(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c, ctx := newCaller(t, dsn), context.Background()
		c.held("/api/v1/policy/coverage", c.token(door.ScopeContent), http.StatusNotFound)
		p, err := c.app.People.Get(ctx, access.Operator(), c.person)
		if err == nil {
			p.Roles = []access.Role{access.Inspector}
			err = c.app.People.Change(ctx, access.Operator(), p)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.held("/api/v1/policy/coverage", c.token(door.ScopeLearning), http.StatusForbidden)
		var got struct {
			Questions int
			Clauses   []struct {
				Clause    string
				Lessons   []string
				Questions int
			}
		}
		if err := json.Unmarshal(c.held("/api/v1/policy/coverage", c.token(door.ScopeContent), http.StatusOK).body, &got); err != nil {
			t.Fatal(err)
		}
		all := 0
		for _, s := range c.app.Bank.Current().Sets() {
			all += len(s.Questions)
		}
		if got.Questions != all || len(got.Clauses) != len(c.app.Catalog.Current().Clauses) || got.Clauses[0].Clause != "1.1" || len(got.Clauses[0].Lessons) == 0 {
			t.Errorf("%d questions of %d, %d clauses", got.Questions, all, len(got.Clauses))
		}
	})
}

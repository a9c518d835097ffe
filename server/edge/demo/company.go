// Package demo invents a company to look around in: people, teams, assignments and a spread of progress, the
// same from the same seed, made through the same verbs that real people use.
package demo

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"

	"go.yaml.in/yaml/v3"

	"tongguan/server/base/access"
)

// Company is content/demo/company.yaml.
type Company struct {
	Password    string
	Accounts    []Account
	Teams       []teamPlan
	Surnames    [][2]string
	Given       [][2]string
	English     [][2]string
	Assignments []assignmentPlan
	Writings    []writing
	Doubts      struct{ Open, Rejected, Reason string } // objections to questions, and why one is rejected
	Notes       []string                                // what markers write
}

// Account is one person with a sign-in.
type Account struct {
	Login   string
	Name    string
	Roles   []access.Role
	Team    string
	Manages []string
	Lang    string
	Joined  int // days before the demo begins, or 0 for any day
}

// MainRole is the role that the account stands for: the last of its roles that is not learner.
func (a Account) MainRole() access.Role { return a.Roles[len(a.Roles)-1] }

type teamPlan struct {
	ID, Parent, Name string
	Size             int
	Manager, English bool
	Authors          int // how many of them write content too, beside the manager
	HR               int // how many of them are of HR, from the first on
}

type assignmentPlan struct {
	Course, Team, By string
	Due              int // days from the day the demo begins
}

// Read reads the company out of the content.
func Read(files fs.FS) (Company, error) {
	var c Company
	text, err := fs.ReadFile(files, "demo/company.yaml")
	if err != nil {
		return c, fmt.Errorf("demo: %w", err)
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("demo: %w", err)
	}
	return c, nil
}

// seed of everything that the demo invents.
const seed = 20261123

// Everybody gives the accounts of the roles and the invented people, the same at every call.
func (c Company) Everybody() []Account {
	chance := rand.New(rand.NewPCG(seed, 1))
	out := slices.Clone(c.Accounts)
	taken := map[string]int{}
	for _, a := range out {
		taken[a.Login]++
	}
	english := chance.Perm(len(c.English))
	for _, t := range c.Teams {
		for i := range t.Size {
			a := Account{Team: t.ID, Roles: []access.Role{access.Learner}, Lang: "zh"}
			if t.English {
				one := c.English[english[i]]
				a.Name, a.Login, a.Lang = one[0], one[1], "en"
			} else {
				a.Name, a.Login = c.invent(chance, taken)
			}
			if t.Manager && i == 0 {
				a.Roles, a.Manages = append(a.Roles, access.Manager), []string{t.ID}
			}
			if i > 0 && i <= t.Authors {
				a.Roles = append(a.Roles, access.Author)
			}
			if i < t.HR {
				a.Roles = append(a.Roles, access.HR)
			}
			out = append(out, a)
		}
	}
	return out
}

// invent makes a name that nobody has yet; of two people whose names are written alike in Latin letters the
// second gets a number.
func (c Company) invent(chance *rand.Rand, taken map[string]int) (name, login string) {
	for {
		s, g := c.Surnames[chance.IntN(len(c.Surnames))], c.Given[chance.IntN(len(c.Given))]
		name, login = s[0]+g[0], g[1]+"."+s[1]
		if taken[name] > 0 {
			continue
		}
		taken[name]++
		if taken[login]++; taken[login] > 1 {
			login = fmt.Sprintf("%s%d", login, taken[login])
		}
		return name, login
	}
}

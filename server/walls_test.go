package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A wall is one rule of who may import whom; the map is in the README under "Layout".
//
//	migrations <- server/base <- quizzes <- courses <- server/edge <- server
//	web, content                                    <- server/edge
var walls = []struct {
	from string   // packages whose path begins so
	may  []string // project packages they may import, by beginning
}{
	{"migrations", nil},
	{"content", nil},
	{"web", []string{"web"}},
	{"server/base", []string{"server/base", "migrations"}},
	{"quizzes/grading", nil},
	{"quizzes/negotiation", nil},
	{"quizzes/pipeline", []string{"quizzes/negotiation"}},
	{"quizzes/understanding", nil},
	{"quizzes/itemstats", nil},
	{"quizzes", []string{"quizzes", "server/base"}},
	{"courses/review/severity", nil},
	{"courses/prose", nil},
	{"courses", []string{"courses", "quizzes/evidence", "server/base"}},
	{"server/edge", []string{"server/edge", "server/base", "courses", "quizzes", "web", "content"}},
	{"server", []string{"server/edge"}},
}

// Libraries that only these packages may import, tests included.
var confined = map[string]string{
	"github.com/gofiber/fiber": "server/edge",
	"github.com/valyala":       "server/edge",
	"modernc.org/sqlite":       "server/base/db",
	"github.com/lib/pq":        "server/base/db",
	"github.com/jmoiron/sqlx":  "server/base/db",
}

// Packages that compute and do nothing else.
var pure = []string{"quizzes/grading", "quizzes/negotiation", "quizzes/pipeline", "quizzes/understanding", "quizzes/itemstats",
	"courses/review/severity"}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestWalls(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "tongguan/")
		for _, i := range p.Imports {
			if inside, ours := strings.CutPrefix(i, "tongguan/"); ours && !mayImport(name, inside) {
				t.Errorf("%s imports %s: see the walls above", name, inside)
			}
			if slices.Contains(pure, name) && strings.Contains(i, ".") && !strings.HasPrefix(i, "tongguan/") {
				t.Errorf("%s is pure and imports %s", name, i)
			}
		}
		for _, i := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for lib, home := range confined {
				if begins(i, lib) && !begins(name, home) {
					t.Errorf("%s imports %s, which only %s may", name, i, home)
				}
			}
		}
	}
}

func mayImport(from, what string) bool {
	for _, w := range walls {
		if begins(from, w.from) {
			return slices.ContainsFunc(w.may, func(m string) bool { return begins(what, m) })
		}
	}
	return false
}

// begins says whether the path is the folder or lies in it.
func begins(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == '/')
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}

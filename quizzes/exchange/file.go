package exchange

import (
	"fmt"
	"regexp"

	"tongguan/quizzes/bank"
)

// Given is what another system cannot say of its questions, where it is the same for all.
type Given struct {
	Module string
	Clause string // "" is left to the author
	Level  string // "" too
}

var moduleForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Module makes the name of a module of any name: that of a file, say.
func Module(name string) string { return slug(name) }

// ModuleFits says whether a module may be called so.
func ModuleFits(name string) bool { return moduleForm.MatchString(name) }

// mostBytes is the largest file of questions that the bank reads, in bytes.
const mostBytes = 512 << 10

// File gives the questions that were imported as a file of the bank, and how many they are. Ids are made of the names.
// What nobody has said is empty, so that `content lint` names it.
func File(questions []Question, given Given) (text []byte, n int, err error) {
	var list []*bank.Question
	var names []string
	for _, q := range questions {
		if q.Status != Imported {
			continue
		}
		one := *q.Becomes
		if len(one.Clauses) == 0 && given.Clause != "" {
			one.Clauses = []string{given.Clause}
		}
		if one.Level == "" {
			one.Level = given.Level
		}
		list, names = append(list, &one), append(names, q.Name)
	}
	ids(given.Module, list, names)
	text, err = bank.Write(given.Module, list)
	if err == nil && len(text) > mostBytes {
		err = &FileError{"exchange.file_large", 0, fmt.Sprint(mostBytes >> 10)}
	}
	return text, len(list), err
}

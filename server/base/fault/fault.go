// Package fault says what can go wrong in words that a page, an API and a command line all understand.
//
// A room that refuses something names one of six kinds and the key of the sentence to show; only the
// edge knows what status code, colour or exit code that becomes.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Kind is the class of an error, as far as a caller may act on it.
type Kind int

// The six kinds. The zero Kind is Internal, so that an error nobody classified is never shown to a user.
const (
	Internal Kind = iota // our own failure; the user sees a reference, never the cause
	Invalid              // what was entered cannot be accepted as it is
	Missing              // it does not exist, or may not be seen
	Denied               // the person may see that it exists, and may not do this
	Conflict             // somebody or something was faster; look again
	Busy                 // not now: too many at once, or not acknowledged; send the same again
)

// Error is an error with a kind and the key of the sentence that explains it.
type Error struct {
	Kind  Kind
	Key   string         // a key of web/words
	Args  map[string]any // what the sentence mentions
	Field string         // the form field it belongs to, or ""
	Cause error
}

// New makes an Error; args are alternating names and values for the sentence.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args)}
}

// Wrap makes an Error around its cause, which goes to the log and never to the user.
func Wrap(kind Kind, cause error, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args), Cause: cause}
}

// At returns a copy that belongs to a form field.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Error reads for the log: the key, its arguments in order of name, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Key)
	names := make([]string, 0, len(e.Args))
	for n := range e.Args {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(&b, " %s=%v", n, e.Args[n])
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of the first Error in the chain; Internal where there is none.
func KindOf(err error) Kind {
	if e := Of(err); e != nil {
		return e.Kind
	}
	return Internal
}

// Of is the first Error in the chain, or nil.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return nil
}

// Problem is one thing that is wrong at one place of a content file.
type Problem struct {
	File string         `json:"file"`
	Line int            `json:"line"` // from 1; 0 where the whole file is meant
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// ProblemAt makes a Problem; args are alternating names and values.
func ProblemAt(file string, line int, key string, args ...any) Problem {
	return Problem{File: file, Line: line, Key: key, Args: pairs(args)}
}

// SortProblems orders problems by file, line and key, so that a report is the same every time.
func SortProblems(ps []Problem) {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Key < b.Key
	})
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	if len(args)%2 != 0 {
		panic("fault: arguments must come in pairs")
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	return m
}

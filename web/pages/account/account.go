// Package account draws a person's own account.
package account

import "tongguan/web/layout"

// Session is one sign-in.
type Session struct {
	ID, Agent, Address, Began, Seen string
	Current                         bool
}

// Token is one API token.
type Token struct{ ID, Name, Scopes, Created, Expires string }

// Scope is one scope that a token may have.
type Scope struct {
	Name, Text string
	Chosen     bool
}

// Page is the account.
type Page struct {
	layout.Frame
	Name, Login, Email, Team string
	Roles                    []string
	Sessions                 []Session
	Tokens                   []Token
	Scopes                   []Scope
	TokenName                string
	TokenDays                string
	NewToken                 string            // the text of a token just issued, shown once
	Errors                   map[string]string // by field: old, password, name, days, scopes
	API                      string            // URL of the description of the API
	Digest                   Digest
}

// Digest is whether somebody gets the daily mail.
type Digest struct{ Wanted bool }

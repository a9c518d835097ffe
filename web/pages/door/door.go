// Package door draws the pages for those who are not in: sign-in, one-time links, errors.
package door

import "tongguan/web/layout"

// SignIn is the sign-in page.
type SignIn struct {
	layout.Frame
	Login string
	Back  string
	Error string
	Demo  []Demo
}

// Demo is a sign-in that a demo offers.
type Demo struct{ Role, Name, Login, Password string }

// Welcome is the page of a one-time link.
type Welcome struct {
	layout.Frame
	First  bool   // it creates the administrator
	Name   string // of whom it lets choose a password
	Login  string
	Action string
	Errors map[string]string // by field: name, login, password
}

// Error is the page of an error.
type Error struct {
	layout.Frame
	Heading, Text string
	Reference     string
	Missing       bool
}

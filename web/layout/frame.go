// Package layout is what stands around every page.
package layout

import (
	"tongguan/web/words"
)

// Frame is what every page needs besides its own content. A page's struct embeds it.
type Frame struct {
	Voice    words.Voice
	Title    string // of the page
	Theme    string // auto, light or dark
	Text     string // how large lessons are set: small, medium or large
	Reader   string // whose copies of lessons may be kept on this device; "-": nobody's; "": what is kept stays
	Path     string // where the language and theme switches lead back to
	CSRF     string // every form carries it; "" where nobody is signed in
	SignedIn bool
	Person   string // name of who is signed in
	Nav      []NavItem
	Flash    Flash
	Style    string // address of the style sheet
	Scripts  []string
	Icon     string
	Demo     bool
}

// NavItem is one entry of the navigation.
type NavItem struct {
	Text    string
	URL     string
	Current bool
	Inside  []NavItem // the places that it stands for, of which it is the first; shown while one of them is current
}

// Flash is a sentence about what was just done.
type Flash struct{ Kind, Text string }

// T gives a sentence of the interface.
func (f Frame) T(key string, args ...any) string { return f.Voice.T(key, args...) }

// HTMLLang is the language as HTML names it.
func (f Frame) HTMLLang() string {
	if f.Voice.Lang() == "en" {
		return "en"
	}
	return "zh-CN"
}

// OtherLang is the language to switch to.
func (f Frame) OtherLang() string {
	if f.Voice.Lang() == "en" {
		return "zh"
	}
	return "en"
}

// NextTheme is the theme that the switch leads to.
func (f Frame) NextTheme() string {
	switch f.Theme {
	case "light":
		return "dark"
	case "dark":
		return "auto"
	default:
		return "light"
	}
}

func otherHTMLLang(f Frame) string {
	if f.OtherLang() == "zh" {
		return "zh-CN"
	}
	return "en"
}

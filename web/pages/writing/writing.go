// Package writing draws the desk at which the content is written, the versions of a lesson, and the notes of its readers.
package writing

import (
	"strings"

	"tongguan/web/layout"
	"tongguan/web/pages/desk"
	"tongguan/web/parts"
)

// Files lists what can be written.
type Files struct {
	layout.Frame
	Writes bool
	Groups []Group
}

// Group is a course, or the programmes, or the scenes.
type Group struct {
	Title string
	Rows  []Row
}

// Row is a module with its files and its lessons.
type Row struct {
	Title   string
	Parts   []parts.Link
	Lessons []parts.Link // to their versions
}

// Sheet is a file on the desk.
type Sheet struct {
	layout.Frame
	Heading, Path    string
	Source           string
	Lines            int    // to show, of the field
	Loaded, Request  string // hash of what was loaded; of the form
	Lang             string // of the text, for who reads it out
	Writes           bool
	Base             string // address of the sheet
	Other            *Other // the same module in the other language
	Parts            []parts.Link
	Problem          string // why it was not saved
	Conflict         []Hunk // what lies there now against what was typed
	Conflicted       bool
	Preview          Preview
	OtherURL, Beside string // address that shows or hides the other language
}

// Other is a source that is only read.
type Other struct {
	Label, Lang, Source string
	Lines               int
}

// Hunk is a place where two texts differ.
type Hunk struct {
	At    string
	Lines []HunkLine
}

// HunkLine is a line of it; Kind is "", gone or added.
type HunkLine struct{ Kind, Text string }

// Preview is what the readers of the content say of the text, and how it looks.
type Preview struct {
	layout.Frame
	Refused   bool
	Messages  []Message
	Lang      string
	Lessons   []Lesson
	Questions []Question
	Took      string // how long it took, and when
	Plain     bool   // there is nothing to show but the messages
}

// Message is one thing that is wrong.
type Message struct {
	Line  int // 0 where the whole file is meant
	Text  string
	Other string // the file, where it is not this one
}

// Lesson is one lesson as it is drawn.
type Lesson struct {
	Title  string
	Facts  string
	Blocks []Block
}

// Block is a run of HTML, or a question in its place.
type Block struct {
	HTML  string
	Check *Question
}

// Question is a question as its readers get it, with what is right.
type Question struct {
	ID, Facts string
	Asked     desk.Asked
}

// Versions lists the versions of a lesson and compares two.
type Versions struct {
	layout.Frame
	Heading        string
	Lesson, Module parts.Link
	Langs          []Editions
	Compared       *Compared
}

// Editions are the versions in one language.
type Editions struct {
	Label, Lang string
	Rows        []Edition
	From, To    string // chosen
}

// Edition is a version.
type Edition struct {
	Hash, Short, Seen string
	Readers           int
	Current           bool
}

// Compared is what changed between two versions, and whom it concerns.
type Compared struct {
	Lang, From, To string // which versions, in words
	Changes        []Change
	Count          int
	Behind         int // how many finished the older one and none as new as the newer
	Names          []parts.Link
	More           int  // how many are not named
	Named          bool // the reader may see somebody
}

// Change is a piece that is not the same, or the heading above some.
type Change struct {
	Fate   string // heading, changed, gone, added
	Kind   string
	Pieces []Piece
}

// Piece is a run of words and what became of it: "", gone or added.
type Piece struct{ Kind, Text string }

// Since is what changed since somebody read a lesson.
type Since struct {
	layout.Frame
	Lesson, Module parts.Link
	Read           string // when
	Compared       Compared
	Finish         string
}

// NoteForm is a note on a passage, or the list of passages to choose from.
type NoteForm struct {
	layout.Frame
	Lesson, Module parts.Link
	Places         []Places
	Place          *Place // nil: one is to be chosen
	Action         string
	Version        string
	Request        string
	Reasons        []parts.Choice
	Text           string
	Longest        int
	Errors         map[string]string
	Lang           string
}

// Places are the passages under a heading.
type Places struct {
	Heading string
	Places  []Place
}

// Place is a passage.
type Place struct {
	Number           int
	Kind, Under, URL string
	Lines            []string
}

// Note is a note with what became of it.
type Note struct {
	ID, Reason, State, When string
	StateKey                string
	Lesson                  parts.Link
	Place                   string // heading and number
	Lang                    string
	Quote                   []string
	Text                    []string
	Answer                  []string
	Answered                string // when
	Unseen                  bool
	CanWithdraw             bool
}

// Mine are one's own notes.
type Mine struct {
	layout.Frame
	Notes []Note
}

// Notes are those that a desk shows.
type Notes struct {
	layout.Frame
	States  []State
	Modules []parts.Choice
	State   string
	Notes   []NoteLine
}

// State is a state with how many are in it.
type State struct {
	Text, URL string
	Count     int
	Current   bool
}

// NoteLine is a note in the list.
type NoteLine struct{ URL, Quote, Lesson, Reason, When, Lang string }

// NoteDesk is one note to be answered.
type NoteDesk struct {
	layout.Frame
	Note
	Fate     string // same, changed or gone
	Now      []Piece
	NowURL   string
	WriteURL string
	Versions string
	Typed    string
	Errors   map[string]string
	Answers  bool // it can be answered
	Closes   bool
}

// Short is what a lesson or the page of learning says of answers that were not put aside.
type Short struct{ ID, Lesson, URL string }

// short is the beginning of a passage.
func short(lines []string) string {
	const most = 48
	text := strings.Join(lines, " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// where puts a heading before a place, if there is one.
func where(place, heading string) string {
	if heading == "" {
		return place
	}
	return heading + " · " + place
}

// kept is a text as a field gets it: the first line end in one is not part of what stands there.
func kept(text string) string {
	if strings.HasPrefix(text, "\n") {
		return "\n" + text
	}
	return text
}

// Package exchange carries questions between the bank and other systems: it reads GIFT, Aiken, Moodle XML and a CSV of
// ours, and writes these and QTI 3.
//
// Nothing is silently dropped, and nothing becomes approximately what it was: a question that was read is one of the bank
// that gives the same marks for every answer (a mark is a whole hundredth of a question and never below zero), or it is
// reported as unsupported (it is understood, and the bank cannot hold it exactly) or broken, with the line and the reason.
// What a learner is told is kept as an explanation; hints for a second try are not, for there is none, nor is what a question
// weighs in a quiz, for here all weigh the same.
package exchange

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tongguan/quizzes/bank"
)

// Types, by Moodle's own words.
const (
	MultiChoice = "multichoice"
	TrueFalse   = "truefalse"
	ShortAnswer = "shortanswer"
	Numerical   = "numerical"
	Match       = "match"
	Essay       = "essay"
	MultiAnswer = "multianswer" // cloze
	Ordering    = "ordering"
	Calculated  = "calculated"
	Description = "description"
	GapSelect   = "gapselect"
	DragWords   = "ddwtos"
	DragMatch   = "ddmatch"
	ChoiceSet   = "multichoiceset" // all or nothing
)

// Status is what became of a question.
type Status string

// What can become of a question.
const (
	Imported    Status = "imported"
	Unsupported Status = "unsupported"
	Broken      Status = "broken"
	Exported    Status = "exported"
)

// Question is a question that was read.
type Question struct {
	Name     string
	Type     string // in Moodle's words
	Category string
	Line     int
	Status   Status
	Reason   string         // the key of a sentence; "" where imported
	Args     map[string]any // what the sentence mentions
	Becomes  *bank.Question // what it is in the bank; nil unless imported
}

// Formats that Read knows.
var Formats = []string{"gift", "aiken", "moodlexml", "csv"}

// Bounds of a file: its size in bytes, and how many questions it may have, each of which is tried by the bank.
const (
	MaxFile      = 32 << 20
	MaxQuestions = 20_000
)

// FileError says why a whole file is refused. Key names the sentence.
type FileError struct {
	Key    string
	Line   int
	Detail string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("exchange: line %d: %s %s", e.Line, e.Key, e.Detail)
}

// Read reads every question of a file. lang is the language of its texts, zh or en; "" where each question shows it. The
// error is a *FileError where the whole file is refused.
func Read(format string, in io.Reader, lang string) ([]Question, error) {
	drafts, err := drafts(format, in)
	if err != nil {
		return nil, err
	}
	if len(drafts) > MaxQuestions {
		return nil, &FileError{"exchange.questions_many", drafts[MaxQuestions].line, fmt.Sprint(MaxQuestions)}
	}
	out := []Question{}
	for _, d := range drafts {
		out = append(out, d.become(lang))
	}
	return out, nil
}

func drafts(format string, in io.Reader) ([]*draft, error) {
	raw, err := read(in)
	if err != nil {
		return nil, err
	}
	if format == "moodlexml" {
		return readMoodle(raw)
	}
	text, err := decode(raw)
	if err != nil {
		return nil, err
	}
	switch format {
	case "gift":
		return readGift(text), nil
	case "aiken":
		return readAiken(text), nil
	case "csv":
		return readCSV(text)
	}
	return nil, &FileError{"exchange.format", 0, format}
}

// read takes a file whole; one that is too large is refused by its size, before anything of it is in memory.
func read(in io.Reader) ([]byte, error) {
	tooLarge := &FileError{"exchange.too_large", 0, fmt.Sprint(MaxFile >> 20)}
	if f, ok := in.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil && info.Size() > MaxFile {
			return nil, tooLarge
		}
	}
	raw, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	if err == nil && len(raw) > MaxFile {
		return nil, tooLarge
	}
	return raw, err
}

// decode recognises UTF-8 (with or without a mark), UTF-16 with one, GB18030 and windows-1252.
func decode(raw []byte) (string, error) {
	if wide, ok, err := wide(raw); ok || err != nil {
		return lines(wide), err
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", &FileError{"exchange.encoding", 0, ""}
	}
	if utf8.Valid(raw) {
		return lines(string(raw)), nil
	}
	if text, ok := try(simplifiedchinese.GB18030, raw); ok && chinese(text) {
		return lines(text), nil
	}
	if text, ok := try(charmap.Windows1252, raw); ok {
		return lines(text), nil
	}
	return "", &FileError{"exchange.encoding", 0, ""}
}

// wide reads UTF-16 that begins with its mark.
func wide(raw []byte) (text string, is bool, err error) {
	if !bytes.HasPrefix(raw, []byte("\xff\xfe")) && !bytes.HasPrefix(raw, []byte("\xfe\xff")) {
		return "", false, nil
	}
	text, ok := try(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), raw)
	if !ok || len(raw)%2 != 0 || strings.ContainsRune(text, 0) {
		return "", false, &FileError{"exchange.encoding", 0, "UTF-16"}
	}
	return text, true, nil
}

func try(e encoding.Encoding, raw []byte) (string, bool) {
	text, err := e.NewDecoder().Bytes(raw)
	return string(text), err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// chinese says whether what was decoded as GB18030 looks it: of what is not ASCII, most are common Chinese characters or marks.
func chinese(text string) bool {
	han, other := 0, 0
	for _, r := range text {
		switch {
		case r < 0x80:
		case r >= 0x4e00 && r <= 0x9fa5, r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef, r == '“', r == '”', r == '—', r == '…':
			han++
		default:
			other++
		}
	}
	return han > 4*other
}

func lines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// short is the beginning of a text, for a question without a name.
func short(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

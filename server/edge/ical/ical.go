// Package ical writes calendars that other programs subscribe to (RFC 5545).
//
// Moments are written in UTC, which every program shows in its owner's zone, so that no zone need be described.
package ical

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Calendar is what is published.
type Calendar struct {
	Name    string        // what programs call it
	Refresh time.Duration // how often they may ask again, in whole minutes; 0: they decide
	Events  []Event
}

// Event is one entry. It lies between two moments or takes whole days.
type Event struct {
	UID          string // the same for ever, and in no other calendar; such as "<id>@host"
	Stamp        int64  // when it was written as it is now, milliseconds since 1970 UTC
	Sequence     int64  // grows when its time changes, or it is cancelled
	Start, End   int64  // milliseconds since 1970 UTC; an End of 0 is that of an event that takes no time
	Day, LastDay string // YYYY-MM-DD, instead of Start and End: whole days, the last one included; "" is Day again
	Free         bool   // the time is not taken: a due date, say
	Cancelled    bool   // and kept, so that those who have it learn of it
	Summary      string
	Description  string   // or ""
	Location     string   // or ""
	URL          string   // absolute, or ""
	Categories   []string // or none
}

// Write writes the calendar. Texts may hold anything: line ends of every kind become line feeds, and other control
// characters, which the format has no place for, U+FFFD. An event that cannot be written is an error, and nothing is
// written then.
func Write(w io.Writer, c Calendar) error {
	var f file
	f.line("BEGIN", "VCALENDAR")
	f.line("VERSION", "2.0")
	f.line("PRODID", "-//Tongguan//Tongguan//ZH")
	f.line("CALSCALE", "GREGORIAN")
	f.line("METHOD", "PUBLISH")
	if c.Name != "" {
		f.line("NAME", escape(c.Name)) // RFC 7986
		f.line("X-WR-CALNAME", escape(c.Name))
	}
	if minutes := int64(c.Refresh / time.Minute); minutes > 0 {
		f.line("REFRESH-INTERVAL;VALUE=DURATION", fmt.Sprintf("PT%dM", minutes)) // RFC 7986
		f.line("X-PUBLISHED-TTL", fmt.Sprintf("PT%dM", minutes))                 // Outlook
	}
	for _, e := range c.Events {
		if err := f.event(e); err != nil {
			return fmt.Errorf("ical: event %q: %w", e.UID, err)
		}
	}
	f.line("END", "VCALENDAR")
	_, err := io.WriteString(w, f.String())
	return err
}

type file struct{ strings.Builder }

func (f *file) event(e Event) error {
	if e.UID == "" {
		return errors.New("it has no UID")
	}
	f.line("BEGIN", "VEVENT")
	f.line("UID", escape(e.UID))
	f.line("DTSTAMP", utc(e.Stamp))
	if err := f.span(e); err != nil {
		return err
	}
	f.line("SEQUENCE", fmt.Sprint(max(0, e.Sequence)))
	f.line("STATUS", either(e.Cancelled, "CANCELLED", "CONFIRMED"))
	f.line("TRANSP", either(e.Free, "TRANSPARENT", "OPAQUE"))
	f.line("SUMMARY", escape(e.Summary))
	f.some("DESCRIPTION", escape(e.Description))
	f.some("LOCATION", escape(e.Location))
	if e.URL != "" {
		u, err := url.Parse(e.URL)
		if err != nil || !u.IsAbs() || plain(e.URL) != e.URL {
			return fmt.Errorf("%q is no address", e.URL)
		}
		f.line("URL", u.String())
	}
	var categories []string
	for _, c := range e.Categories {
		if c != "" {
			categories = append(categories, escape(c))
		}
	}
	f.some("CATEGORIES", strings.Join(categories, ","))
	f.line("END", "VEVENT")
	return nil
}

// span writes when it is. The end of whole days is the day after the last.
func (f *file) span(e Event) error {
	if e.Day == "" {
		f.line("DTSTART", utc(e.Start))
		if e.End != 0 {
			f.line("DTEND", utc(e.End))
		}
		if e.Start == 0 || e.End != 0 && e.End <= e.Start {
			return errors.New("it does not begin, or ends before")
		}
		return nil
	}
	first, err := time.Parse(time.DateOnly, e.Day)
	if err != nil {
		return err
	}
	last := first
	if e.LastDay != "" {
		if last, err = time.Parse(time.DateOnly, e.LastDay); err != nil {
			return err
		}
	}
	if e.Start != 0 || e.End != 0 || last.Before(first) {
		return errors.New("it has days and moments, or ends before it begins")
	}
	f.line("DTSTART;VALUE=DATE", first.Format("20060102"))
	f.line("DTEND;VALUE=DATE", last.AddDate(0, 0, 1).Format("20060102"))
	return nil
}

func utc(ms int64) string { return time.UnixMilli(ms).UTC().Format("20060102T150405Z") }

func either(a bool, yes, no string) string {
	if a {
		return yes
	}
	return no
}

func (f *file) some(name, value string) {
	if value != "" {
		f.line(name, value)
	}
}

// longest is how many bytes a line may have, its end not counted.
const longest = 75

// line writes one line, folded where it is long: never inside a character, though the format would allow it, since
// readers that decode first would find broken ones.
func (f *file) line(name, value string) {
	rest, room := name+":"+value, longest
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		f.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], longest-1 // the space counts
	}
	f.WriteString(rest + "\r\n")
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

func escape(s string) string { return escapes.Replace(plain(s)) }

// plain is the text as it arrives. All that some reader takes for the end of a line is one.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			return '\n'
		case r < ' ' && r != '\t' && r != '\n', r == 0x7f:
			return '\ufffd'
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n"))
}

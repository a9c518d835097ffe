package manuscript

import (
	"fmt"
	"slices"
	"strings"
)

// Line is a line of a difference.
type Line struct {
	Mark byte // ' ' both, '-' only before, '+' only after
	Text string
}

// Hunk is a place where two texts differ, with three lines around it.
type Hunk struct {
	Before, After int // first line of each, from 1
	Lines         []Line
}

const (
	around    = 3         // lines around a difference
	mostCells = 4_000_000 // lines before times lines after that are aligned; past it all in between is one change
)

// Diff compares two texts by lines.
func Diff(before, after string) (out []Hunk) {
	all := aligned(split(before), split(after))
	for from := 0; from < len(all); {
		first := changed(all, from)
		if first == len(all) {
			break
		}
		end := first + 1 // after the last line of the hunk that differs
		for next := changed(all, end); next < len(all) && next-end <= 2*around; next = changed(all, end) {
			end = next + 1
		}
		start, stop := max(from, first-around), min(len(all), end+around)
		out = append(out, Hunk{1 + count(all[:start], '+'), 1 + count(all[:start], '-'), all[start:stop]})
		from = stop
	}
	return out
}

// changed gives the next line that is not the same, from one on.
func changed(all []Line, from int) int {
	for from < len(all) && all[from].Mark == ' ' {
		from++
	}
	return from
}

// count counts the lines that do not bear a mark.
func count(all []Line, but byte) (n int) {
	for _, l := range all {
		if l.Mark != but {
			n++
		}
	}
	return n
}

// split cuts a text into lines, each with its end.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return slices.Collect(strings.Lines(s))
}

// aligned keeps the longest common sequence of lines.
func aligned(a, b []string) (out []Line) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	add := func(mark byte, lines []string) {
		for _, l := range lines {
			out = append(out, Line{mark, l})
		}
	}
	add(' ', a[:head])
	out = append(out, middle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	add(' ', a[len(a)-tail:])
	return out
}

func middle(a, b []string) (out []Line) {
	if len(a)*len(b) > mostCells {
		return slices.Concat(marked('-', a), marked('+', b))
	}
	longest := make([][]int32, len(a)+1)
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if longest[i][j] = max(longest[i+1][j], longest[i][j+1]); a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out, i, j = append(out, Line{' ', a[i]}), i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			out, i = append(out, Line{'-', a[i]}), i+1
		default:
			out, j = append(out, Line{'+', b[j]}), j+1
		}
	}
	return slices.Concat(out, marked('-', a[i:]), marked('+', b[j:]))
}

func marked(mark byte, lines []string) (out []Line) {
	for _, l := range lines {
		out = append(out, Line{mark, l})
	}
	return out
}

// Patch writes the difference in the unified form that `git apply` and `patch -p1` take in the folder above the one of the
// content; "" where there is none.
func Patch(file, before, after string) string {
	hunks := Diff(before, after)
	if len(hunks) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- a/content/%s\n+++ b/content/%s\n", file, file)
	for _, h := range hunks {
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(h.Before, count(h.Lines, '+')), span(h.After, count(h.Lines, '-')))
		for _, l := range h.Lines {
			b.WriteByte(l.Mark)
			b.WriteString(l.Text)
			if !strings.HasSuffix(l.Text, "\n") {
				b.WriteString("\n\\ No newline at end of file\n")
			}
		}
	}
	return b.String()
}

// span writes where a side of a hunk stands; nothing stands after the line before.
func span(first, n int) string {
	if n == 0 {
		first--
	}
	return fmt.Sprintf("%d,%d", first, n)
}

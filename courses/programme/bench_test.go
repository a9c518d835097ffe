package programme

import (
	"fmt"
	"testing"
)

// BenchmarkJudge judges forty steps by five hundred lines, as on the page of one busy person.
func BenchmarkJudge(b *testing.B) {
	p, g := &Programme{ID: "p"}, &ledger{}
	for i := range 40 {
		id := fmt.Sprint("s", i)
		p.Steps = append(p.Steps, Step{ID: id, Day: i, Need: 1, Tasks: []Task{{Quiz: id}, {Roleplay: id, Score: 8000}, {Session: id}}})
	}
	for i := range 500 {
		g.add([]string{"quiz", "roleplay", "session"}[i%3], fmt.Sprint("s", i%40), i%100*100, i%5 == 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Judge(Case{Lines: g.lines, Start: "2026-01-01", Today: "2026-02-01"})
	}
}

func BenchmarkRead(b *testing.B) {
	files := folder(b)
	for b.Loop() {
		Read(files, content())
	}
}

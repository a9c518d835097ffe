package scenario

import (
	"fmt"
	"go.yaml.in/yaml/v3"
	"os"
	"testing"
	"time"
	"tongguan/quizzes/pipeline"
)

func TestTry2(t *testing.T) {
	world := func(name string) (pipeline.World, bool) {
		text, err := os.ReadFile("../../content/worlds/" + name + ".yaml")
		var w pipeline.World
		return w, err == nil && yaml.Unmarshal(text, &w) == nil
	}
	s, ps := Read(os.DirFS("../../content"), "scenarios/price_pressure", world)
	for _, p := range ps {
		fmt.Println(p.File, p.Line, p.Key, p.Args)
	}
	t0 := time.Now()
	v := s.Explore()
	fmt.Println(v, time.Since(t0))
	t0 = time.Now()
	for seed := range uint64(6) {
		p := s.NewPlay(seed)
		p.Perform(s.Expert(v))
		sc := p.Score()
		fmt.Println(seed, sc.Total, sc.Passed, sc.Missing, p.Turns)
		if seed == 0 {
			for _, i := range sc.Items {
				fmt.Println("  ", i.Part, i.ID, i.Points, i.Of, i.Value)
			}
			for _, l := range p.Lines {
				fmt.Println(l.Turn, l.Who, p.Say("zh", l, func(f string, v int64) string { return fmt.Sprint(f, v) }), l.Value)
			}
		}
	}
	fmt.Println(time.Since(t0))
	t0 = time.Now()
	for i := range uint64(10) {
		fmt.Print(s.Difficulty(i, v), " ")
	}
	fmt.Println(time.Since(t0))
	pr, no := s.Lint("x", Known{func(string) bool { return true }, func(string) bool { return true }})
	fmt.Println(pr, no)
	t0 = time.Now()
	fmt.Printf("%+v %s", s.Hardness(func(n int, j func(int)) {
		for i := range n {
			j(i)
		}
	}), time.Since(t0))
}

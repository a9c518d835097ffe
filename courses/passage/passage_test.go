package passage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const lesson = `<h2 id="a">情境</h2>
<p>第一段 &amp; <strong>重点</strong>。</p>
<aside class="callout callout-case" role="note"><p class="callout-label">案例</p>
<p>澄江食品。</p>
</aside>
<ul>
<li>一
<ul>
<li>一之一</li>
</ul>
</li>
<li>
<p>二</p>
<p>续</p>
</li>
<li class="todo"><span class="box" aria-hidden="true"></span> 三</li>
</ul>
<div class="table-wrap" tabindex="0" role="region" aria-label="价 > 量"><table>
<thead><tr><th scope="col">价</th><th scope="col">量</th></tr></thead>
<tbody>
<tr>
<td>1
</td>
<td>2</td>
</tr></tbody></table></div>
`

const figure = `<h3 id="b">图</h3><figure class="fig"><svg viewBox="0 0 1 1"><title>t</title><text>看不见</text></svg><figcaption>漏斗</figcaption></figure><p></p><blockquote><p>引文</p></blockquote>`

func TestPiecesAreWhatOneReads(t *testing.T) {
	want := []Piece{
		{0, Heading, "", "情境", 0, 0},
		{1, Paragraph, "情境", "第一段 & 重点。", 0, 0},
		{2, Paragraph, "情境", "澄江食品。", 0, 0},
		{3, Item, "情境", "一", 0, 0},
		{4, Item, "情境", "一之一", 0, 0},
		{5, Item, "情境", "二 续", 0, 0},
		{6, Item, "情境", "三", 0, 0},
		{7, Table, "情境", "价 | 量\n1 | 2", 0, 0},
		{0, Heading, "情境", "图", 0, 0},
		{8, Figure, "图", "漏斗", 0, 0},
		{9, Paragraph, "图", "引文", 0, 0},
	}
	got := Cut([]string{lesson, figure})
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Piece{})); diff != "" {
		t.Error(diff)
	}
}

func TestMarksStandInsideTheirPiece(t *testing.T) {
	blocks := []string{lesson, figure}
	marked := Mark(blocks, Cut(blocks), func(p Piece) string { return fmt.Sprintf("[%d]", p.Number) })
	all := strings.Join(marked, "")
	for _, want := range []string{"</strong>。[1]</p>", "澄江食品。[2]</p>", "<li>一\n[3]<ul>", "一之一[4]</li>", "<p>二[5]</p>", " 三[6]</li>", "</table></div>[7]", "漏斗[8]</figcaption>", "引文[9]</p>"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not in %s", want, all)
		}
	}
	for n := range 9 {
		all = strings.Replace(all, fmt.Sprintf("[%d]", n+1), "", 1)
	}
	if diff := cmp.Diff(lesson+figure, all); diff != "" {
		t.Error(diff)
	}
}

// TestAnythingCanBeCut holds for text that is no lesson at all: nothing panics, and numbers go up by one.
func TestAnythingCanBeCut(t *testing.T) {
	parts := rapid.SampledFrom([]string{"<p>", "</p>", "<li>", "</li>", "<ul>", "</ul>", "<svg>", "</svg>", "<figure>", "</figure>", "<h2>", "</h2>", `<div class="table-wrap">`, "</div>", "<tr>", "<td>", "字", "a", "<", ">", "&lt;"})
	rapid.Check(t, func(t *rapid.T) {
		blocks := []string{strings.Join(rapid.SliceOf(parts).Draw(t, "one"), ""), strings.Join(rapid.SliceOf(parts).Draw(t, "two"), "")}
		pieces, n := Cut(blocks), 0
		for _, p := range pieces {
			if p.Number > 0 {
				if n++; p.Number != n {
					t.Fatalf("%d after %d", p.Number, n-1)
				}
			}
		}
		marked := Mark(blocks, pieces, func(Piece) string { return "§" })
		if got := strings.ReplaceAll(strings.Join(marked, ""), "§", ""); got != strings.Join(blocks, "") {
			t.Fatalf("%q became %q", blocks, marked)
		}
		if got := strings.Count(strings.Join(marked, ""), "§"); got != n {
			t.Fatalf("%d marks of %d pieces", got, n)
		}
	})
}

func TestAPieceIsFoundAgain(t *testing.T) {
	now := Cut([]string{"<h2>一</h2><p>先问清停机时间，再谈价格。</p><p>新的一段，讲的是别的事。</p><ul><li>先问停机。</li></ul>"})
	for _, c := range []struct {
		was  Piece
		n    int
		fate Fate
	}{
		{Piece{Number: 9, Kind: Paragraph, Text: "先问清停机时间，再谈价格。"}, 1, Same},
		{Piece{Number: 1, Kind: Paragraph, Text: "先问清停机的时间，然后再谈价格。"}, 1, Changed},
		{Piece{Number: 2, Kind: Paragraph, Text: "合同须经法务审核。"}, 0, Gone},
		{Piece{Number: 3, Kind: Table, Text: "先问清停机的时间"}, 0, Gone},
	} {
		got, fate := Locate(now, c.was)
		if got.Number != c.n || fate != c.fate {
			t.Errorf("%s: %d %s, want %d %s", c.was.Text, got.Number, fate, c.n, c.fate)
		}
	}
}

func TestLikenessIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringOf(rapid.RuneFrom([]rune("一二三ab "))).Draw(t, "a"), rapid.StringOf(rapid.RuneFrom([]rune("一二三ab "))).Draw(t, "b")
		if Likeness(a, b) != Likeness(b, a) || Likeness(a, b) < 0 || Likeness(a, b) > 1000 {
			t.Fatal(Likeness(a, b), Likeness(b, a))
		}
	})
}

package fieldbook

import (
	"encoding/xml"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/prose"
)

func TestDraw(t *testing.T) {
	b, _ := Read(folder(), ground())
	got, ok := b.Draw("funnel", "en", "figure-funnel-2")
	want := `<svg viewBox="0 0 480 200" role="img" aria-labelledby="figure-funnel-2-title" aria-describedby="figure-funnel-2-desc" focusable="false">` +
		`<title id="figure-funnel-2-title">Funnel</title><desc id="figure-funnel-2-desc">From many to few: &lt;3.</desc>` +
		`<g transform="translate(10,20)"><rect class="fg-soft fg-accent-line" x="0" y="0" width="100" height="40" rx="4"></rect></g>` +
		`<text class="fg-t" x="10" y="20" text-anchor="middle">Many &lt;b&gt; 12<tspan dx="4">¥</tspan></text></svg>`
	if d := cmp.Diff(want, got); d != "" || !ok {
		t.Error(d)
	}
	if zh, _ := b.Draw("funnel", "zh", "x"); !strings.Contains(zh, ">多 &amp; 少 12<") {
		t.Error(zh)
	}
	if _, ok := b.Draw("none", "zh", "x"); ok {
		t.Error("a figure that is not there was drawn")
	}
}

// What may come out, whatever goes in.
var (
	anyTag  = regexp.MustCompile(`<[^>]*>?`)
	goodTag = regexp.MustCompile(`^<(/(svg|title|desc|g|path|line|polyline|polygon|rect|circle|ellipse|text|tspan)` +
		`|svg viewBox="0 0 480 \d+" role="img" aria-labelledby="u-title" aria-describedby="u-desc" focusable="false"|title id="u-title"|desc id="u-desc"` +
		`|(g|path|line|polyline|polygon|rect|circle|ellipse|text|tspan)( (x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|dx|dy|width|height)="-?[0-9.]+"| (d|points)="[-+0-9.eE, \s&#;A-Za-z]*"` +
		`| transform="[a-z0-9(), .-]+"| text-anchor="(start|middle|end)"| class="fg-[a-z -]+")*)>$`)
)

func harmless(t testing.TB, in string) {
	t.Helper()
	f := &Figure{Title: prose.Text{ZH: "漏斗 <", EN: "Funnel \""}, Words: map[string]prose.Text{"many": {ZH: "多 & 少", EN: "<b>"}}}
	if !f.draw([]byte(in), func(int, string, ...any) {}) {
		return
	}
	for _, lang := range []string{"zh", "en"} {
		out := f.Draw(lang, "u")
		for _, tag := range anyTag.FindAllString(out, -1) {
			if !goodTag.MatchString(tag) {
				t.Fatalf("%q gave the tag %s", in, tag)
			}
		}
		d := xml.NewDecoder(strings.NewReader(out))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%q gave what is not well-formed: %v", in, err)
			}
		}
	}
}

// What somebody who means ill might put into a drawing.
func TestForgedDrawings(t *testing.T) {
	inside := func(s string) string { return strings.Replace(figureSVG, "</svg>", s+"</svg>", 1) }
	for _, in := range []string{
		inside(`<script>alert(1)</script>`), inside(`<SCRIPT>alert(1)</SCRIPT>`), inside(`<script xlink:href="x"/>`),
		inside(`<g onload="alert(1)"/>`), inside(`<g ONLOAD="alert(1)"/>`), inside(`<a href="javascript:alert(1)"><text>x</text></a>`),
		inside(`<a xlink:href="javascript:alert(1)" xmlns:xlink="http://www.w3.org/1999/xlink"><text>x</text></a>`),
		inside(`<rect style="fill:url(http://evil.example)"/>`), inside(`<style>*{display:none}</style>`), inside(`<rect fill="url(#x)"/>`),
		inside(`<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>`),
		inside(`<image href="http://evil.example/a.png"/>`), inside(`<use href="#x"/>`), inside(`<set attributeName="href" to="javascript:alert(1)"/>`),
		inside(`<animate attributeName="x" onbegin="alert(1)"/>`), inside(`<g id="main"/>`), inside(`<g class="top nav fg-ink"/>`),
		inside(`<path d="M0 0&quot; onload=&quot;alert(1)"/>`), inside(`<rect x="1&quot; onload=&quot;alert(1)"/>`), inside(`<g transform="url(javascript:alert(1))"/>`),
		inside(`<text><script>alert(1)</script></text>`), inside(`<text><rect/></text>`), inside(`<tspan>x</tspan>`), inside(`<text>{many"><script>}</text>`),
		inside(`<svg onload="alert(1)"><rect/></svg>`), inside(`<x:rect xmlns:x="http://www.w3.org/1999/xhtml"/>`), inside(`<!-- --><?php evil ?>`),
		strings.Replace(figureSVG, "<svg ", `<svg onload="alert(1)" id="x" style="x" `, 1),
		strings.Replace(figureSVG, "<svg ", `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><svg `, 1),
		`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 100"><text>&x;</text></svg>`,
		`<?xml version="1.0"?><?xml-stylesheet href="http://evil.example/x.css"?>` + figureSVG,
		figureSVG + figureSVG, figureSVG + "<script>alert(1)</script>", "<html><body onload=\"alert(1)\"/></html>", `<svg viewBox="0 0 480 100"/>`,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 100&quot; onload=&quot;x">` + "</svg>",
		inside(strings.Repeat("<g>", 50_000)), inside(strings.Repeat("<g/>", 5000)), strings.Repeat("<", 10_000),
	} {
		harmless(t, in)
		files := folder()
		files[svg] = &fstest.MapFile{Data: []byte(in)}
		b, problems := Read(files, ground())
		if out, _ := b.Draw("funnel", "en", "u"); strings.Contains(html.UnescapeString(anyTagsOf(out)), "evil") || strings.Contains(out, "root:") {
			t.Errorf("%.80q gave %s", in, out)
		}
		if len(problems) == 0 {
			t.Errorf("%.80q: nothing was wrong", in)
		}
	}
}

// What only looks as if.
func TestTextIsText(t *testing.T) {
	for _, in := range []string{"&lt;script&gt;alert(1)&lt;/script&gt;", "<![CDATA[<script>alert(1)</script>]]>"} {
		in = strings.Replace(figureSVG, "</svg>", "<text>"+in+"</text></svg>", 1)
		harmless(t, in)
		files := folder()
		files[svg] = &fstest.MapFile{Data: []byte(in)}
		b, problems := Read(files, ground())
		if out, _ := b.Draw("funnel", "en", "u"); !strings.Contains(out, "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>") || len(problems) > 0 {
			t.Error(out, problems)
		}
	}
}

func anyTagsOf(s string) string { return strings.Join(anyTag.FindAllString(s, -1), "") }

func FuzzDrawing(f *testing.F) {
	f.Add(figureSVG)
	f.Add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 100"><text>{many}<tspan x="1"/></text><path d="M0 0z"/><a/></svg>`)
	f.Add(`<!DOCTYPE svg><svg/>`)
	f.Fuzz(func(t *testing.T, in string) { harmless(t, in) })
}

package badges

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// plain is a file with the ends that matter here; a printed certificate stands in the tests of package paper.
func plain() []byte {
	body := "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n\n" + strings.Repeat("% ink\n", 40)
	return fmt.Appendf(nil, "%sxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", body, len(body))
}

func attached(t testing.TB, k Keys, b Badge) []byte {
	t.Helper()
	sum := sha256.Sum256(plain())
	b.Paper = &sum
	file, err := Attach(plain(), sign(t, k, b))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFileStates(t *testing.T) {
	k := keys(t)
	file := attached(t, k, example())
	both := []string{list(t, k, Revocation, issued), list(t, k, Suspension, issued)}
	for name, c := range map[string]struct {
		file []byte
		with Against
		at   time.Time
		want State
		why  Reason
	}{
		"valid":         {file, against(k, both...), now, Valid, ""},
		"expired":       {file, against(k), ends, Expired, ""},
		"revoked":       {file, against(k, list(t, k, Revocation, issued, 4711), both[1]), now, Revoked, ""},
		"unknown key":   {file, against(keys(t)), now, UnknownKey, ""},
		"no badge":      {plain(), against(k), now, Altered, NoBadge},
		"empty":         {nil, against(k), now, Altered, NoBadge},
		"not a PDF":     {[]byte("startxref\n3\n%%EOF\n"), against(k), now, Altered, NoBadge},
		"too large":     {make([]byte, maxFile+1), against(k), now, Altered, Size},
		"bytes behind":  {append(bytes.Clone(file), "\n2 0 obj\n"...), against(k), now, Altered, NoBadge},
		"an update":     {append(bytes.Clone(file), plain()...), against(k), now, Altered, NoBadge},
		"line endings":  {bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")), against(k), now, Altered, NoBadge},
		"leading zero":  {bytes.Replace(file, []byte("startxref\n"), []byte("startxref\n0"), 1), against(k), now, Altered, NoBadge},
		"paper altered": {bytes.Replace(file, []byte("ink"), []byte("oil"), 1), against(k), now, Altered, PaperBytes},
	} {
		if v := VerifyFile(c.file, c.with, c.at); v.State != c.want || v.Reason != c.why {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := VerifyFile(file, against(k, both...), now); len(v.NotChecked) != 0 {
		t.Errorf("%+v", v)
	}
}

func TestABadgeForAnotherFile(t *testing.T) {
	k := keys(t)
	file, err := Attach(plain(), sign(t, k, example())) // names no file
	if err != nil {
		t.Fatal(err)
	}
	if v := VerifyFile(file, against(k), now); v.State != Altered || v.Reason != PaperBytes || v.Said != nil {
		t.Errorf("%+v", v)
	}
	if _, err := Attach(plain(), "not a badge\nat all"); err == nil {
		t.Error("attached two lines")
	}
	if _, err := Attach(plain()[:50], sign(t, k, example())); err == nil {
		t.Error("attached to half a file")
	}
}

func TestEveryChangedByteIsFound(t *testing.T) {
	k := keys(t)
	file := attached(t, k, example())
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1 << rand.IntN(8)
		if v := VerifyFile(changed, against(k), now); v.State != Altered && v.State != UnknownKey {
			t.Fatalf("byte %d, %q instead of %q: %+v", i, changed[i], file[i], v)
		}
	}
}

func TestEveryEditIsFound(t *testing.T) {
	k := keys(t)
	file := attached(t, k, example())
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(file)).Draw(t, "from")
		to := rapid.IntRange(from, min(len(file), from+20)).Draw(t, "to")
		put := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "put")
		changed := bytes.Join([][]byte{file[:from], put, file[to:]}, nil)
		v := VerifyFile(changed, against(k), now)
		if !bytes.Equal(changed, file) && v.State != Altered && v.State != UnknownKey {
			t.Fatalf("%+v", v)
		}
	})
}

func TestQR(t *testing.T) {
	svg, err := QR("https://learn.example.cn/certificates/TG-1?a=1&b=\"2\"")
	if err != nil || !strings.Contains(svg, `aria-label="https://learn.example.cn/certificates/TG-1?a=1&amp;b=&#34;2&#34;"`) || strings.Contains(svg, "style") {
		t.Errorf("%s, %v", svg, err)
	}
	rows, err := Modules("https://learn.example.cn")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		for j := range rows[i] {
			if edge := min(i, j, len(rows)-1-i, len(rows)-1-j) < 4; edge && rows[i][j] {
				t.Fatalf("the quiet zone is not quiet at %d, %d", i, j)
			}
		}
	}
	if !rows[4][4] || !rows[4][10] || rows[5][5] {
		t.Error("the finder pattern is not where it should be")
	}
	if _, err := QR(strings.Repeat("x", 5000)); err == nil {
		t.Error("5,000 characters fit in no code")
	}
}

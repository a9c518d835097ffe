package violation

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestCodes: a code is read back however it is written, and no single wrong character and no two neighbours that have
// changed places pass.
func TestCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := Code(rapid.SliceOfN(rapid.Byte(), CodeBytes, CodeBytes).Draw(t, "random"))
		if len(code) != 26 || strings.ContainsAny(code, "ILOU") {
			t.Fatalf("%q", code)
		}
		said := rapid.SampledFrom([]string{Grouped(code), code, strings.ToLower(Grouped(code)), " " + strings.ReplaceAll(Grouped(code), "-", " ") + "\t",
			strings.NewReplacer("0", "o", "1", "l").Replace(code)}).Draw(t, "said")
		if CleanCode(said) != code {
			t.Fatalf("%q is read as %q", said, CleanCode(said))
		}
		at := rapid.IntRange(0, 25).Draw(t, "at")
		other := alphabet[rapid.IntRange(0, 31).Draw(t, "other")]
		if other != code[at] && CleanCode(code[:at]+string(other)+code[at+1:]) != "" {
			t.Fatalf("a wrong character at %d of %s passes", at, code)
		}
		if at < 25 && code[at] != code[at+1] && CleanCode(code[:at]+string(code[at+1])+string(code[at])+code[at+2:]) != "" {
			t.Fatalf("neighbours at %d of %s changed places", at, code)
		}
	})
}

// TestCodeUsesAllItsBits: the first 125 bits make 25 characters, one after another.
func TestCodeUsesAllItsBits(t *testing.T) {
	base := Code(make([]byte, CodeBytes))
	for bit := range 128 {
		b := make([]byte, CodeBytes)
		b[bit/8] |= 1 << (7 - bit%8)
		got := Code(b)
		if changed := got != base; changed != (bit < 125) {
			t.Errorf("bit %d changes the code: %v", bit, changed)
		}
		if bit < 125 && got[bit/5] == base[bit/5] {
			t.Errorf("bit %d is not in character %d", bit, bit/5)
		}
	}
	if Grouped(base) != "00000-00000-00000-00000-000000" {
		t.Error(Grouped(base))
	}
	for _, junk := range []string{"", "abc", strings.Repeat("A", 25), strings.Repeat("长", 26), strings.Repeat("!", 26)} {
		if CleanCode(junk) != "" {
			t.Errorf("%q is a code", junk)
		}
	}
}

package badges

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"
)

// The list of the Recommendation's own example: 131,072 entries, none set.
const published = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

func TestThePublishedExample(t *testing.T) {
	bits, err := unpack(published)
	if err != nil || len(bits) != 16384 || len(bytes.Trim(bits, "\x00")) != 0 {
		t.Errorf("%d bytes, %v", len(bits), err)
	}
}

func TestIndexZeroIsTheLeftmostBit(t *testing.T) {
	l, err := NewStatusList(Revocation, []int{0, 9, 131071}, issued, ends)
	if err != nil || l.Len() != MinEntries || l.bits[0] != 0x80 || l.bits[1] != 0x40 || l.bits[16383] != 1 {
		t.Errorf("%x…, %v", l.bits[:2], err)
	}
}

func TestListsAreReadBack(t *testing.T) {
	k := keys(t)
	rapid.Check(t, func(t *rapid.T) {
		set := rapid.SliceOfN(rapid.IntRange(0, 400000), 0, 20).Draw(t, "set")
		l, err := NewStatusList(Suspension, set, issued, ends)
		if err != nil {
			t.Fatal(err)
		}
		token, err := k.SignList(site, l)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadList(token, against(k), now)
		if err != nil || !bytes.Equal(got.bits, l.bits) || got.Purpose != Suspension {
			t.Fatalf("%v", err)
		}
		want := map[int]bool{}
		for _, i := range set {
			want[i] = true
		}
		for _, i := range append(set, rapid.IntRange(0, 400000).Draw(t, "other")) {
			if bit, known := got.At(i); bit != want[i] || known != (i < got.Len()) {
				t.Fatalf("%d: %v, %v", i, bit, known)
			}
		}
	})
}

func TestBadLists(t *testing.T) {
	k := keys(t)
	bomb := func(size int) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return "u" + encode(b.Bytes())
	}
	if _, err := unpack(bomb(MaxEntries / 8)); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{"bomb": bomb(64 << 20), "one byte too much": bomb(MaxEntries/8 + 1), "too short": bomb(16383),
		"empty": "", "other base": "z" + published[1:], "no gzip": "uAAAA", "cut off": published[:40], "changed": strings.Replace(published, "MQE", "MQF", 1)} {
		if _, err := unpack(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	sealed := func(f func(*listCredential)) string {
		id := site.List(Revocation)
		c := listCredential{envelope: seal(site, typeList, id, id+"#list", issued, ends),
			Subject: listSubject{ID: id + "#list", Type: "BitstringStatusList", Purpose: Revocation, Encoded: published}}
		f(&c)
		return forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"typ": "vc+jwt"}, c, k.all[0].private)
	}
	if _, err := ReadList(sealed(func(*listCredential) {}), against(k), now); err != nil {
		t.Error(err)
	}
	for name, token := range map[string]string{
		"badge":      sign(t, k, example()),
		"no end":     sealed(func(c *listCredential) { c.Exp, c.ValidUntil = nil, "" }),
		"other type": sealed(func(c *listCredential) { c.Type[1] = typeBadge }),
		"message":    sealed(func(c *listCredential) { c.Subject.Purpose = "message" }),
		"subject":    sealed(func(c *listCredential) { c.Subject.Type = "StatusList2021" }),
		"bomb":       sealed(func(c *listCredential) { c.Subject.Encoded = bomb(32 << 20) }),
		"huge":       strings.Repeat("A", maxList+1),
	} {
		if _, err := ReadList(token, against(k), now); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := ReadList(sealed(func(*listCredential) {}), against(k), ends.Add(time.Second)); err == nil {
		t.Error("a stale list was accepted")
	}
}

func TestBadListsAreNotBuilt(t *testing.T) {
	for _, set := range [][]int{{-1}, {MaxEntries}} {
		if _, err := NewStatusList(Revocation, set, issued, ends); err == nil {
			t.Errorf("%v: accepted", set)
		}
	}
	if _, err := NewStatusList("message", nil, issued, ends); err == nil {
		t.Error("another purpose was accepted")
	}
	if _, err := NewStatusList(Revocation, nil, ends, issued); err == nil {
		t.Error("a list that ends before it begins was accepted")
	}
}

// The largest list there may be must pass the bound on what is read.
func TestTheLargestListIsRead(t *testing.T) {
	k := keys(t)
	chance := rand.New(rand.NewPCG(1, 2))
	var set []int
	for i := range MaxEntries {
		if chance.IntN(2) == 0 {
			set = append(set, i)
		}
	}
	l, err := NewStatusList(Revocation, set, issued, ends)
	if err != nil {
		t.Fatal(err)
	}
	token, err := k.SignList(site, l)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadList(token, against(k), now); err != nil {
		t.Errorf("%d bytes: %v", len(token), err)
	}
}

// TestAListReachesWhatWasGivenAway has a badge beyond the least length that is good: the list knows it.
func TestAListReachesWhatWasGivenAway(t *testing.T) {
	l, err := NewStatusList(Revocation, []int{7}, issued, ends)
	if err != nil {
		t.Fatal(err)
	}
	if _, known := l.At(MinEntries + 5); known {
		t.Error("a list of the least length reaches further")
	}
	l.Reach(MinEntries + 6)
	if set, known := l.At(MinEntries + 5); set || !known || l.Len() != 2*MinEntries {
		t.Errorf("%v %v, %d places", set, known, l.Len())
	}
	if set, _ := l.At(7); !set {
		t.Error("it forgot what was revoked")
	}
}

package inspection

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
)

// SeedBytes is how long a seed is.
const SeedBytes = 32

// Draw takes a sample of n ids, or all where there are fewer. Each id is ranked by SHA-256(seed ‖ id), and the n lowest
// are taken in that order; equal ids count once. Whoever knows the seed and the ids gets the same sample on any machine:
//
//	for id in $(cat ids); do printf '%s %s\n' "$( (xxd -r -p seed; printf %s "$id") | sha256sum | cut -d' ' -f1)" "$id"; done | sort | head -n N
//
// Nobody can choose who is drawn as long as the ids are fixed before the seed is known: a round writes the hash of its
// population into the trail first.
func Draw(seed []byte, ids []string, n int) []string {
	type ranked struct {
		rank [sha256.Size]byte
		id   string
	}
	all := make([]ranked, 0, len(ids))
	for _, id := range sorted(ids) {
		all = append(all, ranked{sha256.Sum256(append(slices.Clone(seed), id...)), id})
	}
	slices.SortFunc(all, func(a, b ranked) int { return bytes.Compare(a.rank[:], b.rank[:]) })
	out := make([]string, 0, min(max(n, 0), len(all)))
	for _, r := range all[:cap(out)] {
		out = append(out, r.id)
	}
	return out
}

// HashOf is SHA-256, in hex, of the ids in order, each with a line feed after it: what `sort -u ids | sha256sum` gives.
func HashOf(ids []string) string {
	h := sha256.New()
	for _, id := range sorted(ids) {
		_, _ = io.WriteString(h, id+"\n") // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sorted gives the ids in order of their bytes, each once.
func sorted(ids []string) []string {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.Compact(out)
}

package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// Root is where all chance of a run comes from.
type Root struct {
	Seed  uint64
	World string // the scenario's name: the same seed is other luck in another world
}

// Stream is the luck of one entity for one purpose. Its seed is a SHA-256 hash of the root, the entity and the
// purpose, so that one more entity, or one more draw, moves nobody else's luck (common random numbers). Numbers
// come from PCG (math/rand/v2, whose sequence is promised), and every distribution is made of integers, so that
// they are the same on every machine.
type Stream struct{ source rand.PCG }

// Stream gives the luck of an entity for a purpose, from its beginning.
func (r Root) Stream(entity uint64, purpose string) Stream {
	var head [16]byte
	binary.LittleEndian.PutUint64(head[:8], r.Seed)
	binary.LittleEndian.PutUint64(head[8:], entity)
	h := sha256.New()
	h.Write(head[:])
	h.Write([]byte(r.World))
	h.Write([]byte{0})
	h.Write([]byte(purpose))
	var sum [32]byte
	h.Sum(sum[:0])
	var s Stream
	s.source.Seed(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16]))
	return s
}

// Uint64 is the next draw, every value alike.
func (s *Stream) Uint64() uint64 { return s.source.Uint64() }

// Below draws a number from 0 to n-1, every one exactly alike (Lemire 2019). n must not be 0.
func (s *Stream) Below(n uint64) uint64 {
	hi, lo := bits.Mul64(s.Uint64(), n)
	if lo < n {
		for limit := -n % n; lo < limit; {
			hi, lo = bits.Mul64(s.Uint64(), n)
		}
	}
	return hi
}

// Share is a probability as a part of 2⁶³.
type Share uint64

// Whole is certainty.
const Whole Share = 1 << 63

// ShareOf turns a probability, 0 to 1, into a share. The conversion of a float64 is exact.
func ShareOf(p float64) Share { return Share(p * float64(Whole)) }

// Hits draws whether something of this probability happens.
func (s *Stream) Hits(p Share) bool { return Share(s.Uint64()>>1) < p }

// Choice draws one of several things by its shares, which add up to at most Whole; what remains is len(shares).
func (s *Stream) Choice(shares ...Share) int {
	at := Share(s.Uint64() >> 1)
	for i, p := range shares {
		if at < p {
			return i
		}
		at -= p
	}
	return len(shares)
}

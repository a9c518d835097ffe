// Package clock is where time, chance and identifiers come from, so that a test can hold all three.
package clock

import (
	"crypto/rand"
	"encoding/base32"
	"io"
	mrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Clock gives the moment, random bytes and identifiers. Safe for concurrent use.
type Clock struct {
	now   func() time.Time
	ahead atomic.Int64 // how much later it is than now says, in nanoseconds
	real  bool
	mu    sync.Mutex
	rand  io.Reader
}

// System is the machine's clock and its cryptographic randomness.
func System() *Clock { return &Clock{now: time.Now, rand: rand.Reader, real: true} }

// Fake is a clock that stands still at start until advance moves it, with chance drawn from the seed.
func Fake(start time.Time, seed uint64) (c *Clock, advance func(time.Duration)) {
	var mu sync.Mutex
	at := start
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	c = &Clock{rand: mrand.NewChaCha8(key), now: func() time.Time { mu.Lock(); defer mu.Unlock(); return at }}
	return c, func(d time.Duration) { mu.Lock(); at = at.Add(d); mu.Unlock() }
}

// noise is the least correction that is made: a smaller one may be the network's, and a clock should not jump about.
const noise = 10 * time.Millisecond

// Correct sets how much later it is elsewhere, where time is kept for all, than on this machine. A clock that a test
// holds is not corrected.
func (c *Clock) Correct(ahead time.Duration) {
	if c.real && (ahead-time.Duration(c.ahead.Load())).Abs() >= noise {
		c.ahead.Store(int64(ahead))
	}
}

func (c *Clock) moment() time.Time { return c.now().Add(time.Duration(c.ahead.Load())) }

// Now is the moment in milliseconds since 1970 UTC.
func (c *Clock) Now() int64 { return c.moment().UnixMilli() }

// Date is today's date, YYYY-MM-DD, in the given zone.
func (c *Clock) Date(zone *time.Location) string { return c.moment().In(zone).Format(time.DateOnly) }

// Bytes gives n random bytes.
func (c *Clock) Bytes(n int) []byte {
	b := make([]byte, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := io.ReadFull(c.rand, b); err != nil {
		panic("clock: no randomness: " + err.Error()) // crypto/rand never fails on a running system
	}
	return b
}

// crockford has no letters that are mistaken for figures, and its digits sort as they count.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// ID mints an identifier of 26 characters that sorts by the time of minting: 48 bits of milliseconds,
// then 80 random bits.
func (c *Clock) ID() string {
	var b [16]byte
	ms := uint64(c.Now())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	copy(b[6:], c.Bytes(10))
	return crockford.EncodeToString(b[:])
}

package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"sync"

	"tongguan/server/base/clock"
)

// Hush counts knocks without keeping who knocks, for pages on which nobody must be known: addresses are counted under
// HMAC-SHA256 with a key that lives in memory alone and is forgotten with the counts every quarter of an hour. Nothing
// reaches the database, so each node counts for itself. Safe for concurrent use.
type Hush struct {
	clock *clock.Clock
	mu    sync.Mutex
	till  int64
	key   []byte
	seen  map[[sha256.Size]byte]int
}

// Bounds of a Hush.
const (
	hushLasts   = 15 * 60 * 1000 // milliseconds
	hushMost    = 40             // knocks of one address in that time
	hushEntries = 50_000         // addresses; more are a machine with many
)

// NewHush makes one.
func NewHush(c *clock.Clock) *Hush { return &Hush{clock: c} }

// Knock counts a knock from an address, and refuses with Busy who knocks too often.
func (h *Hush) Knock(address string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock.Now()
	if now >= h.till {
		h.till, h.key, h.seen = now+hushLasts, h.clock.Bytes(32), map[[sha256.Size]byte]int{}
	}
	m := hmac.New(sha256.New, h.key)
	m.Write([]byte(network(address)))
	who := [sha256.Size]byte(m.Sum(nil))
	if h.seen[who] >= hushMost || h.seen[who] == 0 && len(h.seen) >= hushEntries {
		return throttled(h.till - now)
	}
	h.seen[who]++
	return nil
}

package certification

import (
	"fmt"
	"strings"
	"sync"
)

// keptFor is how long sums over many people are kept, in milliseconds. A page says as of when they are.
const keptFor = 30_000

// mostKept bounds how many sums a node keeps.
const mostKept = 500

// kept are sums that a node remembers for a while: whose they are is part of the key, so that nobody is told what another
// reader sees, and the right to see them is asked each time before.
type kept struct {
	mu  sync.Mutex
	all map[string]*keptOne
}

type keptOne struct {
	mu    sync.Mutex // held while it is made, so that those who ask meanwhile wait for it instead of making it again
	at    int64
	value any
}

// keep gives what is kept under a key, or makes it.
func keep[T any](k *kept, now int64, key string, make func() (T, error)) (T, error) {
	one := k.one(key)
	one.mu.Lock()
	defer one.mu.Unlock()
	if v, ok := one.value.(T); ok && now-one.at < keptFor {
		return v, nil
	}
	v, err := make()
	if err == nil {
		one.at, one.value = now, v
	}
	return v, err
}

func (k *kept) one(key string) *keptOne {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil || len(k.all) >= mostKept && k.all[key] == nil {
		k.all = map[string]*keptOne{}
	}
	if k.all[key] == nil {
		k.all[key] = &keptOne{}
	}
	return k.all[key]
}

// Forget drops the sums that this node keeps: whoever has just changed something sees it at once.
func (r *Reports) Forget() {
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	r.kept.all = nil
}

// key tells a selection from every other.
func (s *selection) key() string {
	return strings.Join(s.where, " AND ") + fmt.Sprintf(" %q %v %q", s.args, s.reach.All, s.reach.Teams)
}

package attempt

import "sync"

// mostPapers bounds how many papers a node remembers, about a quarter of a kilobyte each.
const mostPapers = 20_000

// papers remembers papers by attempt. It forgets any of them when there are too many: they can be read again.
type papers struct {
	mu sync.RWMutex
	by map[string]*paper
}

func (p *papers) get(id string) *paper {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.by[id]
}

func (p *papers) put(id string, one *paper) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil {
		p.by = map[string]*paper{}
	}
	for other := range p.by {
		if len(p.by) < mostPapers {
			break
		}
		delete(p.by, other)
	}
	p.by[id] = one
}

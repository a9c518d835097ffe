package review

import (
	"context"
	"sync"

	"tongguan/server/base/access"
)

// fresh is for how long a node believes whom reviews concern, milliseconds. Every page asks, and a page should not wait for it.
const fresh = 20_000

// concerned is whom reviews concern, as a node knew it at a moment. It only decides whether a link is shown.
type concerned struct {
	mu   sync.Mutex
	at   int64 // 0: not known
	whom map[string]bool
}

// Concerns says whether the actor reviews somebody in a panel that is open. It may be some seconds late on other nodes than
// the one where somebody was asked.
func (r *Reviews) Concerns(ctx context.Context, actor access.Actor) (bool, error) {
	r.concerned.mu.Lock()
	defer r.concerned.mu.Unlock()
	if now := r.Clock.Now(); r.concerned.at == 0 || now-r.concerned.at >= fresh || now < r.concerned.at {
		ids, err := reviewers(ctx, r.DB.Read())
		if err != nil {
			return r.concerned.whom[actor.ID], err
		}
		r.concerned.at, r.concerned.whom = now, map[string]bool{}
		for _, id := range ids {
			r.concerned.whom[id] = true
		}
	}
	return r.concerned.whom[actor.ID], nil
}

// forget has whom reviews concern looked up anew.
func (r *Reviews) forget() {
	r.concerned.mu.Lock()
	r.concerned.at = 0
	r.concerned.mu.Unlock()
}

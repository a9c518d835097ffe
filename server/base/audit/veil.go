package audit

import (
	"slices"

	"tongguan/server/base/access"
)

// Veiled gives the acts of which the person whom they are about learns elsewhere, and only when it is open: a result that is
// not shown yet, a reward or a penalty that is proposed, declined or withdrawn. Whoever reads the trail by office reads what
// such entries say of others, not what they say of themselves; nor are they given to whoever takes their data.
func Veiled() []string {
	return []string{"appraisal.computed", "appraisal.ruled", "reward.propose", "reward.derive", "reward.decline", "reward.withdraw"}
}

// veiled says whether the actor may not read what an entry says.
func (e Entry) veiled(actor access.Actor) bool {
	return actor.ID != "" && e.Subject == actor.ID && slices.Contains(Veiled(), e.Act)
}

// veil strikes what an entry says from it.
func (e Entry) veil(actor access.Actor) Entry {
	if e.veiled(actor) {
		e.Facts, e.Private = nil, nil
	}
	return e
}

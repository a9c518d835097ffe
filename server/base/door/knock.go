package door

import (
	"context"
	"net/netip"

	"tongguan/server/base/db"
)

// looks begins the name under which looks from an address are counted.
const looks = "looks:"

// Knock counts a look by somebody unknown from an address, and refuses with Busy who looks too often: a few dozen in a
// quarter of an hour are somebody at work, more are a machine that tries. Neighbours in one IPv6 network are one.
func (d *Door) Knock(ctx context.Context, address string) error {
	name, now := looks+network(address), d.clock.Now()
	till, err := blockedTill(ctx, d.db.Read(), name, name)
	if err != nil {
		return err
	}
	if till > now {
		return throttled(till - now)
	}
	return d.db.Write(ctx, func(q db.Q) error { _, err := countFailure(ctx, q, name, now); return err })
}

// network is the address, or the /64 that an IPv6 one lies in: a house has as many of those as it likes.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

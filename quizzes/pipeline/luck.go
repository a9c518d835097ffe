package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// purpose is what luck is for. Its name is a part of the seed, so the order here is free.
type purpose uint8

const (
	forSetup purpose = iota
	forReach
	forAsk
	forReview
	forPresent
	forTemptation
	forLegal
	forWeek
	forProduction
	forTicket
	forPayment
	forRevisit
	forService
	forArrival
	forJob
	forMarket
	forMood
	forPolicy
	purposes
)

var purposeNames = [purposes]string{"setup", "reach", "ask", "review", "present", "temptation", "legal", "week", "production", "ticket", "payment",
	"revisit", "service", "arrival", "job", "market", "mood", "policy"}

// luck is a territory's chance: a stream for every entity and purpose, whose seed is a SHA-256 hash of root, entity
// and purpose. Unlike a Stream it is asked by position, so it keeps no state and a run can be branched at any
// point: the n-th draw is the SplitMix64 finaliser of seed + n·φ (Steele, Lea and Flood 2014). Positions are counts
// of what was done (the third visit, the seventh week), so that an act changes the luck of no other account, and
// of the same account none that it has nothing to do with.
type luck struct {
	seeds [][purposes]uint64
	jobs  [departments][]job // what others give each department, in order
}

// job is a piece of work: when it comes, and how long it takes.
type job struct{ at, takes Minute }

// Entities beyond the accounts.
const (
	segmentEntity    = 1 << 24
	departmentEntity = 1 << 25
)

func (t *Territory) newLuck(r Root) *luck {
	accounts := len(t.home)
	l := &luck{seeds: make([][purposes]uint64, accounts+maxList+departments)}
	var buffer []byte
	for i := range l.seeds {
		entity := uint64(i)
		if i >= accounts+maxList {
			entity = uint64(departmentEntity + i - accounts - maxList)
		} else if i >= accounts {
			entity = uint64(segmentEntity + i - accounts)
		}
		for p := range purposes {
			buffer = binary.LittleEndian.AppendUint64(buffer[:0], r.Seed)
			buffer = binary.LittleEndian.AppendUint64(buffer, entity)
			buffer = append(append(append(buffer, r.World...), 0), purposeNames[p]...)
			sum := sha256.Sum256(buffer)
			l.seeds[i][p] = binary.LittleEndian.Uint64(sum[:])
		}
	}
	for d, q := range t.queues {
		e := l.department(d)
		for at, n := int64(0), int64(0); at <= int64(t.end); n++ {
			at += 1 + l.exponential(e, forArrival, n, q.Every)
			l.jobs[d] = append(l.jobs[d], job{Minute(at), Minute(l.exponential(e, forService, n, q.Service))})
		}
	}
	return l
}

// one is the luck that a single account of another has, with all segments and departments.
func (l *luck) one(account int) *luck {
	n := len(l.seeds) - maxList - departments
	return &luck{append([][purposes]uint64{l.seeds[account]}, l.seeds[n:]...), l.jobs}
}

func (l *luck) segment(i int) int    { return len(l.seeds) - maxList - departments + i }
func (l *luck) department(i int) int { return len(l.seeds) - departments + i }

func (l *luck) draw(entity int, p purpose, n int64) uint64 {
	x := l.seeds[entity][p] + uint64(n)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below draws a number from 0 to k-1; of 2⁶⁴ values at most k are off, which no run can see.
func (l *luck) below(entity int, p purpose, n, k int64) int64 {
	hi, _ := bits.Mul64(l.draw(entity, p, n), uint64(k))
	return int64(hi)
}

// hits draws whether something with this probability happens.
func (l *luck) hits(entity int, p purpose, n int64, share Permille) bool {
	return l.below(entity, p, n, 1_000_000) < share*1000
}

// exponential draws a waiting time of this mean by inverting the distribution through the table of its rest.
func (l *luck) exponential(entity int, p purpose, n, mean int64) int64 {
	u := l.draw(entity, p, n)
	halvings := int64(bits.TrailingZeros64(u | 1<<12)) // at most 12: the tail beyond one in 4,096 is cut off
	at, between := u>>52, int64(u>>20&0xffffffff)
	x := halvings*ln2Fixed + residual[at] + mulShift(residual[at+1]-residual[at], between)
	return mulShift(x, mean)
}

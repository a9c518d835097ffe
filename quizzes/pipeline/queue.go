package pipeline

import "math/bits"

// Minute is a moment of a world's clock, in working minutes since it began.
type Minute uint32

// Priority orders what happens in the same minute; the lower comes first.
type Priority uint8

// Priorities, from what the world does to what the rep does.
const (
	First Priority = iota
	Normal
	Last
	priorities
)

// window is how many minutes ahead the wheel reaches; what is due later waits in a heap.
const window = 1 << 12

// none is the end of a list.
const none = -1

// due is something that will happen: to whom, and what.
type due struct {
	entity uint32
	kind   Kind
	next   int32 // the next in the same minute and priority
}

// far is something due beyond the window.
type far struct {
	at       Minute
	priority Priority
	seq      uint64
	entity   uint32
	kind     Kind
}

// queue gives what is due in the order of time, priority and sequence of being added. Adding and taking cost the
// same however much waits: within the window a minute has a list for each priority, and nothing is ever sorted.
type queue struct {
	now   Minute
	slots [window][priorities]list
	busy  [window / 64]uint64 // a bit for each minute that has something in it
	near  int                 // how much is due within the window
	cells []due
	free  int32
	later []far // a heap
	seq   uint64
}

type list struct{ head, tail int32 }

func newQueue() *queue {
	q := &queue{free: none}
	for i := range q.slots {
		for p := range q.slots[i] {
			q.slots[i][p] = list{none, none}
		}
	}
	return q
}

// add puts something into the queue. A moment that is past counts as now.
func (q *queue) add(at Minute, p Priority, entity uint32, kind Kind) {
	if at = max(at, q.now); at-q.now >= window {
		q.seq++
		q.push(far{at, p, q.seq, entity, kind})
		return
	}
	q.append(at, p, entity, kind)
}

// append adds to the list of a minute within the window.
func (q *queue) append(at Minute, p Priority, entity uint32, kind Kind) {
	cell := q.free
	if cell == none {
		cell = int32(len(q.cells))
		q.cells = append(q.cells, due{})
	} else {
		q.free = q.cells[cell].next
	}
	q.cells[cell] = due{entity, kind, none}
	l := &q.slots[at%window][p]
	if l.tail == none {
		l.head = cell
	} else {
		q.cells[l.tail].next = cell
	}
	l.tail = cell
	q.busy[at%window/64] |= 1 << (at % 64)
	q.near++
}

// take gives the next thing and moves the clock to it; ok is false where nothing is left, or nothing before until.
func (q *queue) take(until Minute) (at Minute, entity uint32, kind Kind, ok bool) {
	for q.near+len(q.later) > 0 {
		for p := range q.slots[q.now%window] {
			l := &q.slots[q.now%window][p]
			if l.head == none {
				continue
			}
			cell := l.head
			d := q.cells[cell]
			if l.head = d.next; l.head == none {
				l.tail = none
			}
			q.cells[cell].next, q.free = q.free, cell
			q.near--
			return q.now, d.entity, d.kind, true
		}
		next := q.next()
		if next >= until {
			return 0, 0, 0, false
		}
		q.advance(next)
	}
	return 0, 0, 0, false
}

// next is the next minute in which something is due.
func (q *queue) next() Minute {
	if q.near == 0 {
		return q.later[0].at
	}
	for ahead := Minute(1); ; { // whole words at a time; a word is entered in its middle at most once
		at := (q.now + ahead) % window
		if set := q.busy[at/64] >> (at % 64); set != 0 {
			return q.now + ahead + Minute(bits.TrailingZeros64(set))
		}
		ahead += 64 - at%64
	}
}

// advance moves the clock on to a minute, and into the window what was beyond it. That was added before anything
// can be added to its minute directly, so the sequence holds.
func (q *queue) advance(to Minute) {
	q.busy[q.now%window/64] &^= 1 << (q.now % 64) // take found it empty
	q.now = to
	for len(q.later) > 0 && q.later[0].at-q.now < window {
		f := q.pop()
		q.append(f.at, f.priority, f.entity, f.kind)
	}
}

func (f far) before(g far) bool {
	if f.at != g.at {
		return f.at < g.at
	}
	if f.priority != g.priority {
		return f.priority < g.priority
	}
	return f.seq < g.seq
}

func (q *queue) push(f far) {
	q.later = append(q.later, f)
	for i := len(q.later) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.later[i].before(q.later[up]) {
			break
		}
		q.later[i], q.later[up] = q.later[up], q.later[i]
		i = up
	}
}

func (q *queue) pop() far {
	top, last := q.later[0], len(q.later)-1
	q.later[0] = q.later[last]
	q.later = q.later[:last]
	for i := 0; ; {
		least := i
		for _, down := range [2]int{2*i + 1, 2*i + 2} {
			if down < last && q.later[down].before(q.later[least]) {
				least = down
			}
		}
		if least == i {
			return top
		}
		q.later[i], q.later[least] = q.later[least], q.later[i]
		i = least
	}
}

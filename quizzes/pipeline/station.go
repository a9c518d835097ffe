package pipeline

// Station is a department that works on what is given to it: so many hands, first come first served.
type Station struct {
	Hands int

	busy    int
	waiting []uint32
	head    int

	// What Little's law is about, added up as time goes by.
	Came  int
	Left  int
	Area  int64 // jobs in the station times minutes
	since Minute
}

// Arrive gives the station a job. It says whether the job is begun at once; otherwise it waits.
func (s *Station) Arrive(now Minute, job uint32) (begun bool) {
	s.pass(now)
	s.Came++
	if s.busy < s.Hands {
		s.busy++
		return true
	}
	s.waiting = append(s.waiting, job)
	return false
}

// Finish takes a finished job out and gives the one that is begun in its place, if one waits.
func (s *Station) Finish(now Minute) (next uint32, ok bool) {
	s.pass(now)
	s.Left++
	if s.head == len(s.waiting) {
		s.busy--
		return 0, false
	}
	next = s.waiting[s.head]
	if s.head++; s.head > 1024 && s.head*2 > len(s.waiting) {
		s.waiting = append(s.waiting[:0], s.waiting[s.head:]...)
		s.head = 0
	}
	return next, true
}

// Inside is how many jobs wait or are worked on.
func (s *Station) Inside() int { return s.busy + len(s.waiting) - s.head }

func (s *Station) pass(now Minute) {
	s.Area += int64(s.Inside()) * int64(now-s.since)
	s.since = now
}

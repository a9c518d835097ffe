package standing

import "strconv"

// dot is the radius of a point: only the last is drawn large.
func dot(i, of int) string {
	if i == of-1 {
		return "5"
	}
	return "2.500"
}

// aboveLast is where the label of the last point stands: above the one before it too, for the label reaches back to that one
// and would lie on a line that falls.
func aboveLast(points []Point) string {
	top := 220
	for _, p := range points[max(0, len(points)-2):] {
		if n, err := strconv.Atoi(p.Y); err == nil {
			top = min(top, n)
		}
	}
	return strconv.Itoa(max(16, top-12))
}

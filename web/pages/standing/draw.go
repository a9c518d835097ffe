package standing

import "strconv"

// dot is the radius of a point: only the last is drawn large.
func dot(i, of int) string {
	if i == of-1 {
		return "5"
	}
	return "2.500"
}

// above is where the label of a point stands.
func above(y string) string {
	n, err := strconv.Atoi(y)
	if err != nil {
		return y
	}
	return strconv.Itoa(max(16, n-12))
}

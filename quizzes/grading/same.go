package grading

import "slices"

// Same says whether two responses to a question are the same answer: the same options in whatever order, the same order of
// steps, texts that are alike when folded, numbers of the same value.
func Same(k Key, a, b []string) bool {
	switch k.Type {
	case Ordering:
		return slices.Equal(a, b)
	case Numeric, Calculated:
		if len(a) != 1 || len(b) != 1 {
			return false
		}
		x, err1 := number(a[0], k.Units)
		y, err2 := number(b[0], k.Units)
		if err1 == nil && err2 == nil {
			return x.Cmp(y) == 0
		}
		return err1 != nil && err2 != nil && Fold(a[0]) == Fold(b[0])
	case ShortText, Cloze:
		return slices.Equal(sorted(a, Fold), sorted(b, Fold))
	}
	return slices.Equal(sorted(a, nil), sorted(b, nil))
}

func sorted(response []string, as func(string) string) []string {
	out := slices.Clone(response)
	if as != nil {
		for i := range out {
			out[i] = as(out[i])
		}
	}
	slices.Sort(out)
	return out
}

package grading

import (
	"fmt"
	"slices"
)

// Same says whether two responses to a question are the same answer: the same options in whatever order, the same order of
// steps, texts that are alike when folded, numbers of the same value.
func Same(k Key, a, b []string) bool { return Form(k, a) == Form(k, b) }

// Form is a text that responses have in common where they are the same answer, and no others. Many responses are compared by
// their forms, each made once.
func Form(k Key, response []string) string {
	switch k.Type {
	case Ordering:
		return fmt.Sprintf("%q", response)
	case Numeric, Calculated:
		if len(response) == 1 {
			if x, err := number(response[0], k.Units); err == nil {
				return x.RatString()
			}
		}
		return fmt.Sprintf("%q", sorted(response, Fold))
	case ShortText, Cloze:
		return fmt.Sprintf("%q", sorted(response, Fold))
	}
	return fmt.Sprintf("%q", sorted(response, nil))
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

package itemstats

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// The encoding: equal sums are equal bytes, since every list is sorted and nothing that is zero is written.
type (
	encodedSums struct {
		Version int           `json:"v"`
		Unit    int64         `json:"unit"`
		Forms   []encodedForm `json:"forms"`
	}
	encodedForm struct {
		Length int                    `json:"p"`
		Totals hist                   `json:"t"`
		Items  map[string]encodedCell `json:"i"` // written by name
	}
	encodedCell struct {
		X       hist                `json:"x"`
		O       hist                `json:"o"`
		XO      int64               `json:"xo"`
		Options map[string][3]int64 `json:"c,omitempty"` // how many, Σ o, Σ o²
	}
)

// encoding is its version. A change of it needs a new one, and Forget of what is stored.
const encoding = 1

var errEncoding = errors.New("itemstats: these are no sums")

// MarshalJSON writes a histogram as value, count, value, count … by value.
func (h hist) MarshalJSON() ([]byte, error) {
	flat := make([]int64, 0, 2*len(h))
	for _, value := range slices.Sorted(maps.Keys(h)) {
		flat = append(flat, value, h[value])
	}
	return json.Marshal(flat)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (h *hist) UnmarshalJSON(text []byte) error {
	var flat []int64
	if err := json.Unmarshal(text, &flat); err != nil {
		return err
	}
	if len(flat)%2 != 0 {
		return errEncoding
	}
	*h = make(hist, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		if flat[i+1] <= 0 {
			return errEncoding
		}
		(*h)[flat[i]] = flat[i+1]
	}
	return nil
}

// MarshalJSON writes the sums, compactly.
func (s *Sums) MarshalJSON() ([]byte, error) {
	out := encodedSums{Version: encoding, Unit: s.unit, Forms: []encodedForm{}}
	for _, length := range slices.Sorted(maps.Keys(s.forms)) {
		f := s.forms[length]
		e := encodedForm{Length: length, Totals: f.totals, Items: map[string]encodedCell{}}
		for item, c := range f.items {
			one := encodedCell{X: c.x, O: c.o, XO: c.xo, Options: map[string][3]int64{}}
			for name, k := range c.options {
				one.Options[name] = [3]int64{k.n, k.o, k.oo}
			}
			e.Items[item] = one
		}
		out.Forms = append(out.Forms, e)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sums) UnmarshalJSON(text []byte) error {
	var in encodedSums
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("itemstats: %w", err)
	}
	if in.Version != encoding || in.Unit <= 0 {
		return errEncoding
	}
	*s = *NewSums(in.Unit)
	for _, e := range in.Forms {
		if e.Length <= 0 || e.Totals == nil {
			return errEncoding
		}
		f := s.form(e.Length)
		f.totals = e.Totals
		for item, c := range e.Items {
			if c.X == nil || c.O == nil {
				return errEncoding
			}
			one := &cell{x: c.X, o: c.O, xo: c.XO, options: map[string]*choosers{}}
			for name, k := range c.Options {
				one.options[name] = &choosers{k[0], k[1], k[2]}
			}
			f.items[item] = one
		}
	}
	return nil
}

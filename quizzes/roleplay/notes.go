package roleplay

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Note is what a manager or trainer remarked on a turn of a play; turn 0 is the whole.
type Note struct {
	ID     string `db:"id"`
	Play   string `db:"play_id"`
	Turn   int    `db:"turn"`
	Author string `db:"author_id"`
	Text   string `db:"text"`
	Made   int64  `db:"made_at"`
}

// maxNote is how long a remark may be, in characters.
const maxNote = 2_000

// Items are what raters score on a scale of 1 to 5, whose ends and middle are described to them.
var Items = []string{"listening", "questioning", "value", "composure"}

// Rating is one rater's score of one item.
type Rating struct {
	Play  string `db:"play_id"`
	Rater string `db:"rater_id"`
	Item  string `db:"item"`
	Value int    `db:"value"`
}

// Remark keeps a remark on a turn of somebody's closed play.
func (r *Plays) Remark(ctx context.Context, actor access.Actor, id string, turn int, text string) error {
	row, err := r.others(ctx, actor, id)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxNote || strings.ContainsRune(text, 0) {
		return fault.New(fault.Invalid, "scenario.note_text", "max", maxNote).At("text")
	}
	if turn < 0 || turn > row.Turns {
		return fault.New(fault.Missing, "error.missing")
	}
	n := Note{ID: r.clock.ID(), Play: id, Turn: turn, Author: actor.ID, Text: text, Made: r.clock.Now()}
	return r.db.Write(ctx, func(q db.Q) error { return insertNote(ctx, q, n) })
}

// others finds a closed play of somebody else whose rehearsals the actor may review: nobody rates their own.
func (r *Plays) others(ctx context.Context, actor access.Actor, id string) (playRow, error) {
	row, err := r.closed(ctx, actor, id)
	if err == nil && row.Person == actor.ID {
		err = fault.New(fault.Denied, "scenario.own_play")
	}
	return row, err
}

// Rate keeps a rater's scores of a play; scoring again replaces them.
func (r *Plays) Rate(ctx context.Context, actor access.Actor, id string, values map[string]int) error {
	row, err := r.others(ctx, actor, id)
	if err != nil {
		return err
	}
	for _, item := range Items {
		if v := values[item]; v < 1 || v > 5 {
			return fault.New(fault.Invalid, "scenario.rate_all").At(item)
		}
	}
	return r.db.Write(ctx, func(q db.Q) error {
		for _, item := range Items {
			if err := setRating(ctx, q, Rating{id, actor.ID, item, values[item]}, r.clock.Now()); err != nil {
				return err
			}
		}
		return r.trail.Append(ctx, q, audit.Event{Act: "play.rated", Actor: actor.ID, Subject: row.Person, Facts: map[string]any{"play": id, "values": values}})
	})
}

// RatingsOf gives the scores of a play by rater, for who may review it.
func (r *Plays) RatingsOf(ctx context.Context, actor access.Actor, id string) ([]Rating, error) {
	if _, err := r.closed(ctx, actor, id); err != nil {
		return nil, err
	}
	return ratingsOf(ctx, r.db.Read(), id)
}

// Agreement is how far raters agree on plays that two or more have scored.
type Agreement struct {
	Plays int
	Pairs int     // pairs of scores compared
	Kappa float64 // quadratically weighted (Cohen 1968), over all pairs, each counted both ways
	ICC   float64 // ICC(1,1), one-way random, single rater (Shrout and Fleiss 1979), by the mean number of raters
}

// Agreement compares the raters of all plays. Where nothing can be compared the figures are NaN.
func (r *Plays) Agreement(ctx context.Context, actor access.Actor) (Agreement, error) {
	if err := actor.Check(access.ReviewRehearsal, access.Other); err != nil {
		return Agreement{}, err
	}
	all, err := allRatings(ctx, r.db.Read())
	return agree(all), err
}

// agree computes both figures, each item of each play being one thing that is rated.
func agree(all []Rating) Agreement {
	type key struct{ play, item string }
	rated := map[key][]int{}
	for _, r := range all {
		rated[key{r.Play, r.Item}] = append(rated[key{r.Play, r.Item}], r.Value)
	}
	plays := map[string]bool{}
	var things [][]int
	for k, v := range rated {
		if len(v) > 1 {
			plays[k.play] = true
			slices.Sort(v)
			things = append(things, v)
		}
	}
	slices.SortFunc(things, slices.Compare)
	kappa, pairs := Kappa(things)
	return Agreement{len(plays), pairs, kappa, ICC(things)}
}

// Kappa is Cohen's weighted kappa with quadratic weights for scores 1 to 5, extended to any number of raters by taking
// every pair of scores of a thing, both ways (Conger 1980 for exchangeable raters): 1 − Σ w·observed ÷ Σ w·expected,
// w = (i−j)². NaN where there is nothing to compare or nobody ever differs in scores.
func Kappa(things [][]int) (kappa float64, pairs int) {
	var observed [6][6]float64
	var margin [6]float64
	n := 0.0
	for _, scores := range things {
		for i := range scores {
			for j := range scores {
				if i != j {
					observed[scores[i]][scores[j]]++
					margin[scores[i]]++
					n++
				}
			}
		}
	}
	var seen, chance float64
	for i := 1; i <= 5; i++ {
		for j := 1; j <= 5; j++ {
			w := float64((i - j) * (i - j))
			seen += w * observed[i][j] / n
			chance += w * margin[i] / n * margin[j] / n
		}
	}
	return 1 - seen/chance, int(n / 2)
}

// ICC is the intraclass correlation ICC(1,1) of Shrout and Fleiss (1979): (MSB − MSW) ÷ (MSB + (k−1)·MSW), with the k of
// an unbalanced design, (N − Σnᵢ²/N) ÷ (n−1). NaN with fewer than two things.
func ICC(things [][]int) float64 {
	var n, squares, total, count float64
	for _, s := range things {
		n++
		squares += float64(len(s) * len(s))
		count += float64(len(s))
		for _, v := range s {
			total += float64(v)
		}
	}
	mean := total / count
	var between, within float64
	for _, s := range things {
		var sum float64
		for _, v := range s {
			sum += float64(v)
		}
		own := sum / float64(len(s))
		between += float64(len(s)) * (own - mean) * (own - mean)
		for _, v := range s {
			within += (float64(v) - own) * (float64(v) - own)
		}
	}
	if n < 2 || count <= n {
		return math.NaN()
	}
	k := (count - squares/count) / (n - 1)
	msb, msw := between/(n-1), within/(count-n)
	return (msb - msw) / (msb + (k-1)*msw)
}

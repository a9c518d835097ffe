package appraisal

import (
	"context"
	"errors"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

var errLater = errors.New("appraisal: not yet")

// Schemes gives the schemes that a cycle can be opened from.
func (a *Appraisals) Schemes(actor access.Actor) ([]*composite.Scheme, error) { return nil, errLater }

// Affects says whom a plan would appraise, and by what scheme; it refuses what Open would refuse.
func (a *Appraisals) Affects(ctx context.Context, actor access.Actor, p Plan) (Affected, error) {
	return Affected{}, errLater
}

// Open opens a cycle and gives its id. request identifies the form that was sent: sent twice, it opens once.
func (a *Appraisals) Open(ctx context.Context, actor access.Actor, p Plan, request string) (string, error) {
	return "", errLater
}

// Add appraises more people in a cycle whose figures are not frozen yet, and says how many were added.
func (a *Appraisals) Add(ctx context.Context, actor access.Actor, cycle string, persons []string, request string) (int, error) {
	return 0, errLater
}

// Reschedule moves the deadlines of a cycle; the reviews' not once people review.
func (a *Appraisals) Reschedule(ctx context.Context, actor access.Actor, cycle string, d Deadlines, request string) error {
	return errLater
}

// SetTargets sets what is aimed at, by item, in the unit of the indicator; it asks the person anew.
func (a *Appraisals) SetTargets(ctx context.Context, actor access.Actor, record string, values map[string]int64, request string) error {
	return errLater
}

// AgreeTargets is the person's consent to all targets as they stand; seen is how many steps (Whole.Steps) the page showed.
func (a *Appraisals) AgreeTargets(ctx context.Context, actor access.Actor, record string, seen int, request string) error {
	return errLater
}

// ObjectTargets says why the person does not agree. The targets stand until somebody sets others.
func (a *Appraisals) ObjectTargets(ctx context.Context, actor access.Actor, record, text, request string) error {
	return errLater
}

// Tick makes the transitions that time has brought. It may run on several nodes at once and as often as one likes.
func (a *Appraisals) Tick(ctx context.Context) error { return errLater }

// Calibrate sets the result of somebody else's record in calibration; needed where too little was known to compute one.
func (a *Appraisals) Calibrate(ctx context.Context, actor access.Actor, record string, r Ruling, request string) error {
	return errLater
}

// Show opens a result to the person and their manager.
func (a *Appraisals) Show(ctx context.Context, actor access.Actor, record, request string) error {
	return errLater
}

// ShowAll shows every result of a cycle that waits in calibration and has one, and says how many.
func (a *Appraisals) ShowAll(ctx context.Context, actor access.Actor, cycle, request string) (int, error) {
	return 0, errLater
}

// Respond is the person's answer to their result.
func (a *Appraisals) Respond(ctx context.Context, actor access.Actor, record string, an Answer, request string) error {
	return errLater
}

// Decide decides a dispute: by somebody of HR who has not calibrated the record, is not the person and not their manager.
func (a *Appraisals) Decide(ctx context.Context, actor access.Actor, record string, ap Appeal, request string) error {
	return errLater
}

// Close closes a record that has been answered, or was not in time.
func (a *Appraisals) Close(ctx context.Context, actor access.Actor, record, request string) error {
	return errLater
}

// CloseAll closes every record of a cycle that can be, and says how many.
func (a *Appraisals) CloseAll(ctx context.Context, actor access.Actor, cycle, request string) (int, error) {
	return 0, errLater
}

// Correct adds another result to somebody else's closed record. What was there stays.
func (a *Appraisals) Correct(ctx context.Context, actor access.Actor, record string, r Ruling, request string) error {
	return errLater
}

// Cycles gives every cycle, the latest first, to those who run appraisals or inspect them.
func (a *Appraisals) Cycles(ctx context.Context, actor access.Actor) ([]Cycle, error) {
	return nil, errLater
}

// Cycle gives a cycle and how far it has come.
func (a *Appraisals) Cycle(ctx context.Context, actor access.Actor, id string) (Overview, error) {
	return Overview{}, errLater
}

// Records gives a page of the records that the actor may see.
func (a *Appraisals) Records(ctx context.Context, actor access.Actor, f Filter) (Page, error) {
	return Page{}, errLater
}

// Record gives everything about a record that the actor may see.
func (a *Appraisals) Record(ctx context.Context, actor access.Actor, id string) (Whole, error) {
	return Whole{}, errLater
}

// Mine gives the actor's own records, the latest first.
func (a *Appraisals) Mine(ctx context.Context, actor access.Actor) ([]Record, error) {
	return nil, errLater
}

// Notes says what became of the certificates in a record after the period.
func (a *Appraisals) Notes(ctx context.Context, actor access.Actor, record string) ([]Note, error) {
	return nil, errLater
}

// Verify computes a record again from what it was computed from, and compares it with the trail.
func (a *Appraisals) Verify(ctx context.Context, actor access.Actor, record string) (Report, error) {
	return Report{}, errLater
}

// Counted gives the records in which a certificate counted, the latest period first.
func (a *Appraisals) Counted(ctx context.Context, q db.Q, number string) ([]Use, error) {
	return nil, errLater
}

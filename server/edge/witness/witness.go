// Package witness mails signed checkpoints of the audit trail to somebody who keeps them out of our reach.
//
// What is cut off from the trail, put back to an older state or written anew can be found on this machine only as long as
// the files on it are honest. A mail that has left cannot be called back.
package witness

import (
	"context"
	"strings"
	"sync"
	"time"

	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
	"tongguan/web/words"
)

// Witness writes the mails. Safe for concurrent use.
type Witness struct {
	Parts

	mu   sync.Mutex
	told string // the day, YYYY-MM-DD, for which this node has seen to it
}

// Parts are what it leans on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location
	Notary *audit.Notary
	Outbox *outbox.Outbox
	Words  *words.Book
	To     string // address of the witness; "" for none
	URL    string // of the site
}

// New makes it.
func New(p Parts) *Witness { return &Witness{Parts: p} }

// Daily mails the checkpoint of the day, once for all nodes. A trail that cannot be signed is not mailed: the mail that
// does not come is the alarm.
func (w *Witness) Daily(ctx context.Context) error {
	day := w.Clock.Date(w.Zone)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.To == "" || w.told == day {
		return nil
	}
	if err := w.send(ctx, "checkpoint/"+day); err != nil {
		return err
	}
	w.told = day
	return nil
}

// Send mails a checkpoint now.
func (w *Witness) Send(ctx context.Context) error {
	if w.To == "" || w.Outbox == nil {
		return fault.New(fault.Invalid, "trail.no_witness")
	}
	return w.send(ctx, "checkpoint/"+w.Clock.ID())
}

func (w *Witness) send(ctx context.Context, key string) error {
	signed, err := w.Notary.Sign(ctx, w.DB.Read())
	if err != nil {
		return err
	}
	_, tree, _, err := w.Notary.Last()
	if err != nil {
		return err
	}
	return w.DB.Write(ctx, func(q db.Q) error { return w.Outbox.Put(ctx, q, w.mail(key, signed, tree)) })
}

// mail says the same in both languages: who keeps it is nobody here whose language we know.
func (w *Witness) mail(key string, signed []byte, tree audit.Checkpoint) outbox.Mail {
	var subjects, texts []string
	for _, lang := range []string{"zh", "en"} {
		v := w.Words.In(lang)
		subjects = append(subjects, v.T("trail.mail_subject", "n", tree.N))
		texts = append(texts, v.T("trail.mail_text", "n", tree.N, "when", v.DateTime(w.Clock.Now(), w.Zone), "url", w.URL))
	}
	text := strings.Join(texts, "\n\n") + "\n\n" + audit.Letter(signed) + "\n" + w.Notary.VerifierKey() + "\n"
	return outbox.Mail{Key: key, To: w.To, Subject: strings.Join(subjects, " · "), Text: text}
}

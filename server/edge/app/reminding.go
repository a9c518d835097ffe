package app

import (
	"tongguan/courses/reminder"
	"tongguan/server/edge/digest"
)

// remind makes the room that tells people once a day what is due, with what the other rooms have to say.
func (a *App) remind() error {
	at, err := reminder.ParseHour(a.Config.DigestAt)
	if err != nil {
		return err
	}
	a.Reminders = reminder.New(reminder.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, People: a.People, Outbox: a.Outbox,
		Write: digest.Writer{Words: a.Words, URL: a.Config.URL}.Mail, At: at})
	a.Reminders.From(a.Training.RemindSteps)
	a.Reminders.From(a.Training.RemindSigners)
	a.Reminders.From(a.Certificates.Remind)
	a.Reminders.From(a.Amendments.Remind)
	a.Reminders.From(a.Sessions.Remind)
	a.Reminders.From(a.Reviews.Remind)
	a.Reminders.From(a.Rewards.Remind)
	a.Reminders.From(a.Inspections.Remind)
	a.Reminders.From(a.Remarks.Remind)
	return nil
}

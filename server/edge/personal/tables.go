package personal

import (
	"strings"

	"tongguan/server/base/audit"
)

// Table says what a table holds about people, and what becomes of it. Columns are names separated by spaces; every column
// stands in exactly one place, and a test against the schema of both databases fails while one does not: it prints the
// line to add below.
type Table struct {
	Name string
	Me   string // column with the id of the person whom a row is about
	Up   string // where there is none: "column=table.column", the row belongs to whoever that row is about
	By   string // ids of others in it, and of whoever did it; kept as pseudonyms, never given to the person whom the row is about
	Text string // free text about the person, or by them: "column", or "column@by" where whoever stands in by wrote it; struck at erasure
	Said string // text on which records rest (answers, moves): kept, without the person's name, login and e-mail
	Keep string // ids of things, states, dates, hashes; kept
	Num  string // numbers; kept
	Bool string // truths; kept
	Hide string // "column:reason", not given out (where it is not among Text it is kept): key (answer keys), secret (of passwords, tokens, salts), derived (of what is given)
	Wipe string // emptied at erasure
	Drop bool   // whole rows are deleted at erasure, in the order of this list
	Once string // SQL: only such rows are given to whom they are about; what is not decided yet, or would warn them, is not
	Own  bool   // erased by the room's own verb: the account and the trail
}

// tables is every table with a column that refers to a person. A new one is one line.
var tables = []Table{
	// the account
	{Name: "person", Me: "id", Text: "login name email", Keep: "lang team_id hired_on state", Num: "created_at version erased_at", Hide: "password_hash:secret sort_key:derived search_key:derived", Own: true},
	{Name: "person_role", Me: "person_id", Keep: "role", Drop: true},
	{Name: "team_manager", Me: "person_id", Keep: "team_id", Drop: true},
	{Name: "session", Me: "person_id", Text: "agent address", Keep: "id", Num: "created_at seen_at expires_at", Hide: "token_hash:secret", Drop: true},
	{Name: "one_time_link", Me: "person_id", Keep: "purpose", Num: "created_at expires_at used_at", Hide: "token_hash:secret", Drop: true},
	{Name: "api_token", Me: "person_id", Text: "name", Keep: "id scopes", Num: "created_at expires_at revoked_at", Drop: true},
	{Name: "calendar_address", Me: "person_id", Num: "made_at", Hide: "token_hash:secret", Drop: true},
	{Name: "outbox_mail", Me: "person_id", Text: "address subject text_body html_body last_error", Keep: "id key state", Num: "tries next_at leased_until created_at sent_at", Hide: "text_body:secret html_body:secret", Drop: true},
	{Name: "digest", Me: "person_id", Text: "items", Keep: "day", Num: "told_at aside_at", Drop: true},
	{Name: "digest_choice", Me: "person_id", Num: "changed_at", Bool: "mail_off", Drop: true},
	{Name: "extra_time", Me: "person_id", By: "granted_by", Text: "reason@granted_by", Num: "percent granted_at", Drop: true},
	// learning
	{Name: "assignment", Me: "person_id", By: "assigned_by", Keep: "id course team_id due_on request_id", Num: "assigned_at withdrawn_at"},
	{Name: "lesson_finished", Me: "person_id", Keep: "lesson hash", Num: "finished_at"},
	{Name: "last_lesson", Me: "person_id", Keep: "course lesson", Num: "at"},
	{Name: "reading_position", Me: "person_id", Keep: "lesson anchor", Num: "heading part at", Drop: true},
	{Name: "finish_request", Me: "person_id", Keep: "request_id lesson hash", Num: "at"},
	{Name: "module_passed", Me: "person_id", Keep: "module", Num: "line score passed_at undone"},
	// notes on lessons, and who wrote the content
	{Name: "remark", Me: "person_id", By: "answered_by closed_by", Text: "text answer@answered_by", Keep: "id lesson module lang version heading kind quote reason state request_id", Num: "place answered_at closed_at seen_at sent_at"},
	{Name: "remark_day", Me: "person_id", Keep: "day", Num: "sent", Drop: true},
	{Name: "manuscript_save", By: "saved_by", Keep: "id file before_hash after_hash way request_id", Num: "saved_at"},
	// quizzes
	{Name: "attempt", Me: "person_id", Keep: "id module set_hash state", Num: "started_at due_at closed_at score pass saves pending accepted_at", Bool: "passed folded", Hide: "seed:key paper:key"},
	{Name: "answer", Up: "attempt_id=attempt.id", Said: "chosen", Keep: "question", Num: "points saved_at seq open_until certainty"},
	{Name: "attempt_away", Up: "attempt_id=attempt.id", Num: "from_at to_at"},
	{Name: "attempt_note", Me: "person_id", Keep: "attempt_id correction_id", Num: "score_before score_after created_at seen_at", Bool: "passed_before passed_after"},
	{Name: "open_mark", Up: "attempt_id=attempt.id", By: "marker_id", Text: "note@marker_id", Keep: "question levels", Num: "turn points marked_at"},
	{Name: "appeal", Me: "person_id", By: "decided_by", Text: "text answer_text@decided_by", Keep: "id attempt_id question state", Num: "decided_at seen_at created_at"},
	{Name: "correction", By: "decided_by", Text: "reason@decided_by", Keep: "id module question kind request_id regraded_to", Num: "decided_at regraded_at", Hide: "print:key response:key"},
	{Name: "seat", Me: "person_id", Keep: "module", Num: "starts"},
	{Name: "ledger", Me: "person_id", Num: "lines"},
	{Name: "evidence", Me: "person_id", Keep: "kind subject version source effect", Num: "line score at", Bool: "passed"},
	// rehearsals and plays
	{Name: "rehearsal", Me: "person_id", Keep: "id world_hash world_name state parent_id final_hash judged", Num: "engine turns parent_turn started_at closed_at value", Hide: "seed:key"},
	{Name: "rehearsal_turn", Up: "rehearsal_id=rehearsal.id", Keep: "act hash", Num: "number account arg done_at"},
	{Name: "play", Me: "person_id", Keep: "id script_hash script_id mode state parent_id final_hash profile judged", Num: "rules engine turns parent_turn started_at deadline_at closed_at score", Bool: "passed folded", Hide: "seed:key"},
	{Name: "play_turn", Up: "play_id=play.id", Said: "move", Keep: "hash", Num: "number done_at"},
	{Name: "play_note", Up: "play_id=play.id", By: "author_id", Text: "text@author_id", Keep: "id", Num: "turn made_at"},
	{Name: "play_rating", Up: "play_id=play.id", By: "rater_id", Keep: "item", Num: "value made_at"},
	{Name: "skill", Me: "person_id", Num: "exams got1 of1 got2 of2 got3 of3 got4 of4 got5 of5 got6 of6"},
	// training
	{Name: "training_session", By: "host_id planned_by", Text: "title@planned_by description@planned_by place@planned_by link@planned_by material@planned_by reason@planned_by", Keep: "id series_id topic team_id state request_id", Num: "starts_at ends_at catch_up_days sequence planned_at changed_at number", Bool: "catch_up"},
	{Name: "training_guest", Me: "person_id", Keep: "session_id"},
	{Name: "attendance", Me: "person_id", Keep: "session_id mark", Num: "marks marked_at caught_up_at lines", Bool: "counts"},
	{Name: "attendance_mark", Me: "person_id", By: "marked_by", Keep: "session_id mark", Num: "number marked_at"},
	{Name: "external_file", Up: "training_id=external_training.id", Text: "name", Keep: "id purpose kind hash data", Num: "size added_at", Drop: true},
	{Name: "external_training", Me: "person_id", By: "decided_by", Text: "title provider url aim reason@decided_by", Keep: "id topic starts_on ends_on state request_id", Num: "cost share_days decided_at files taken_at shared_at asked_at"},
	{Name: "external_share", Up: "training_id=external_training.id", Text: "title text", Keep: "form talk_on", Num: "shared_at"},
	{Name: "external_rating", Up: "training_id=external_training.id", By: "person_id", Text: "comment@person_id", Num: "stars rated_at"},
	// programmes
	{Name: "enrolment_rule", By: "made_by", Keep: "id programme role team_id hired_from hired_until starts start_on request_id", Num: "made_at ended_at"},
	{Name: "enrolment_request", Me: "person_id", Keep: "request_id", Num: "added begun_at finished_at"},
	{Name: "enrolment", Me: "person_id", By: "enrolled_by buddy_id", Text: "ended_why", Keep: "programme version start_on rule_id", Num: "enrolled_at ended_at"},
	{Name: "signoff", Me: "person_id", By: "signer_id", Text: "note@signer_id", Keep: "id programme step signer_as points request_id", Num: "signed_at", Bool: "granted"},
	{Name: "waiver", Me: "person_id", By: "given_by", Text: "reason@given_by", Keep: "id programme step request_id", Num: "given_at", Bool: "granted"},
	// certificates
	{Name: "certificate", Me: "person_id", By: "issued_by", Keep: "number programme version basis basis_hash ended", Num: "serial issued_at window_at expires_at grace_at score promised_at", Wipe: "shows"},
	{Name: "standing", Me: "person_id", Keep: "programme state cause next_due certificate", Num: "since done steps fresh_from window_at expires_at grace_at next_at seq shaken_at", Bool: "enrolled"},
	{Name: "standing_sum", Me: "person_id", Keep: "due states holds", Num: "worst trouble next_end ends", Bool: "stale"},
	{Name: "standing_span", Me: "person_id", Keep: "programme", Num: "from_at until_at"},
	{Name: "transition", Me: "person_id", By: "actor_id", Text: "note@actor_id", Keep: "programme before after cause certificate", Num: "seq line at recorded_at"},
	{Name: "policy_change", By: "published_by after_person", Text: "reason@published_by", Keep: "id clause from_hash to_hash offer deadline after_programme request_id", Num: "due_at published_at passes pass_at"},
	{Name: "policy_duty", Me: "person_id", Keep: "change_id programme certificate todo state", Num: "due_at done_at late_at line", Bool: "applied"},
	// appraisal
	{Name: "figure_period", Me: "person_id", Keep: "period frozen_by", Num: "frozen_at"},
	{Name: "figure_import", By: "by_id", Text: "name@by_id", Keep: "id hash digest", Num: "figures at"},
	{Name: "figure", Me: "person_id", By: "by_id withdrawn_by", Text: "note@by_id withdrawn_why@withdrawn_by", Keep: "period indicator source import_id request_id", Num: "seq value at withdrawn_at"},
	{Name: "review_panel", Me: "person_id", Keep: "id cycle items due state", Num: "min_shown", Bool: "shown", Hide: "salt:secret writes:derived"},                    // writes counts who has answered
	{Name: "review_request", Me: "person_id", Text: "contact", Keep: "id panel_id side form_id", Num: "version", Bool: "withdrawn mailed", Hide: "token_hash:secret"}, // whoever was asked
	{Name: "review_sheet", Up: "request_id=review_request.id", Said: "comments", Keep: "marks", Num: "version total marked", Hide: "salt:secret form_id:secret"},
	{Name: "appraisal_cycle", By: "opened_by", Keep: "id scheme_id title_zh title_en kind period scheme scheme_hash targets_on figures_on reviews_on calibration_on response_on", Num: "moves opened_at closed_at", Bool: "adapted leniency"},
	{Name: "appraisal_record", Me: "person_id", Keep: "id cycle_id period roles state agreement figures respond_by", Num: "since seq next_at steps targets", Bool: "simulated paneled", Hide: "inputs:derived result:derived hash:derived entries:derived"},
	{Name: "appraisal_transition", Up: "record_id=appraisal_record.id", By: "actor_id", Text: "note@actor_id", Keep: "before after act", Num: "seq at recorded_at"},
	{Name: "appraisal_target", Up: "record_id=appraisal_record.id", By: "by_id", Text: "text@by_id", Keep: "kind item", Num: "seq value at"},
	{Name: "appraisal_entry", Up: "record_id=appraisal_record.id", By: "by_id", Text: "reason@by_id", Keep: "kind band", Num: "seq prior before score at", Bool: "had_score has_score", Once: openRecord},
	{Name: "appraisal_certificate", Up: "record_id=appraisal_record.id", Keep: "number holding"},
	{Name: "appraisal_request", By: "actor_id", Keep: "id act about answer", Num: "sends"},
	{Name: "reward", Me: "person_id", By: "proposed_by decided_by", Text: "proposal@proposed_by words@proposed_by decision@decided_by", Keep: "id kind state record_id band months finding_id clause object_until", Num: "seq proposed_at amount decided_at", Bool: "derived", Hide: "proposal:secret", Once: grantedReward},
	{Name: "reward_entry", Up: "reward_id=reward.id", By: "by_id", Text: "reason@by_id", Keep: "act before after", Num: "seq amount at", Once: "act NOT IN ('propose', 'derive') AND reward_id IN (SELECT id FROM reward WHERE " + grantedReward + ")"},
	{Name: "reward_request", By: "actor_id", Keep: "id act about answer", Num: "sends"},
	// supervision
	{Name: "inspection_setting", By: "responsible_id set_by", Text: "reason@set_by", Keep: "plan every", Num: "version size set_at"},
	{Name: "inspection_round", By: "begun_by closed_by", Text: "conclusion@closed_by", Keep: "id plan period text population population_hash seed state figures request_id", Num: "size population_size begun_at closed_at saves"},
	{Name: "inspection_sample", Me: "person_id", By: "saved_by", Said: "title answers", Keep: "round_id subject address", Num: "number version saved_at", Once: "round_id IN (SELECT id FROM inspection_round WHERE state = 'closed')"},
	{Name: "inspection_finding", Me: "owner_id", By: "raised_by", Said: "title demand", Keep: "id plan round_id item origin clause severity due_on state request_id", Num: "number version files raised_at ended_at", Bool: "training"},
	{Name: "inspection_step", Up: "finding_id=inspection_finding.id", By: "by_id", Text: "text@by_id link@by_id", Keep: "act", Num: "seq at"},
	{Name: "inspection_file", Up: "finding_id=inspection_finding.id", Text: "name", Keep: "id kind hash data", Num: "size added_at"},
	{Name: "violation_report", Me: "reporter_id", By: "examined_by", Said: "happened place accused evidence", Text: "note@examined_by", Keep: "id clause received_on state", Num: "version messages", Bool: "told", Hide: "code_hash:secret note:secret"},
	{Name: "violation_accused", Me: "person_id", Keep: "report_id", Once: "FALSE"}, // it would warn them
	{Name: "violation_message", Up: "report_id=violation_report.id", By: "author_id", Said: "text", Keep: "sent_on form", Num: "seq", Bool: "told"},
	{Name: "violation_step", By: "by_id", Text: "note@by_id", Keep: "report_id act", Num: "seq at"},
	{Name: "violation_reward", By: "proposed_by decided_by", Text: "honour@proposed_by reason@proposed_by decision@decided_by", Keep: "report_id state collected_on", Num: "amount proposed_at decided_at"},
	// the trail; what it says of a result or a proposal is in the rows above as soon as it is open
	{Name: "audit_entry", Me: "subject_id", By: "actor_id", Text: "private", Keep: "act leaf hash", Num: "seq at", Own: true, Once: "act NOT IN ('" + strings.Join(audit.Veiled(), "', '") + "')"},
	{Name: "audit_salt", Me: "person_id", Hide: "salt:secret", Own: true},
}

// openRecord are the records whose result is open to the person, and grantedReward what they are told of.
const (
	openRecord    = "record_id IN (SELECT id FROM appraisal_record WHERE state NOT IN ('targets', 'figures', 'reviews', 'calibration'))"
	grantedReward = "state IN ('granted', 'objected', 'upheld', 'lifted')"
)

// impersonal are the tables that refer to nobody, with the free text in them from which names are struck ("" for none).
var impersonal = map[string]string{
	"team":              "name",
	"throttle":          "", // logins that failed of late; those of the person are deleted
	"question_set":      "",
	"item_sums":         "",
	"lesson_version":    "",
	"manuscript":        "",
	"rehearsal_world":   "",
	"script":            "",
	"programme_version": "",
	"clause_version":    "",
	"clause_in_force":   "",
	"certificate_head":  "",
	"digest_day":        "",
	"outbox_turn":       "",
	"appraisal_head":    "",
	"inspection_plan":   "",
	"inspection_due":    "",
	"audit_head":        "",
	"audit_check":       "",
	"goose_db_version":  "",
}

// text is one column of free text and who wrote it.
type text struct{ column, by string }

func (t Table) texts() (out []text) {
	for _, one := range strings.Fields(t.Text) {
		column, by, _ := strings.Cut(one, "@")
		out = append(out, text{column, by})
	}
	return out
}

// hidden gives the columns that are not given out, each with the reason.
func (t Table) hidden() map[string]string {
	out := map[string]string{}
	for _, one := range strings.Fields(t.Hide) {
		column, reason, _ := strings.Cut(one, ":")
		out[column] = reason
	}
	return out
}

// up splits the way to the row above.
func (t Table) up() (column, table, key string) {
	column, above, _ := strings.Cut(t.Up, "=")
	table, key, _ = strings.Cut(above, ".")
	return column, table, key
}

// about is the condition of the rows about the person $1; "" where the table has none.
func (t Table) about() string {
	if t.Me != "" {
		return t.Me + " = $1"
	}
	if t.Up == "" {
		return ""
	}
	column, above, key := t.up()
	for _, other := range tables {
		if other.Name == above {
			return column + " IN (SELECT " + key + " FROM " + above + " WHERE " + other.about() + ")"
		}
	}
	return "FALSE"
}

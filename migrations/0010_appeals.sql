-- +goose Up
-- Objections to questions, what was decided about them, and word to those whose result a correction has changed.

CREATE TABLE appeal (
    id          TEXT PRIMARY KEY,
    attempt_id  TEXT   NOT NULL REFERENCES attempt (id),
    question    TEXT   NOT NULL,
    person_id   TEXT   NOT NULL REFERENCES person (id),
    text        TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('open', 'upheld', 'rejected')),
    answer_text TEXT   NOT NULL DEFAULT '',              -- the reason that was given
    decided_by  TEXT   REFERENCES person (id),
    decided_at  BIGINT,
    seen_at     BIGINT,                                  -- when the person put the answer aside
    created_at  BIGINT NOT NULL,
    UNIQUE (attempt_id, question)
);
CREATE INDEX appeal_open ON appeal (created_at) WHERE state = 'open';
CREATE INDEX appeal_person ON appeal (person_id);

-- Attempts are scored again in the order of their ids; what a node leaves undone another goes on with.
ALTER TABLE correction ADD COLUMN regraded_to TEXT NOT NULL DEFAULT '';  -- every attempt up to this one is done
ALTER TABLE correction ADD COLUMN regraded_at BIGINT;                    -- when all were
CREATE INDEX correction_undone ON correction (decided_at) WHERE regraded_at IS NULL;

CREATE TABLE attempt_note (
    attempt_id    TEXT    NOT NULL REFERENCES attempt (id),
    correction_id TEXT    NOT NULL REFERENCES correction (id),
    person_id     TEXT    NOT NULL REFERENCES person (id),
    score_before  BIGINT  NOT NULL,                      -- basis points
    score_after   BIGINT  NOT NULL,
    passed_before BOOLEAN NOT NULL,
    passed_after  BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL,
    seen_at       BIGINT,
    PRIMARY KEY (attempt_id, correction_id)
);
CREATE INDEX attempt_note_person ON attempt_note (person_id);

-- +goose Down
DROP TABLE attempt_note;
DROP INDEX correction_undone;
ALTER TABLE correction DROP COLUMN regraded_at;
ALTER TABLE correction DROP COLUMN regraded_to;
DROP TABLE appeal;

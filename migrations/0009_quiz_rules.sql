-- +goose Up
-- What the rules of quizzes need: marks given by people, corrections of questions, time granted to a person.

ALTER TABLE attempt ADD COLUMN pending BIGINT NOT NULL DEFAULT 0;   -- open answers that nobody has marked to the end
ALTER TABLE attempt ADD COLUMN accepted_at BIGINT;                  -- when the declaration was accepted
ALTER TABLE evidence ADD COLUMN effect TEXT NOT NULL DEFAULT '';    -- '' as it says, 'undoes' an earlier pass, 'none' counts for nothing
ALTER TABLE module_passed ADD COLUMN undone BIGINT;                 -- the line that undid it, where the latest attempt counts
CREATE INDEX attempt_module ON attempt (module, state);

-- One row a person and quiz, claimed by whoever begins an attempt, so that how many there were is counted once.
CREATE TABLE seat (
    person_id TEXT   NOT NULL REFERENCES person (id),
    module    TEXT   NOT NULL,
    starts    BIGINT NOT NULL,
    PRIMARY KEY (person_id, module)
);

CREATE TABLE extra_time (
    person_id  TEXT PRIMARY KEY REFERENCES person (id),
    percent    BIGINT NOT NULL CHECK (percent BETWEEN 0 AND 300),
    reason     TEXT   NOT NULL,
    granted_by TEXT   NOT NULL REFERENCES person (id),
    granted_at BIGINT NOT NULL
);

CREATE TABLE open_mark (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    question   TEXT   NOT NULL,
    marker_id  TEXT   NOT NULL REFERENCES person (id),
    turn       BIGINT NOT NULL CHECK (turn BETWEEN 1 AND 3), -- first, second, or the third who resolves
    levels     TEXT   NOT NULL,                              -- JSON: criterion to level, from 0
    points     BIGINT NOT NULL,                              -- hundredths
    note       TEXT   NOT NULL,
    marked_at  BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, question, marker_id)
);
CREATE UNIQUE INDEX open_mark_turn ON open_mark (attempt_id, question, turn);

-- A correction concerns a question as it was worded (its print), in whatever versions of its file it stands so.
CREATE TABLE correction (
    id         TEXT PRIMARY KEY,
    module     TEXT   NOT NULL,
    question   TEXT   NOT NULL,
    print      TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('void', 'accept')),
    response   TEXT   NOT NULL,                          -- JSON: the response that is right as well; [] where void
    reason     TEXT   NOT NULL,
    decided_by TEXT   NOT NULL REFERENCES person (id),
    decided_at BIGINT NOT NULL,
    request_id TEXT   NOT NULL UNIQUE                    -- the same form sent twice corrects once
);
CREATE INDEX correction_module ON correction (module);

-- +goose Down
DROP TABLE correction;
DROP TABLE open_mark;
DROP TABLE extra_time;
DROP TABLE seat;
DROP INDEX attempt_module;
ALTER TABLE module_passed DROP COLUMN undone;
ALTER TABLE evidence DROP COLUMN effect;
ALTER TABLE attempt DROP COLUMN accepted_at;
ALTER TABLE attempt DROP COLUMN pending;

-- +goose Up
-- What was asked, what was answered, and the evidence that came of it.

CREATE TABLE question_set (
    hash       TEXT PRIMARY KEY,
    module     TEXT   NOT NULL,
    file       TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    first_seen BIGINT NOT NULL
);

CREATE TABLE attempt (
    id         TEXT PRIMARY KEY,
    person_id  TEXT    NOT NULL REFERENCES person (id),
    module     TEXT    NOT NULL,
    set_hash   TEXT    NOT NULL REFERENCES question_set (hash),
    seed       TEXT    NOT NULL,                         -- 32 bytes, hex; the paper can be drawn again from it
    paper      TEXT    NOT NULL,                         -- JSON: the questions and the order of their options
    state      TEXT    NOT NULL CHECK (state IN ('open', 'closed')),
    started_at BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    closed_at  BIGINT,
    score      BIGINT,                                   -- basis points
    pass       BIGINT  NOT NULL,                         -- basis points
    passed     BOOLEAN,
    saves      BIGINT  NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX attempt_one_open ON attempt (person_id, module) WHERE state = 'open';
CREATE INDEX attempt_person ON attempt (person_id, module, started_at);

CREATE TABLE answer (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    question   TEXT   NOT NULL,
    chosen     TEXT   NOT NULL,                          -- JSON: ids of the options
    points     BIGINT NOT NULL,                          -- hundredths of the question's mark
    saved_at   BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, question)
);

CREATE TABLE ledger (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    lines     BIGINT NOT NULL
);

CREATE TABLE evidence (
    person_id TEXT    NOT NULL REFERENCES person (id),
    line      BIGINT  NOT NULL,                          -- from 1, without a gap
    kind      TEXT    NOT NULL,
    subject   TEXT    NOT NULL,                          -- course/module
    version   TEXT    NOT NULL,                          -- content hash
    score     BIGINT  NOT NULL,                          -- basis points
    passed    BOOLEAN NOT NULL,
    source    TEXT    NOT NULL,                          -- the attempt
    at        BIGINT  NOT NULL,
    PRIMARY KEY (person_id, line)
);
CREATE UNIQUE INDEX evidence_once ON evidence (kind, source);

-- +goose Down
DROP TABLE evidence;
DROP TABLE ledger;
DROP TABLE answer;
DROP TABLE attempt;
DROP TABLE question_set;

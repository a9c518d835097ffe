-- +goose Up
-- Plays: a person in a scripted scene. As with rehearsals nothing of what happened is stored but the moves: script, seed
-- and moves give every line again, and the hash after each move proves it.

CREATE TABLE script (
    hash       TEXT   PRIMARY KEY,                         -- SHA-256 of the text, hex
    id         TEXT   NOT NULL,
    text       TEXT   NOT NULL,                            -- JSON: every file of the script, and its world
    first_seen BIGINT NOT NULL
);

CREATE TABLE play (
    id          TEXT   PRIMARY KEY,
    person_id   TEXT   NOT NULL REFERENCES person (id),
    script_hash TEXT   NOT NULL REFERENCES script (hash),
    script_id   TEXT   NOT NULL,
    mode        TEXT   NOT NULL CHECK (mode IN ('guided', 'practice', 'exam')),
    rules       BIGINT NOT NULL,                           -- version of the script's rules
    engine      BIGINT NOT NULL,                           -- and of the engine's
    seed        TEXT   NOT NULL,                           -- a 64-bit number, decimal
    state       TEXT   NOT NULL CHECK (state IN ('open', 'closed')),
    turns       BIGINT NOT NULL DEFAULT 0,
    parent_id   TEXT   REFERENCES play (id),
    parent_turn BIGINT,
    started_at  BIGINT NOT NULL,
    deadline_at BIGINT,                                    -- of an exam
    closed_at   BIGINT,
    final_hash  TEXT,
    score       BIGINT,                                    -- hundredths of a point
    passed      BOOLEAN,
    profile     TEXT,                                      -- JSON: points and of how many, by clause
    judged      TEXT                                       -- JSON: the review, once it was asked for
);
CREATE INDEX play_person ON play (person_id, started_at);
CREATE UNIQUE INDEX play_one_exam ON play (person_id, script_id) WHERE mode = 'exam' AND state = 'open';
CREATE INDEX play_overdue ON play (deadline_at) WHERE state = 'open';

CREATE TABLE play_turn (
    play_id TEXT   NOT NULL REFERENCES play (id),
    number  BIGINT NOT NULL,                               -- from 0
    move    TEXT   NOT NULL,                               -- JSON
    hash    TEXT   NOT NULL,                               -- after it, hex
    done_at BIGINT NOT NULL,
    PRIMARY KEY (play_id, number)
);

CREATE TABLE play_note (
    id        TEXT   PRIMARY KEY,
    play_id   TEXT   NOT NULL REFERENCES play (id),
    turn      BIGINT NOT NULL,                             -- 0 is the whole
    author_id TEXT   NOT NULL REFERENCES person (id),
    text      TEXT   NOT NULL,
    made_at   BIGINT NOT NULL
);
CREATE INDEX play_note_play ON play_note (play_id, made_at);

CREATE TABLE play_rating (
    play_id  TEXT   NOT NULL REFERENCES play (id),
    rater_id TEXT   NOT NULL REFERENCES person (id),
    item     TEXT   NOT NULL,
    value    BIGINT NOT NULL CHECK (value BETWEEN 1 AND 5),
    made_at  BIGINT NOT NULL,
    PRIMARY KEY (play_id, rater_id, item)
);

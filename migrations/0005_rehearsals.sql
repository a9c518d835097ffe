-- +goose Up
-- Rehearsals: a person at work in a simulated world. What happened is not stored but computed: the world, the seed and
-- the acts give every event again, and the hash after each act proves it.

CREATE TABLE rehearsal_world (
    hash       TEXT   PRIMARY KEY,                         -- SHA-256 of the text, hex
    name       TEXT   NOT NULL,
    world      TEXT   NOT NULL,                            -- JSON: the world as the engine reads it, everything filled in
    first_seen BIGINT NOT NULL
);

CREATE TABLE rehearsal (
    id          TEXT   PRIMARY KEY,
    person_id   TEXT   NOT NULL REFERENCES person (id),
    world_hash  TEXT   NOT NULL REFERENCES rehearsal_world (hash),
    world_name  TEXT   NOT NULL,
    engine      BIGINT NOT NULL,                           -- version of the engine
    seed        TEXT   NOT NULL,                           -- a 64-bit number, decimal
    state       TEXT   NOT NULL CHECK (state IN ('open', 'closed')),
    turns       BIGINT NOT NULL DEFAULT 0,
    parent_id   TEXT   REFERENCES rehearsal (id),          -- the one that it was branched from
    parent_turn BIGINT,                                    -- and after how many of its turns
    started_at  BIGINT NOT NULL,
    closed_at   BIGINT,
    final_hash  TEXT,                                      -- of the log when it was closed, hex
    value       BIGINT,                                    -- fen
    judged      TEXT                                       -- JSON: the review, once it was asked for
);
CREATE INDEX rehearsal_person ON rehearsal (person_id, started_at);

CREATE TABLE rehearsal_turn (
    rehearsal_id TEXT   NOT NULL REFERENCES rehearsal (id),
    number       BIGINT NOT NULL,                          -- from 0
    act          TEXT   NOT NULL,
    account      BIGINT NOT NULL,
    arg          BIGINT NOT NULL,
    hash         TEXT   NOT NULL,                          -- of the log after it, hex
    done_at      BIGINT NOT NULL,
    PRIMARY KEY (rehearsal_id, number)
);

-- +goose Up
-- Rewards and penalties (3.2.4): proposed by rule or by hand, decided by a person; every step is kept.

CREATE TABLE reward (
    id           TEXT PRIMARY KEY,
    person_id    TEXT    NOT NULL REFERENCES person (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('bonus', 'promotion', 'honour', 'warning', 'fine', 'demotion')),
    state        TEXT    NOT NULL CHECK (state IN ('proposed', 'withdrawn', 'declined', 'granted', 'objected', 'upheld', 'lifted')),
    seq          BIGINT  NOT NULL,                       -- entries so far
    derived      BOOLEAN NOT NULL,                       -- by a rule of the scheme, not by hand
    proposed_by  TEXT REFERENCES person (id),            -- NULL where derived
    proposed_at  BIGINT  NOT NULL,                       -- milliseconds
    proposal     TEXT    NOT NULL,                       -- why, as the proposer says; '' where derived
    record_id    TEXT    NOT NULL,                       -- the appraisal that it rests on, or ''
    band         TEXT    NOT NULL,                       -- of that record when it was proposed, or ''
    months       TEXT    NOT NULL,                       -- JSON: that record and those before it that count with it, newest first
    finding_id   TEXT    NOT NULL,                       -- the finding of an inspection that it rests on, or ''
    words        TEXT    NOT NULL,                       -- what else it rests on, or ''
    clause       TEXT    NOT NULL,                       -- of the policy: what was broken, or what it is for; or ''
    amount       BIGINT  NOT NULL DEFAULT 0 CHECK (amount >= 0), -- fen; of a granted bonus or fine
    decided_by   TEXT REFERENCES person (id),            -- NULL before
    decided_at   BIGINT  NOT NULL DEFAULT 0,             -- milliseconds, 0 before
    decision     TEXT    NOT NULL DEFAULT '',            -- why, as the decider says
    object_until TEXT    NOT NULL DEFAULT ''             -- YYYY-MM-DD, the last day to object to a granted penalty; '' where one cannot
);
CREATE UNIQUE INDEX reward_derived ON reward (record_id, kind) WHERE derived;
CREATE INDEX reward_person ON reward (person_id, id);
CREATE INDEX reward_state ON reward (state, id);

CREATE TABLE reward_entry (                              -- what was done; none is ever changed
    reward_id TEXT   NOT NULL REFERENCES reward (id),
    seq       BIGINT NOT NULL,                           -- from 1, without a gap
    act       TEXT   NOT NULL,
    before    TEXT   NOT NULL,                           -- '' at the first
    after     TEXT   NOT NULL,
    by_id     TEXT REFERENCES person (id),               -- NULL: whoever runs the program
    reason    TEXT   NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount >= 0),       -- fen
    at        BIGINT NOT NULL,                           -- milliseconds
    PRIMARY KEY (reward_id, seq)
);

CREATE TABLE reward_request (                            -- forms that were sent: each is done once
    id       TEXT PRIMARY KEY,
    actor_id TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    about    TEXT   NOT NULL,                            -- id of the reward, the person or the cycle
    answer   TEXT   NOT NULL,                            -- what was answered
    sends    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE reward_request;
DROP TABLE reward_entry;
DROP TABLE reward;

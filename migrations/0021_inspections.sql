-- Inspections (5.1.2, 5.2): plans as the company has set them, what fell due, rounds with their samples, findings.

-- +goose Up
CREATE TABLE inspection_plan (
    plan    TEXT PRIMARY KEY,                            -- id of the plan in the content
    version BIGINT NOT NULL DEFAULT 0                    -- 0: as the content has it
);

CREATE TABLE inspection_setting (                        -- every version that the company has set
    plan           TEXT   NOT NULL REFERENCES inspection_plan (plan),
    version        BIGINT NOT NULL CHECK (version > 0),
    every          TEXT   NOT NULL CHECK (every IN ('weekly', 'monthly', 'quarterly', 'yearly')),
    size           BIGINT NOT NULL CHECK (size > 0),     -- of the sample
    responsible_id TEXT REFERENCES person (id),
    reason         TEXT   NOT NULL,
    set_by         TEXT   NOT NULL REFERENCES person (id),
    set_at         BIGINT NOT NULL,
    PRIMARY KEY (plan, version)
);

CREATE TABLE inspection_due (                            -- a plan in a period: the job writes one row, once
    plan      TEXT   NOT NULL,
    period    TEXT   NOT NULL,                           -- 2026-W48, 2026-11, 2026-Q4 or 2026
    every     TEXT   NOT NULL,
    starts_on TEXT   NOT NULL,                           -- YYYY-MM-DD
    ends_on   TEXT   NOT NULL,                           -- the last day
    fell_at   BIGINT NOT NULL,
    round_id  TEXT   NOT NULL DEFAULT '',                -- '' until somebody begins
    PRIMARY KEY (plan, period)
);

CREATE TABLE inspection_round (
    id              TEXT PRIMARY KEY,
    plan            TEXT   NOT NULL,
    period          TEXT   NOT NULL,
    text            TEXT   NOT NULL,                     -- JSON: the plan as it was when the round began
    size            BIGINT NOT NULL,                     -- of the sample that was asked for
    population      TEXT   NOT NULL,                     -- JSON: the ids, sorted
    population_size BIGINT NOT NULL,
    population_hash TEXT   NOT NULL,                     -- SHA-256, hex, of the ids, each with a line feed after it
    seed            TEXT   NOT NULL,                     -- 32 bytes, hex; '' where nothing was drawn
    state           TEXT   NOT NULL CHECK (state IN ('running', 'closed')),
    begun_by        TEXT   NOT NULL REFERENCES person (id),
    begun_at        BIGINT NOT NULL,
    closed_by       TEXT REFERENCES person (id),
    closed_at       BIGINT NOT NULL DEFAULT 0,
    conclusion      TEXT   NOT NULL DEFAULT '',
    figures         TEXT   NOT NULL DEFAULT '',          -- JSON, of a round that records have answered
    saves           BIGINT NOT NULL DEFAULT 0,
    request_id      TEXT   NOT NULL UNIQUE,
    UNIQUE (plan, period)
);
CREATE INDEX inspection_round_state ON inspection_round (state, begun_at);

CREATE TABLE inspection_sample (
    round_id   TEXT   NOT NULL REFERENCES inspection_round (id),
    number     BIGINT NOT NULL,                          -- from 1, as they were drawn
    subject    TEXT   NOT NULL,                          -- its id in the population
    person_id  TEXT REFERENCES person (id),
    title      TEXT   NOT NULL,
    address    TEXT   NOT NULL,                          -- a path of this site, or ''
    answers    TEXT   NOT NULL DEFAULT '{}',             -- JSON: by item, the answer and a note
    version    BIGINT NOT NULL DEFAULT 0,                -- how often it was saved
    saved_by   TEXT REFERENCES person (id),
    saved_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (round_id, number)
);

CREATE TABLE inspection_finding (
    id         TEXT PRIMARY KEY,
    plan       TEXT   NOT NULL DEFAULT '',               -- '' for one that was raised by hand
    round_id   TEXT REFERENCES inspection_round (id),
    number     BIGINT NOT NULL DEFAULT 0,                -- of the sample's item
    item       TEXT   NOT NULL DEFAULT '',               -- of the checklist
    origin     TEXT UNIQUE,                              -- what it comes from gives one finding
    training   BOOLEAN NOT NULL,                         -- about training and certificates: HR sees it too
    title      TEXT   NOT NULL CHECK (title <> ''),
    clause     TEXT   NOT NULL,
    severity   TEXT   NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    owner_id   TEXT   NOT NULL REFERENCES person (id),
    due_on     TEXT   NOT NULL,                          -- YYYY-MM-DD, the last day
    demand     TEXT   NOT NULL,                          -- what must be put right
    state      TEXT   NOT NULL CHECK (state IN ('open', 'rectified', 'returned', 'verified')),
    version    BIGINT NOT NULL,                          -- of its history
    files      BIGINT NOT NULL DEFAULT 0,
    raised_by  TEXT   NOT NULL REFERENCES person (id),
    raised_at  BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0,                -- when it was verified
    request_id TEXT   NOT NULL
);
CREATE INDEX inspection_finding_owner ON inspection_finding (owner_id, state);
CREATE INDEX inspection_finding_state ON inspection_finding (state, due_on);
CREATE INDEX inspection_finding_round ON inspection_finding (round_id);
CREATE UNIQUE INDEX inspection_finding_request ON inspection_finding (request_id, owner_id, item);

CREATE TABLE inspection_step (                           -- the history of a finding
    finding_id TEXT   NOT NULL REFERENCES inspection_finding (id),
    seq        BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    by_id      TEXT   NOT NULL REFERENCES person (id),
    at         BIGINT NOT NULL,
    text       TEXT   NOT NULL DEFAULT '',
    link       TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (finding_id, seq)
);

CREATE TABLE inspection_file (
    id         TEXT PRIMARY KEY,
    finding_id TEXT   NOT NULL REFERENCES inspection_finding (id),
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('application/pdf', 'image/png', 'image/jpeg')), -- by content
    size       BIGINT NOT NULL,                          -- bytes
    hash       TEXT   NOT NULL,                          -- SHA-256, hex
    data       TEXT   NOT NULL,                          -- base64
    added_at   BIGINT NOT NULL,
    UNIQUE (finding_id, hash)
);

-- +goose Down
DROP TABLE inspection_file;
DROP TABLE inspection_step;
DROP TABLE inspection_finding;
DROP TABLE inspection_sample;
DROP TABLE inspection_round;
DROP TABLE inspection_due;
DROP TABLE inspection_setting;
DROP TABLE inspection_plan;

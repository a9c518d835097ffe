-- Reports of violations (5.1.3). Of an anonymous report nothing is kept that leads to whoever wrote it: its id is chance
-- alone, its times are days, it has no reporter and no request.

-- +goose Up
CREATE TABLE violation_report (
    id          TEXT PRIMARY KEY,                        -- 128 random bits: no time is in it
    code_hash   TEXT   NOT NULL UNIQUE,                  -- SHA-256 of the receipt code, hex
    reporter_id TEXT REFERENCES person (id),             -- NULL for an anonymous report
    happened    TEXT   NOT NULL CHECK (happened <> ''),
    place       TEXT   NOT NULL DEFAULT '',              -- where and when
    accused     TEXT   NOT NULL DEFAULT '',              -- as it was written
    clause      TEXT   NOT NULL DEFAULT '',
    evidence    TEXT   NOT NULL DEFAULT '',
    received_on TEXT   NOT NULL,                         -- YYYY-MM-DD
    state       TEXT   NOT NULL CHECK (state IN ('received', 'examining', 'substantiated', 'unsubstantiated', 'passed_on')),
    version     BIGINT NOT NULL DEFAULT 1,
    messages    BIGINT NOT NULL DEFAULT 0,
    examined_by TEXT REFERENCES person (id),             -- who took it up
    note        TEXT   NOT NULL DEFAULT '',              -- of the outcome, for the examiners
    told        BOOLEAN NOT NULL DEFAULT FALSE           -- the trail knows of it
);
CREATE INDEX violation_report_state ON violation_report (state, received_on);

CREATE TABLE violation_accused (                         -- people whom the report names: they never see it
    report_id TEXT NOT NULL REFERENCES violation_report (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (report_id, person_id)
);
CREATE INDEX violation_accused_person ON violation_accused (person_id);

CREATE TABLE violation_message (
    report_id TEXT   NOT NULL REFERENCES violation_report (id),
    seq       BIGINT NOT NULL,
    author_id TEXT REFERENCES person (id),               -- the examiner; NULL for whoever reported
    text      TEXT   NOT NULL CHECK (text <> ''),
    sent_on   TEXT   NOT NULL,                           -- YYYY-MM-DD
    form      TEXT   NOT NULL,                           -- chance, from the form: sent twice, it is there once
    told      BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (report_id, seq),
    UNIQUE (report_id, form)
);

CREATE TABLE violation_step (                            -- what the examiners did
    report_id TEXT   NOT NULL REFERENCES violation_report (id),
    seq       BIGINT NOT NULL,
    act       TEXT   NOT NULL,
    by_id     TEXT   NOT NULL REFERENCES person (id),
    at        BIGINT NOT NULL,
    note      TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (report_id, seq)
);

CREATE TABLE violation_reward (
    report_id   TEXT PRIMARY KEY REFERENCES violation_report (id),
    amount      BIGINT NOT NULL CHECK (amount >= 0),     -- fen
    honour      TEXT   NOT NULL DEFAULT '',
    reason      TEXT   NOT NULL,                         -- must not tell who reported: who decides reads it
    state       TEXT   NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'collected')),
    proposed_by TEXT   NOT NULL REFERENCES person (id),
    proposed_at BIGINT NOT NULL,
    decided_by  TEXT REFERENCES person (id),
    decided_at  BIGINT NOT NULL DEFAULT 0,
    decision    TEXT   NOT NULL DEFAULT '',
    collected_on TEXT  NOT NULL DEFAULT ''               -- YYYY-MM-DD
);
CREATE INDEX violation_reward_state ON violation_reward (state, proposed_at);

-- +goose Down
DROP TABLE violation_reward;
DROP TABLE violation_step;
DROP TABLE violation_message;
DROP TABLE violation_accused;
DROP TABLE violation_report;

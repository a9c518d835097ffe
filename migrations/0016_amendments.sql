-- The policy's clauses as they were worded and as they are in force, what changed them, and what that asks of whom.

-- +goose Up
CREATE TABLE clause_version (
    clause     TEXT   NOT NULL,
    hash       TEXT   NOT NULL,                          -- SHA-256 of the text, hex
    text       TEXT   NOT NULL,                          -- JSON: title and summary in both languages
    first_seen BIGINT NOT NULL,
    PRIMARY KEY (clause, hash)
);

CREATE TABLE policy_change (
    id             TEXT PRIMARY KEY,
    clause         TEXT   NOT NULL,
    from_hash      TEXT   NOT NULL,
    to_hash        TEXT   NOT NULL,
    offer          TEXT   NOT NULL CHECK (offer IN ('none', 'confirm', 'delta', 'full')),
    deadline       TEXT,                                 -- YYYY-MM-DD, the last day; NULL where nothing is asked
    due_at         BIGINT,                               -- when that day ends in the company's zone
    reason         TEXT   NOT NULL,
    published_by   TEXT   NOT NULL REFERENCES person (id),
    published_at   BIGINT NOT NULL,
    passes         BIGINT NOT NULL DEFAULT 0,            -- how often all holders were gone through
    pass_at        BIGINT,                               -- when the next time begins, or goes on; NULL: no more
    after_person   TEXT   NOT NULL DEFAULT '',           -- how far the present one is
    after_programme TEXT  NOT NULL DEFAULT '',
    request_id     TEXT   NOT NULL UNIQUE                -- the same form sent twice publishes once
);
CREATE INDEX policy_change_clause ON policy_change (clause, published_at);
CREATE INDEX policy_change_pass ON policy_change (pass_at) WHERE pass_at IS NOT NULL;

CREATE TABLE clause_in_force (
    clause    TEXT PRIMARY KEY,
    hash      TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    change_id TEXT REFERENCES policy_change (id)         -- NULL: as it was at first
);

CREATE TABLE policy_duty (
    change_id   TEXT    NOT NULL REFERENCES policy_change (id),
    person_id   TEXT    NOT NULL REFERENCES person (id),
    programme   TEXT    NOT NULL,
    certificate TEXT    NOT NULL REFERENCES certificate (number),
    todo        TEXT    NOT NULL CHECK (todo IN ('confirm', 'delta', 'full')),
    state       TEXT    NOT NULL CHECK (state IN ('open', 'done', 'late', 'lapsed')), -- lapsed: the certificate ended meanwhile
    applied     BOOLEAN NOT NULL,                        -- the certificate's end was brought forward; true where it need not be
    due_at      BIGINT  NOT NULL,
    done_at     BIGINT,
    late_at     BIGINT,                                  -- stays when it was done later
    line        BIGINT,                                  -- of the ledger, where evidence did it
    PRIMARY KEY (change_id, person_id, programme)
);
CREATE INDEX policy_duty_person ON policy_duty (person_id, state);
CREATE INDEX policy_duty_due ON policy_duty (due_at) WHERE state = 'open';
CREATE INDEX policy_duty_apply ON policy_duty (due_at) WHERE state = 'open' AND NOT applied;

-- +goose Down
DROP TABLE policy_duty;
DROP TABLE clause_in_force;
DROP TABLE policy_change;
DROP TABLE clause_version;

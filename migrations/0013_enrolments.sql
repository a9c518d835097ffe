-- Who is in which programme, since when and why; what was signed and waived.

-- +goose Up
CREATE TABLE programme_version (
    hash       TEXT PRIMARY KEY,                         -- SHA-256 of the text, hex
    programme  TEXT   NOT NULL,
    text       TEXT   NOT NULL,                          -- JSON: the programme bound to its content
    first_seen BIGINT NOT NULL
);

CREATE TABLE enrolment_rule (
    id          TEXT PRIMARY KEY,
    programme   TEXT   NOT NULL,
    role        TEXT   NOT NULL,                         -- '' is every role
    team_id     TEXT REFERENCES team (id),               -- and all below it; NULL is everybody
    hired_from  TEXT,                                    -- YYYY-MM-DD, inclusive; NULL is no bound
    hired_until TEXT,
    starts      TEXT   NOT NULL CHECK (starts IN ('hired', 'joined', 'date')),
    start_on    TEXT,                                    -- where starts is 'date'
    made_by     TEXT   NOT NULL REFERENCES person (id),
    made_at     BIGINT NOT NULL,
    ended_at    BIGINT,
    request_id  TEXT   NOT NULL UNIQUE                   -- the same form sent twice makes one rule
);
CREATE INDEX enrolment_rule_live ON enrolment_rule (programme) WHERE ended_at IS NULL;

CREATE TABLE enrolment (
    person_id   TEXT   NOT NULL REFERENCES person (id),
    programme   TEXT   NOT NULL,
    version     TEXT   NOT NULL REFERENCES programme_version (hash),
    start_on    TEXT   NOT NULL,                         -- YYYY-MM-DD: due dates count from here
    rule_id     TEXT REFERENCES enrolment_rule (id),     -- NULL: by hand
    enrolled_by TEXT REFERENCES person (id),             -- NULL: by a rule
    enrolled_at BIGINT NOT NULL,
    buddy_id    TEXT REFERENCES person (id),
    ended_at    BIGINT,                                  -- when it was taken back
    ended_why   TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, programme)
);
CREATE INDEX enrolment_programme ON enrolment (programme, person_id) WHERE ended_at IS NULL;
CREATE INDEX enrolment_of_rule ON enrolment (rule_id);
CREATE INDEX enrolment_buddy ON enrolment (buddy_id) WHERE ended_at IS NULL;

CREATE TABLE signoff (
    id         TEXT PRIMARY KEY,
    person_id  TEXT    NOT NULL REFERENCES person (id),
    programme  TEXT    NOT NULL,
    step       TEXT    NOT NULL,
    signer_id  TEXT    NOT NULL REFERENCES person (id),
    signer_as  TEXT    NOT NULL CHECK (signer_as IN ('buddy', 'manager', 'hr')),
    points     TEXT    NOT NULL,                         -- JSON: which of the step's points were seen
    note       TEXT    NOT NULL,
    granted    BOOLEAN NOT NULL,                         -- false takes an earlier one back
    signed_at  BIGINT  NOT NULL,
    request_id TEXT    NOT NULL UNIQUE
);
CREATE INDEX signoff_person ON signoff (person_id, programme, step, signed_at);

CREATE TABLE waiver (
    id         TEXT PRIMARY KEY,
    person_id  TEXT    NOT NULL REFERENCES person (id),
    programme  TEXT    NOT NULL,
    step       TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    given_by   TEXT    NOT NULL REFERENCES person (id),
    granted    BOOLEAN NOT NULL,                         -- false takes an earlier one back
    given_at   BIGINT  NOT NULL,
    request_id TEXT    NOT NULL UNIQUE
);
CREATE INDEX waiver_person ON waiver (person_id, programme, step, given_at);

-- +goose Down
DROP TABLE waiver;
DROP TABLE signoff;
DROP TABLE enrolment;
DROP TABLE enrolment_rule;
DROP TABLE programme_version;

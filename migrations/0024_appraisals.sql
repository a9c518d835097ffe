-- +goose Up
-- Appraisal (3.2): cycles with their schemes pinned, one record a person and period, every step and every result of it.

CREATE TABLE appraisal_head (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
    ticked_at BIGINT NOT NULL                            -- when the job of time ran last, milliseconds
);
INSERT INTO appraisal_head (id, ticked_at) VALUES (1, 0);

CREATE TABLE appraisal_request (                         -- forms that were sent: each is done once
    id       TEXT PRIMARY KEY,
    actor_id TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    about    TEXT   NOT NULL,                            -- id of the record or the cycle; '' for a new one
    answer   TEXT   NOT NULL,                            -- what was answered
    sends    BIGINT NOT NULL
);

CREATE TABLE appraisal_cycle (
    id             TEXT PRIMARY KEY,
    scheme_id      TEXT    NOT NULL,
    title_zh       TEXT    NOT NULL,
    title_en       TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('month', 'year')),
    period         TEXT    NOT NULL,                     -- 2026-11 or 2026
    scheme         TEXT    NOT NULL,                     -- JSON, as used
    scheme_hash    TEXT    NOT NULL,                     -- SHA-256 of it, hex
    adapted        BOOLEAN NOT NULL,                     -- it is not what the file said on that day
    leniency       BOOLEAN NOT NULL,                     -- reviews count as corrected for leniency where that is possible
    targets_on     TEXT    NOT NULL,                     -- YYYY-MM-DD, the last day of each phase
    figures_on     TEXT    NOT NULL,
    reviews_on     TEXT    NOT NULL,
    calibration_on TEXT    NOT NULL,
    response_on    TEXT    NOT NULL,
    moves          BIGINT  NOT NULL DEFAULT 0,           -- how often the days were moved, people added, records closed
    opened_by      TEXT REFERENCES person (id),
    opened_at      BIGINT  NOT NULL,
    closed_at      BIGINT  NOT NULL DEFAULT 0            -- when the last record was closed
);
CREATE INDEX appraisal_cycle_opened ON appraisal_cycle (opened_at);

CREATE TABLE appraisal_record (
    id         TEXT PRIMARY KEY,
    cycle_id   TEXT    NOT NULL REFERENCES appraisal_cycle (id),
    person_id  TEXT    NOT NULL REFERENCES person (id),
    period     TEXT    NOT NULL,                         -- the cycle's
    roles      TEXT    NOT NULL,                         -- the person's when the record was made, separated by spaces
    state      TEXT    NOT NULL CHECK (state IN ('targets', 'figures', 'reviews', 'calibration', 'shown', 'acknowledged', 'no_response',
                   'disputed', 'upheld', 'amended', 'closed')),
    since      BIGINT  NOT NULL,                         -- when the state began, milliseconds
    seq        BIGINT  NOT NULL,                         -- transitions so far
    next_at    BIGINT,                                   -- when time takes it on; NULL where it waits for people
    agreement  TEXT    NOT NULL CHECK (agreement IN ('open', 'agreed', 'objected')),
    steps      BIGINT  NOT NULL DEFAULT 0,               -- lines of its targets' history
    targets    BIGINT  NOT NULL DEFAULT 0,               -- items that have one
    figures    TEXT    NOT NULL DEFAULT '',              -- JSON by indicator, as frozen; '' before
    simulated  BOOLEAN NOT NULL DEFAULT FALSE,           -- rests on figures that nobody has measured
    inputs     TEXT    NOT NULL DEFAULT '',              -- JSON: what the result was computed from; '' before
    result     TEXT    NOT NULL DEFAULT '',              -- JSON: the computation, line by line
    hash       TEXT    NOT NULL DEFAULT '',              -- SHA-256 of both, hex
    respond_by TEXT    NOT NULL DEFAULT '',              -- YYYY-MM-DD, '' before it is shown
    entries    BIGINT  NOT NULL DEFAULT 0,               -- results so far; the last counts
    UNIQUE (person_id, period)
);
CREATE INDEX appraisal_record_cycle ON appraisal_record (cycle_id, state, id);
CREATE INDEX appraisal_record_next ON appraisal_record (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE appraisal_transition (
    record_id   TEXT   NOT NULL REFERENCES appraisal_record (id),
    seq         BIGINT NOT NULL,                         -- from 1, without a gap
    before      TEXT   NOT NULL,                         -- '' at the first
    after       TEXT   NOT NULL,
    act         TEXT   NOT NULL,
    actor_id    TEXT,                                    -- NULL: time
    note        TEXT   NOT NULL,                         -- what was said
    at          BIGINT NOT NULL,                         -- when it took effect, milliseconds
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (record_id, seq)
);

CREATE TABLE appraisal_target (
    record_id TEXT   NOT NULL REFERENCES appraisal_record (id),
    seq       BIGINT NOT NULL,                           -- from 1, without a gap
    kind      TEXT   NOT NULL CHECK (kind IN ('set', 'agreed', 'objected')),
    item      TEXT   NOT NULL,                           -- of one that was set
    value     BIGINT NOT NULL,                           -- in the unit of its indicator
    text      TEXT   NOT NULL,                           -- of an objection
    by_id     TEXT REFERENCES person (id),
    at        BIGINT NOT NULL,
    PRIMARY KEY (record_id, seq)
);

CREATE TABLE appraisal_entry (                           -- results; none is ever changed
    record_id TEXT    NOT NULL REFERENCES appraisal_record (id),
    seq       BIGINT  NOT NULL,                          -- from 1, without a gap
    kind      TEXT    NOT NULL CHECK (kind IN ('computed', 'calibrated', 'amended', 'corrected')),
    prior     BIGINT  NOT NULL,                          -- the entry in whose place it comes, 0 for the first
    had_score BOOLEAN NOT NULL,                          -- whether that had one
    before    BIGINT  NOT NULL,                          -- its score
    has_score BOOLEAN NOT NULL,                          -- false where too little was known
    score     BIGINT  NOT NULL CHECK (score BETWEEN 0 AND 12000), -- hundredths of a point
    band      TEXT    NOT NULL,
    by_id     TEXT REFERENCES person (id),               -- NULL: computed
    reason    TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    PRIMARY KEY (record_id, seq)
);

CREATE TABLE appraisal_certificate (                     -- certificates that the rules of a record looked at
    number    TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES appraisal_record (id),
    holding   TEXT NOT NULL CHECK (holding IN ('never', 'lapsed', 'held')),
    PRIMARY KEY (number, record_id)
);
CREATE INDEX appraisal_certificate_record ON appraisal_certificate (record_id);

-- +goose Down
DROP TABLE appraisal_certificate;
DROP TABLE appraisal_entry;
DROP TABLE appraisal_target;
DROP TABLE appraisal_transition;
DROP TABLE appraisal_record;
DROP TABLE appraisal_cycle;
DROP TABLE appraisal_request;
DROP TABLE appraisal_head;

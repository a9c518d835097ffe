-- +goose Up
-- Where everybody stands in every programme, the certificates that were issued, and every change with its cause.

CREATE TABLE certificate (
    number     TEXT PRIMARY KEY,                         -- 80 random bits; whoever knows it may ask
    serial     BIGINT NOT NULL UNIQUE,                   -- place in the status lists: chance, so that it tells nothing of the order
    person_id  TEXT   NOT NULL REFERENCES person (id),
    programme  TEXT   NOT NULL,
    version    TEXT   NOT NULL REFERENCES programme_version (hash),
    issued_at  BIGINT NOT NULL,
    window_at  BIGINT,                                   -- from when it can be renewed; the three are NULL where it has no end
    expires_at BIGINT,
    grace_at   BIGINT,                                   -- when the days of grace are over
    score      BIGINT,                                   -- mean of what was scored, basis points; NULL where nothing was
    basis      TEXT   NOT NULL,                          -- JSON: the evidence that it was issued on
    basis_hash TEXT   NOT NULL,                          -- SHA-256 of it, hex
    issued_by  TEXT REFERENCES person (id),              -- NULL: by the rules alone
    ended      TEXT   NOT NULL DEFAULT '' CHECK (ended IN ('', 'superseded', 'revoked', 'expired')), -- why a later one took its place
    shows      TEXT   NOT NULL                           -- what the holder lets others see, words separated by spaces
);
CREATE INDEX certificate_person ON certificate (person_id, programme, issued_at);
CREATE INDEX certificate_issued ON certificate (issued_at, number);
CREATE INDEX certificate_revoked ON certificate (serial) WHERE ended = 'revoked';

CREATE TABLE certificate_head (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
    issued    BIGINT NOT NULL,                           -- certificates so far
    ticked_at BIGINT NOT NULL                            -- when the job of time ran last
);
INSERT INTO certificate_head (id, issued, ticked_at) VALUES (1, 0, 0);

CREATE TABLE standing (
    person_id   TEXT    NOT NULL REFERENCES person (id),
    programme   TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('not_started', 'in_progress', 'eligible', 'certified', 'expiring', 'grace', 'expired',
                    'suspended', 'revoked')),
    since       BIGINT  NOT NULL,                        -- when the state began
    cause       TEXT    NOT NULL,                        -- of the last transition
    enrolled    BOOLEAN NOT NULL,
    done        BIGINT  NOT NULL,                        -- steps done of those that are asked now
    steps       BIGINT  NOT NULL,
    next_due    TEXT,                                    -- the earliest date of a step that is not done
    fresh_from  BIGINT  NOT NULL DEFAULT 0,              -- only evidence from this moment counts
    certificate TEXT REFERENCES certificate (number),    -- the present one
    window_at   BIGINT,
    expires_at  BIGINT,
    grace_at    BIGINT,
    next_at     BIGINT,                                  -- when time changes the state
    seq         BIGINT  NOT NULL DEFAULT 0,              -- changes so far
    PRIMARY KEY (person_id, programme)
);
CREATE INDEX standing_next ON standing (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX standing_stopped ON standing (state, certificate) WHERE state IN ('suspended', 'revoked');

CREATE TABLE transition (
    person_id   TEXT   NOT NULL,                         -- with the next: a standing's, which sees to it that they exist
    programme   TEXT   NOT NULL,
    seq         BIGINT NOT NULL,                         -- from 1, without a gap
    before      TEXT   NOT NULL,                         -- '' at the first
    after       TEXT   NOT NULL,
    cause       TEXT   NOT NULL,
    certificate TEXT,
    line        BIGINT,                                  -- of the ledger, where evidence was the cause
    actor_id    TEXT,                                    -- NULL: rules or time
    note        TEXT   NOT NULL,
    at          BIGINT NOT NULL,                         -- when it took effect
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, programme, seq)
);

-- +goose Down
DROP TABLE transition;
DROP TABLE standing;
DROP TABLE certificate_head;
DROP TABLE certificate;

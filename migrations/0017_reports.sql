-- +goose Up
-- What managers' tables are sorted, filtered and summed by, one short row a person, so that ten thousand people cost no more than
-- ten thousand short rows. Everything here follows from standings, transitions and plays, and is made again from them.

CREATE TABLE standing_sum (
    person_id TEXT    PRIMARY KEY,                       -- who has a standing
    stale     BOOLEAN NOT NULL,                          -- a standing has changed since the rest was computed
    worst     BIGINT  NOT NULL DEFAULT 99,               -- rank of the worst state, 1 is the worst, 99 is no programme
    trouble   BIGINT,                                    -- 1 expired, 2 in grace, 3 suspended, 6 waits for approval
    next_end  BIGINT,                                    -- when the first certificate, or its days of grace, ends
    ends      BIGINT,                                    -- the same of those that hold and whose renewal is not begun
    due       TEXT,                                      -- YYYY-MM-DD of the first step that is not done
    states    TEXT    NOT NULL DEFAULT ' ',              -- " programme=state programme=state "
    holds     TEXT    NOT NULL DEFAULT ''                -- versions of the certificates that hold: 16 hex each, sorted
);
CREATE INDEX standing_sum_stale ON standing_sum (person_id) WHERE stale;

CREATE TABLE standing_span (
    person_id TEXT   NOT NULL REFERENCES person (id),
    programme TEXT   NOT NULL,                           -- '' is any
    from_at   BIGINT NOT NULL,
    until_at  BIGINT,                                    -- NULL while the certificate holds
    PRIMARY KEY (programme, person_id, from_at)
);
CREATE INDEX standing_span_person ON standing_span (person_id);

CREATE TABLE enrolment_request (
    request_id  TEXT PRIMARY KEY,                        -- of the form that put many into a programme
    person_id   TEXT   NOT NULL REFERENCES person (id),  -- who sent it
    added       BIGINT NOT NULL DEFAULT 0,
    begun_at    BIGINT NOT NULL,
    finished_at BIGINT                                   -- NULL: sent again, it goes on
);

ALTER TABLE play ADD COLUMN folded BOOLEAN NOT NULL DEFAULT FALSE; -- its profile is in skill
CREATE INDEX play_unfolded ON play (id) WHERE mode = 'exam' AND state = 'closed' AND NOT folded;

CREATE TABLE skill (
    person_id TEXT   PRIMARY KEY REFERENCES person (id),
    exams     BIGINT NOT NULL,                           -- scenes of which the latest exam counts
    got1 BIGINT NOT NULL, of1 BIGINT NOT NULL,           -- points reached, and reachable, on the clauses of section 2.1; so on
    got2 BIGINT NOT NULL, of2 BIGINT NOT NULL,
    got3 BIGINT NOT NULL, of3 BIGINT NOT NULL,
    got4 BIGINT NOT NULL, of4 BIGINT NOT NULL,
    got5 BIGINT NOT NULL, of5 BIGINT NOT NULL,
    got6 BIGINT NOT NULL, of6 BIGINT NOT NULL
);

-- +goose Down
DROP TABLE skill;
DROP INDEX play_unfolded;
ALTER TABLE play DROP COLUMN folded;
DROP TABLE enrolment_request;
DROP TABLE standing_span;
DROP TABLE standing_sum;

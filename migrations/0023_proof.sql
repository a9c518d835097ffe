-- +goose Up
-- The trail proves itself: what the record of each entry hashes to, when the whole was last checked, who was erased.
ALTER TABLE audit_entry ADD COLUMN hash TEXT NOT NULL DEFAULT '';  -- RFC 6962 record hash of the leaf, hex; '' where an older version wrote it
CREATE INDEX audit_entry_act ON audit_entry (act, seq);
CREATE INDEX audit_entry_at ON audit_entry (at);

CREATE TABLE audit_check (                                         -- the last check of the whole trail
    id       BIGINT PRIMARY KEY CHECK (id = 1),
    next_at  BIGINT NOT NULL,                                      -- when it is checked again, milliseconds since 1970 UTC
    begun_at BIGINT NOT NULL,                                      -- when the last check began; 0: never
    done_at  BIGINT NOT NULL,                                      -- and when it ended; before begun_at while one runs
    report   TEXT   NOT NULL                                       -- JSON: what it found; '' before the first
);
INSERT INTO audit_check (id, next_at, begun_at, done_at, report) VALUES (1, 0, 0, 0, '');

ALTER TABLE person ADD COLUMN erased_at BIGINT;                    -- when their personal data were erased; NULL: they were not

-- +goose Down
ALTER TABLE person DROP COLUMN erased_at;
DROP TABLE audit_check;
DROP INDEX audit_entry_at;
DROP INDEX audit_entry_act;
ALTER TABLE audit_entry DROP COLUMN hash;

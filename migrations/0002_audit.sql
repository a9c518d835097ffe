-- +goose Up
-- The audit trail: a Merkle log whose leaves hold commitments instead of personal data.

CREATE TABLE audit_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,                 -- leaves so far
    edge TEXT   NOT NULL                  -- JSON: hashes on the right edge of the tree, by level
);
INSERT INTO audit_head (id, size, edge) VALUES (1, 0, '[]');

CREATE TABLE audit_entry (
    seq        BIGINT PRIMARY KEY,        -- from 0, without a gap
    at         BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    actor_id   TEXT   NOT NULL,           -- '' for the system
    subject_id TEXT   NOT NULL,           -- the person concerned, or ''
    private    TEXT   NOT NULL,           -- JSON: facts about the person
    leaf       TEXT   NOT NULL            -- the exact text that was hashed
);
CREATE INDEX audit_entry_subject ON audit_entry (subject_id, seq);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, seq);

CREATE TABLE audit_salt (
    person_id TEXT PRIMARY KEY,
    salt      TEXT NOT NULL               -- 32 bytes, hex; deleting the row erases the person from the trail
);

-- +goose Down
DROP TABLE audit_salt;
DROP TABLE audit_entry;
DROP TABLE audit_head;

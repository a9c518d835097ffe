-- +goose Up
-- An answer is claimed and stored by one write of its own row. The rows of a paper are there from its start; open_until
-- lets saves in, and closing the attempt sets it to 0. Nothing that a save changes is indexed.

ALTER TABLE answer ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;        -- of the packet that holds; a later one has a higher
ALTER TABLE answer ADD COLUMN open_until BIGINT NOT NULL DEFAULT 0; -- last moment for a save; 0: ask the attempt
ALTER TABLE answer ADD COLUMN certainty BIGINT CHECK (certainty BETWEEN 1 AND 3);

CREATE TABLE attempt_away (
    attempt_id TEXT   NOT NULL REFERENCES attempt (id),
    from_at    BIGINT NOT NULL,                          -- when the page lost the focus
    to_at      BIGINT NOT NULL CHECK (to_at >= from_at),
    PRIMARY KEY (attempt_id, from_at, to_at)
);

-- +goose Down
DROP TABLE attempt_away;
ALTER TABLE answer DROP COLUMN certainty;
ALTER TABLE answer DROP COLUMN open_until;
ALTER TABLE answer DROP COLUMN seq;

-- +goose Up
-- What the closed attempts at a question set come to, kept as sums that grow, and which attempts are in them.

CREATE TABLE item_sums (
    set_hash TEXT   PRIMARY KEY REFERENCES question_set (hash),
    attempts BIGINT NOT NULL,
    sums     TEXT   NOT NULL,                            -- JSON of itemstats.Sums; '' while there are none
    version  BIGINT NOT NULL                             -- grows with every change
);

-- A mark on each attempt and no moment up to which all are folded: commits do not come in the order of closed_at.
ALTER TABLE attempt ADD COLUMN folded BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX attempt_unfolded ON attempt (set_hash, id) WHERE state = 'closed' AND NOT folded;

-- +goose Down
DROP INDEX attempt_unfolded;
ALTER TABLE attempt DROP COLUMN folded;
DROP TABLE item_sums;

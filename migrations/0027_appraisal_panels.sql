-- +goose Up
-- All panels of a cycle are closed before the first of its results is computed.
ALTER TABLE appraisal_record ADD COLUMN paneled BOOLEAN NOT NULL DEFAULT FALSE; -- its panel of reviewers is closed

-- +goose Down
ALTER TABLE appraisal_record DROP COLUMN paneled;

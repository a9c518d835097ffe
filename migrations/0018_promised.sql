-- +goose Up
-- A change of policy may bring the end of a certificate forward. The badges that are about still name the old one: until it
-- comes, the list of the suspended has to say that they hold no more.
ALTER TABLE certificate ADD COLUMN promised_at BIGINT;  -- the latest end that a badge names, 9223372036854775807 for none; NULL: expires_at
CREATE INDEX certificate_promised ON certificate (promised_at) WHERE promised_at IS NOT NULL;

-- +goose Down
DROP INDEX certificate_promised;
ALTER TABLE certificate DROP COLUMN promised_at;

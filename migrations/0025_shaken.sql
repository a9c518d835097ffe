-- +goose Up
-- Evidence may be taken back after a certificate rests on it. The certificate stays until somebody decides, and this tells them.
ALTER TABLE standing ADD COLUMN shaken_at BIGINT;        -- since when the present certificate rests on less than it asks; NULL: it does not

-- +goose Down
ALTER TABLE standing DROP COLUMN shaken_at;

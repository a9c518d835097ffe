-- +goose Up
-- What people achieved in a period, measured by the indicators of content/appraisal. Every version stays.
CREATE TABLE figure_period (          -- what every write of a figure claims
	person_id TEXT   NOT NULL REFERENCES person (id),
	period    TEXT   NOT NULL,         -- a month, 2026-11, or a year, 2026
	frozen_by TEXT   NOT NULL DEFAULT '', -- the appraisal that rests on the figures, after which none changes; '' while they may
	frozen_at BIGINT NOT NULL DEFAULT 0,  -- milliseconds since 1970 UTC
	PRIMARY KEY (person_id, period)
);

CREATE TABLE figure_import (          -- one file, all of it
	id        TEXT   PRIMARY KEY,
	name      TEXT   NOT NULL,         -- of the file
	hash      TEXT   NOT NULL,         -- SHA-256 of the file, in hex
	figures   BIGINT NOT NULL,         -- written of it
	digest    TEXT   NOT NULL,         -- SHA-256 over the figures written, in hex
	by_id     TEXT   NOT NULL,
	at        BIGINT NOT NULL          -- milliseconds since 1970 UTC
);

CREATE TABLE figure (                 -- one version; of those of a person, period and indicator the last counts unless withdrawn
	person_id     TEXT   NOT NULL,
	period        TEXT   NOT NULL,
	indicator     TEXT   NOT NULL,
	seq           BIGINT NOT NULL CHECK (seq > 0), -- 1, 2, … without a gap
	value         BIGINT NOT NULL CHECK (value BETWEEN -100000000000000 AND 100000000000000), -- in the unit of the indicator
	source        TEXT   NOT NULL CHECK (source IN ('typed', 'imported', 'simulated')),
	note          TEXT   NOT NULL DEFAULT '',
	by_id         TEXT   NOT NULL,
	at            BIGINT NOT NULL,     -- milliseconds since 1970 UTC
	import_id     TEXT   REFERENCES figure_import (id),
	request_id    TEXT   UNIQUE,       -- of the form; NULL of an import
	withdrawn_by  TEXT   NOT NULL DEFAULT '',
	withdrawn_at  BIGINT NOT NULL DEFAULT 0,
	withdrawn_why TEXT   NOT NULL DEFAULT '',
	PRIMARY KEY (person_id, period, indicator, seq),
	FOREIGN KEY (person_id, period) REFERENCES figure_period (person_id, period)
);
CREATE INDEX figure_of_import ON figure (import_id) WHERE import_id IS NOT NULL;

-- +goose Down
DROP TABLE figure;
DROP TABLE figure_import;
DROP TABLE figure_period;

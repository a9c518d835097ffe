-- What people were told was due, once a day; who has no wish for the mail.

-- +goose Up
CREATE TABLE digest_day (
    day         TEXT PRIMARY KEY,                        -- YYYY-MM-DD, in the company's zone
    lease_until BIGINT NOT NULL,                         -- whoever tells everybody has until then
    done_at     BIGINT                                   -- when everybody was told
);

CREATE TABLE digest (
    person_id TEXT   NOT NULL REFERENCES person (id),
    day       TEXT   NOT NULL,
    items     TEXT   NOT NULL,                           -- JSON: what was due
    told_at   BIGINT NOT NULL,
    aside_at  BIGINT,                                    -- when the person put the notice aside
    PRIMARY KEY (person_id, day)
);
CREATE INDEX digest_of_day ON digest (day);

CREATE TABLE digest_choice (
    person_id  TEXT PRIMARY KEY REFERENCES person (id),
    mail_off   BOOLEAN NOT NULL,
    changed_at BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE digest_choice;
DROP TABLE digest;
DROP TABLE digest_day;

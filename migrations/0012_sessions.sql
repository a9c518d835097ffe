-- +goose Up
-- Training that is no programme: periodic sessions (3.1.2.2), who was there, the addresses of their calendars; and external
-- training (3.1.2.4), what proves it and what was brought back from it.

CREATE TABLE training_session (
    id            TEXT PRIMARY KEY,
    series_id     TEXT   NOT NULL DEFAULT '',            -- the series, or '' for one that stands alone
    topic         TEXT   NOT NULL CHECK (topic <> ''),   -- the key by which steps of programmes name it
    title         TEXT   NOT NULL CHECK (title <> ''),
    description   TEXT   NOT NULL DEFAULT '',            -- Markdown
    place         TEXT   NOT NULL DEFAULT '',
    link          TEXT   NOT NULL DEFAULT '',
    material      TEXT   NOT NULL DEFAULT '',            -- Markdown, or one address
    host_id       TEXT   NOT NULL REFERENCES person (id),
    team_id       TEXT REFERENCES team (id),             -- the team with all below it; none: everybody
    starts_at     BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL CHECK (ends_at > starts_at),
    state         TEXT   NOT NULL CHECK (state IN ('planned', 'held', 'cancelled')),
    reason        TEXT   NOT NULL DEFAULT '',            -- why it was cancelled
    catch_up      BOOLEAN NOT NULL,                      -- who was away reads the material and confirms
    catch_up_days BIGINT NOT NULL DEFAULT 0,             -- within so many days; 0 for no date
    sequence      BIGINT NOT NULL DEFAULT 0,             -- of its event in calendars; grows with each change
    planned_by    TEXT   NOT NULL REFERENCES person (id),
    planned_at    BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL,
    request_id    TEXT   NOT NULL,                       -- of the form that planned the series
    number        BIGINT NOT NULL,                       -- within that, from 1
    UNIQUE (request_id, number)
);
CREATE INDEX training_session_time ON training_session (starts_at);
CREATE INDEX training_session_series ON training_session (series_id, starts_at);
CREATE INDEX training_session_topic ON training_session (topic, starts_at);

CREATE TABLE training_guest (                            -- people added by hand
    session_id TEXT NOT NULL REFERENCES training_session (id),
    person_id  TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (session_id, person_id)
);
CREATE INDEX training_guest_person ON training_guest (person_id);

CREATE TABLE attendance (                                -- where each person stands
    session_id   TEXT    NOT NULL REFERENCES training_session (id),
    person_id    TEXT    NOT NULL REFERENCES person (id),
    marks        BIGINT  NOT NULL DEFAULT 0,             -- how many were given; the last counts
    mark         TEXT    NOT NULL DEFAULT '' CHECK (mark IN ('', 'present', 'late', 'excused', 'absent')),
    marked_at    BIGINT  NOT NULL DEFAULT 0,
    caught_up_at BIGINT  NOT NULL DEFAULT 0,
    counts       BOOLEAN NOT NULL DEFAULT FALSE,         -- its last line of evidence is a pass
    lines        BIGINT  NOT NULL DEFAULT 0,             -- of evidence that came of it
    PRIMARY KEY (session_id, person_id)
);
CREATE INDEX attendance_person ON attendance (person_id);

CREATE TABLE attendance_mark (                           -- every mark ever given
    session_id TEXT   NOT NULL,
    person_id  TEXT   NOT NULL,
    number     BIGINT NOT NULL,                          -- from 1
    mark       TEXT   NOT NULL,
    marked_by  TEXT   NOT NULL REFERENCES person (id),
    marked_at  BIGINT NOT NULL,
    PRIMARY KEY (session_id, person_id, number),
    FOREIGN KEY (session_id, person_id) REFERENCES attendance (session_id, person_id)
);

CREATE TABLE calendar_address (
    person_id  TEXT PRIMARY KEY REFERENCES person (id),
    token_hash TEXT   NOT NULL UNIQUE,                   -- SHA-256 of the token in the address, hex
    made_at    BIGINT NOT NULL
);

CREATE TABLE external_training (
    id         TEXT PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES person (id),
    title      TEXT   NOT NULL CHECK (title <> ''),
    provider   TEXT   NOT NULL DEFAULT '',
    url        TEXT   NOT NULL DEFAULT '',
    topic      TEXT   NOT NULL DEFAULT '',
    starts_on  TEXT   NOT NULL,                          -- YYYY-MM-DD
    ends_on    TEXT   NOT NULL,
    cost       BIGINT NOT NULL DEFAULT 0 CHECK (cost >= 0), -- fen
    aim        TEXT   NOT NULL,                          -- what the person wants to learn
    state      TEXT   NOT NULL CHECK (state IN ('asked', 'withdrawn', 'declined', 'approved', 'taken', 'shared')),
    share_days BIGINT NOT NULL DEFAULT 14,               -- to share within so many days of the last day
    decided_by TEXT REFERENCES person (id),
    decided_at BIGINT NOT NULL DEFAULT 0,
    reason     TEXT   NOT NULL DEFAULT '',               -- of the decision
    files      BIGINT NOT NULL DEFAULT 0,                -- of proof
    taken_at   BIGINT NOT NULL DEFAULT 0,
    shared_at  BIGINT NOT NULL DEFAULT 0,
    asked_at   BIGINT NOT NULL,
    request_id TEXT   NOT NULL UNIQUE
);
CREATE INDEX external_training_person ON external_training (person_id);
CREATE INDEX external_training_state ON external_training (state, asked_at);

CREATE TABLE external_file (
    id          TEXT PRIMARY KEY,
    training_id TEXT   NOT NULL REFERENCES external_training (id),
    purpose     TEXT   NOT NULL CHECK (purpose IN ('proof', 'slides')),
    name        TEXT   NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('application/pdf', 'image/png', 'image/jpeg')), -- by content
    size        BIGINT NOT NULL,                         -- bytes
    hash        TEXT   NOT NULL,                         -- SHA-256, hex
    data        TEXT   NOT NULL,                         -- base64, so that every node has it
    added_at    BIGINT NOT NULL,
    UNIQUE (training_id, purpose, hash)
);

CREATE TABLE external_share (
    training_id TEXT PRIMARY KEY REFERENCES external_training (id),
    form        TEXT   NOT NULL CHECK (form IN ('note', 'talk')),
    title       TEXT   NOT NULL CHECK (title <> ''),
    text        TEXT   NOT NULL,                         -- Markdown
    talk_on     TEXT   NOT NULL DEFAULT '',              -- YYYY-MM-DD of a talk
    shared_at   BIGINT NOT NULL
);

CREATE TABLE external_rating (
    training_id TEXT   NOT NULL REFERENCES external_share (training_id),
    person_id   TEXT   NOT NULL REFERENCES person (id),
    stars       BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    comment     TEXT   NOT NULL DEFAULT '',
    rated_at    BIGINT NOT NULL,
    PRIMARY KEY (training_id, person_id)
);

-- +goose Down
DROP TABLE external_rating;
DROP TABLE external_share;
DROP TABLE external_file;
DROP TABLE external_training;
DROP TABLE calendar_address;
DROP TABLE attendance_mark;
DROP TABLE attendance;
DROP TABLE training_guest;
DROP TABLE training_session;

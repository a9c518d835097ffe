-- +goose Up
-- Writing the content in the house: what was saved from the desk, and the notes that readers send on single passages.

CREATE TABLE manuscript (                                -- the files that were saved from the desk
    file  TEXT PRIMARY KEY,                              -- path in the folder of the content
    saves BIGINT NOT NULL DEFAULT 0                      -- how many; claimed by each
);

CREATE TABLE manuscript_save (
    id          TEXT PRIMARY KEY,
    file        TEXT   NOT NULL REFERENCES manuscript (file),
    saved_by    TEXT   NOT NULL REFERENCES person (id),
    before_hash TEXT   NOT NULL,                         -- SHA-256 of the file before, hex
    after_hash  TEXT   NOT NULL,
    way         TEXT   NOT NULL CHECK (way IN ('folder', 'patch', 'file')), -- written to the folder, or taken away as
    saved_at    BIGINT NOT NULL,                         -- milliseconds since 1970 UTC
    request_id  TEXT   NOT NULL UNIQUE
);
CREATE INDEX manuscript_save_file ON manuscript_save (file, saved_at);

CREATE TABLE remark_day (                                -- how many notes somebody sent on a day; claimed by each
    person_id TEXT   NOT NULL REFERENCES person (id),
    day       TEXT   NOT NULL,                           -- YYYY-MM-DD, in the company's zone
    sent      BIGINT NOT NULL,
    PRIMARY KEY (person_id, day)
);

CREATE TABLE remark (
    id          TEXT PRIMARY KEY,
    person_id   TEXT   NOT NULL REFERENCES person (id),  -- who sent it
    lesson      TEXT   NOT NULL,                         -- course/module/lesson
    module      TEXT   NOT NULL,                         -- course/module
    lang        TEXT   NOT NULL CHECK (lang IN ('zh', 'en')),
    version     TEXT   NOT NULL,                         -- hash of the lesson's text that was read
    heading     TEXT   NOT NULL DEFAULT '',              -- under which the passage stands
    place       BIGINT NOT NULL CHECK (place > 0),       -- number of the passage in the lesson, from 1
    kind        TEXT   NOT NULL CHECK (kind IN ('paragraph', 'item', 'table', 'figure')),
    quote       TEXT   NOT NULL,                         -- the passage as it was
    reason      TEXT   NOT NULL CHECK (reason IN ('unclear', 'wrong', 'outdated', 'other')),
    text        TEXT   NOT NULL DEFAULT '',              -- up to 500 characters
    state       TEXT   NOT NULL CHECK (state IN ('open', 'answered', 'done', 'withdrawn')),
    answer      TEXT   NOT NULL DEFAULT '',
    answered_by TEXT REFERENCES person (id),
    answered_at BIGINT NOT NULL DEFAULT 0,               -- milliseconds since 1970 UTC; 0 for never
    closed_by   TEXT REFERENCES person (id),
    closed_at   BIGINT NOT NULL DEFAULT 0,
    seen_at     BIGINT NOT NULL DEFAULT 0,               -- when the reader put the answer aside
    sent_at     BIGINT NOT NULL,
    request_id  TEXT   NOT NULL,
    UNIQUE (person_id, request_id)
);
CREATE INDEX remark_state ON remark (state, sent_at);
CREATE INDEX remark_person ON remark (person_id, sent_at);
CREATE INDEX lesson_finished_lesson ON lesson_finished (lesson, hash);

-- +goose Down
DROP INDEX lesson_finished_lesson;
DROP TABLE remark;
DROP TABLE remark_day;
DROP TABLE manuscript_save;
DROP TABLE manuscript;

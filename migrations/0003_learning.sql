-- +goose Up
-- What is assigned, what was learnt and in which version.

CREATE TABLE assignment (
    id           TEXT PRIMARY KEY,
    course       TEXT   NOT NULL,
    person_id    TEXT REFERENCES person (id),
    team_id      TEXT REFERENCES team (id),
    due_on       TEXT,                                   -- YYYY-MM-DD
    assigned_by  TEXT   NOT NULL REFERENCES person (id),
    assigned_at  BIGINT NOT NULL,
    withdrawn_at BIGINT,
    request_id   TEXT   NOT NULL UNIQUE,                 -- the same form sent twice assigns once
    CHECK ((person_id IS NULL AND team_id IS NOT NULL) OR (person_id IS NOT NULL AND team_id IS NULL))
);
CREATE INDEX assignment_person ON assignment (person_id) WHERE withdrawn_at IS NULL;
CREATE INDEX assignment_team ON assignment (team_id) WHERE withdrawn_at IS NULL;

CREATE TABLE lesson_version (
    hash       TEXT PRIMARY KEY,
    lesson     TEXT   NOT NULL,                          -- course/module/lesson
    lang       TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    first_seen BIGINT NOT NULL
);
CREATE INDEX lesson_version_lesson ON lesson_version (lesson);

CREATE TABLE lesson_finished (
    person_id   TEXT   NOT NULL REFERENCES person (id),
    lesson      TEXT   NOT NULL,
    hash        TEXT   NOT NULL REFERENCES lesson_version (hash),
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, lesson, hash)
);

CREATE TABLE last_lesson (
    person_id TEXT   NOT NULL REFERENCES person (id),
    course    TEXT   NOT NULL,
    lesson    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (person_id, course)
);

CREATE TABLE module_passed (
    person_id TEXT   NOT NULL REFERENCES person (id),
    module    TEXT   NOT NULL,                           -- course/module
    line      BIGINT NOT NULL,                           -- the line of evidence it rests on
    score     BIGINT NOT NULL,                           -- basis points
    passed_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, module, line)
);

-- +goose Down
DROP TABLE module_passed;
DROP TABLE last_lesson;
DROP TABLE lesson_finished;
DROP TABLE lesson_version;
DROP TABLE assignment;

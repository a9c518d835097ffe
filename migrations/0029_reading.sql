-- +goose Up
-- Where somebody is in a lesson: theirs alone, newest wins by the server's clock, gone when the lesson is finished.
CREATE TABLE reading_position (
    person_id TEXT NOT NULL REFERENCES person (id),
    lesson    TEXT NOT NULL,            -- its key, course/module/lesson
    anchor    TEXT NOT NULL,            -- of the heading that was passed last, '' above the first
    heading   INTEGER NOT NULL,         -- its number in the table of contents from 1, 0 above the first: for the other language
    part      INTEGER NOT NULL,         -- of the way from this heading to the next, in thousandths, 0 to 1000
    at        BIGINT NOT NULL,          -- milliseconds since 1970 UTC
    PRIMARY KEY (person_id, lesson)
);
-- What was finished without a network and sent later: the same request does it once.
CREATE TABLE finish_request (
    person_id  TEXT NOT NULL REFERENCES person (id),
    request_id TEXT NOT NULL,           -- made by the browser when the button was pressed
    lesson     TEXT NOT NULL,
    hash       TEXT NOT NULL,           -- of the text that was read
    at         BIGINT NOT NULL,         -- when it arrived, milliseconds since 1970 UTC
    PRIMARY KEY (person_id, request_id)
);

-- +goose Down
DROP TABLE finish_request;
DROP TABLE reading_position;

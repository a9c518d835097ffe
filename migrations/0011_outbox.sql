-- +goose Up
-- Mails that are to go out. Who sends takes turns, and holds what was taken until the lease runs out.

CREATE TABLE outbox_mail (
    id           TEXT   PRIMARY KEY,
    key          TEXT   NOT NULL UNIQUE,                 -- what the mail is about: the same key is queued once
    person_id    TEXT   REFERENCES person (id),          -- NULL: nobody known here
    address      TEXT   NOT NULL,                        -- as it was when the mail was written
    subject      TEXT   NOT NULL,
    text_body    TEXT   NOT NULL,                        -- '' once sent: it may hold a link that lets in
    html_body    TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries        BIGINT NOT NULL DEFAULT 0,              -- how often it was taken
    next_at      BIGINT NOT NULL,                        -- not to be taken before
    leased_until BIGINT NOT NULL DEFAULT 0,              -- nor before this
    last_error   TEXT   NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    sent_at      BIGINT
);
CREATE INDEX outbox_mail_due ON outbox_mail (next_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_mail_trouble ON outbox_mail (created_at) WHERE state <> 'sent' AND last_error <> '';

CREATE TABLE outbox_turn (
    id    BIGINT PRIMARY KEY CHECK (id = 1),
    turns BIGINT NOT NULL
);
INSERT INTO outbox_turn (id, turns) VALUES (1, 0);

-- +goose Down
DROP TABLE outbox_turn;
DROP TABLE outbox_mail;

-- +goose Up
-- Qualitative appraisal, clause 3.2.3.2. Who gave which sheet is kept, for the estimate of severity and against abuse; no
-- verb tells it. A sheet has no time: when somebody gave it would tell who.
CREATE TABLE review_panel (
    id         TEXT    PRIMARY KEY,
    cycle      TEXT    NOT NULL,
    person_id  TEXT    NOT NULL REFERENCES person (id),     -- who is reviewed
    items      TEXT    NOT NULL,                            -- JSON: what is asked, with the anchors of 1 to 5
    min_shown  BIGINT  NOT NULL CHECK (min_shown >= 3),     -- colleagues are shown from so many sheets on
    due        TEXT    NOT NULL,                            -- YYYY-MM-DD, the last day
    state      TEXT    NOT NULL CHECK (state IN ('open', 'closed')),
    shown      BOOLEAN NOT NULL,                            -- to the person themself
    writes     BIGINT  NOT NULL DEFAULT 0,                  -- counts every change: whoever changes something claims it here
    salt       TEXT    NOT NULL                             -- hex; orders the comments
);
CREATE INDEX review_panel_person ON review_panel (person_id);
CREATE INDEX review_panel_cycle ON review_panel (cycle, state);
CREATE INDEX review_panel_open ON review_panel (due) WHERE state = 'open';

CREATE TABLE review_request (
    id         TEXT    PRIMARY KEY,
    panel_id   TEXT    NOT NULL REFERENCES review_panel (id),
    side       TEXT    NOT NULL CHECK (side IN ('superior', 'colleague', 'customer')),
    person_id  TEXT    REFERENCES person (id),              -- who is asked; NULL: a customer
    contact    TEXT    NOT NULL DEFAULT '',                 -- the customer's name
    token_hash TEXT    UNIQUE,                              -- SHA-256, hex, of a customer's link
    withdrawn  BOOLEAN NOT NULL DEFAULT FALSE,              -- of a link
    mailed     BOOLEAN NOT NULL DEFAULT FALSE,              -- the link
    form_id    TEXT    UNIQUE,                              -- the form that invited a customer, sent twice, invites once
    version    BIGINT  NOT NULL DEFAULT 0,                  -- of the sheet that counts; 0: none was given
    CHECK ((side = 'customer') = (person_id IS NULL))
);
CREATE UNIQUE INDEX review_request_once ON review_request (panel_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX review_request_panel ON review_request (panel_id);
CREATE INDEX review_request_person ON review_request (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE review_sheet (
    request_id TEXT    NOT NULL REFERENCES review_request (id),
    version    BIGINT  NOT NULL,
    marks      TEXT    NOT NULL,                            -- JSON: 1 to 5 by item; an item that is not there: cannot say
    comments   TEXT    NOT NULL,                            -- JSON: by item, and under "" of the whole
    total      BIGINT  NOT NULL,                            -- sum of the marks
    marked     BIGINT  NOT NULL CHECK (marked > 0),         -- how many items have one
    salt       TEXT    NOT NULL,                            -- hex; the trail keeps the HMAC of the content under it
    form_id    TEXT    NOT NULL,                            -- the same form sent twice gives once
    PRIMARY KEY (request_id, version),
    UNIQUE (request_id, form_id)
);

-- +goose Down
DROP TABLE review_sheet;
DROP TABLE review_request;
DROP TABLE review_panel;

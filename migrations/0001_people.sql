-- +goose Up
-- Who is here, where in the company they stand, and how they come in.

CREATE TABLE team (
    id         TEXT PRIMARY KEY,
    parent_id  TEXT REFERENCES team (id),
    name       TEXT   NOT NULL CHECK (name <> ''),
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX team_parent ON team (parent_id);

CREATE TABLE person (
    id            TEXT PRIMARY KEY,
    login         TEXT   NOT NULL CHECK (login <> ''),  -- folded to lower case
    name          TEXT   NOT NULL CHECK (name <> ''),
    email         TEXT   NOT NULL DEFAULT '',
    lang          TEXT   NOT NULL DEFAULT 'zh' CHECK (lang IN ('zh', 'en')),
    team_id       TEXT REFERENCES team (id),
    hired_on      TEXT,                                 -- YYYY-MM-DD
    state         TEXT   NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
    password_hash TEXT   NOT NULL DEFAULT '',           -- '' until a password was chosen
    sort_key      TEXT   NOT NULL,                      -- collation key of the name, hex
    search_key    TEXT   NOT NULL,                      -- folded name, login and e-mail
    created_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX person_login ON person (login);
CREATE INDEX person_team ON person (team_id);
CREATE INDEX person_sort ON person (sort_key, id);

CREATE TABLE person_role (
    person_id TEXT NOT NULL REFERENCES person (id),
    role      TEXT NOT NULL CHECK (role IN ('learner', 'manager', 'author', 'hr', 'inspector', 'admin')),
    PRIMARY KEY (person_id, role)
);

CREATE TABLE team_manager (
    team_id   TEXT NOT NULL REFERENCES team (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_manager_person ON team_manager (person_id);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,                        -- SHA-256 of the token in the cookie, hex
    id         TEXT   NOT NULL UNIQUE,                  -- what a page may show
    person_id  TEXT   NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    agent      TEXT   NOT NULL,
    address    TEXT   NOT NULL
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE one_time_link (
    token_hash TEXT PRIMARY KEY,
    purpose    TEXT   NOT NULL CHECK (purpose IN ('first_admin', 'password')),
    person_id  TEXT REFERENCES person (id),             -- none for the first administrator
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX one_time_link_person ON one_time_link (person_id);

CREATE TABLE api_token (
    id         TEXT PRIMARY KEY,                        -- the token's jti
    person_id  TEXT   NOT NULL REFERENCES person (id),
    name       TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,                         -- separated by spaces
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX api_token_person ON api_token (person_id);

CREATE TABLE throttle (
    name         TEXT PRIMARY KEY,                      -- what is counted: a login, an address
    failures     BIGINT NOT NULL,
    since        BIGINT NOT NULL,                       -- when the counting began
    blocked_till BIGINT NOT NULL
);

-- +goose Down
DROP TABLE throttle;
DROP TABLE api_token;
DROP TABLE one_time_link;
DROP TABLE session;
DROP TABLE team_manager;
DROP TABLE person_role;
DROP TABLE person;
DROP TABLE team;

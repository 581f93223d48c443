-- "user" is a reserved word.
CREATE TABLE administrator (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    failed_logins {int} NOT NULL,
    locked_until {int},
    created_at {int} NOT NULL
){strict};

CREATE TABLE session (
    token_hash {blob} NOT NULL PRIMARY KEY,
    user_id {blob} NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    csrf_hash {blob} NOT NULL,
    created_at {int} NOT NULL,
    last_seen_at {int} NOT NULL,
    expires_at {int} NOT NULL
){strict};
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_token (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash {blob} NOT NULL UNIQUE,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at {int} NOT NULL,
    created_by TEXT NOT NULL,
    expires_at {int},
    last_used_at {int}
){strict};

CREATE TABLE setup_token (
    hash {blob} NOT NULL PRIMARY KEY,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL
){strict};

CREATE TABLE audit (
    seq {int} NOT NULL PRIMARY KEY,
    at {int} NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash {blob} NOT NULL,
    hash {blob} NOT NULL
){strict};

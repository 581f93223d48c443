CREATE TABLE source (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    config TEXT NOT NULL,
    enabled {int} NOT NULL,
    schedule TEXT NOT NULL,
    created_at {int} NOT NULL,
    last_success_at {int},
    last_error TEXT
){strict};

CREATE TABLE category (
    id {blob} NOT NULL PRIMARY KEY,
    kind {int} NOT NULL,
    parent {blob},
    title TEXT NOT NULL
){strict};

CREATE TABLE update_revision (
    revision_id {int} NOT NULL PRIMARY KEY,
    update_id {blob} NOT NULL,
    number {int} NOT NULL,
    created_at {int} NOT NULL,
    body {blob} NOT NULL,
    UNIQUE (update_id, number)
){strict};

CREATE TABLE package_index (
    id {int} NOT NULL PRIMARY KEY,
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    uri TEXT NOT NULL,
    suite TEXT NOT NULL,
    component TEXT NOT NULL,
    architecture TEXT NOT NULL,
    anchor TEXT NOT NULL,
    body {blob} NOT NULL,
    content {blob} NOT NULL,
    UNIQUE (source_id, uri, suite, component, architecture)
){strict};

CREATE TABLE release_anchor (
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    uri TEXT NOT NULL,
    suite TEXT NOT NULL,
    anchor TEXT NOT NULL,
    PRIMARY KEY (source_id, uri, suite)
){strict};

CREATE TABLE sync_run (
    id {blob} NOT NULL PRIMARY KEY,
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    cause TEXT NOT NULL,
    extent TEXT NOT NULL,
    started_at {int} NOT NULL,
    ended_at {int},
    outcome TEXT,
    counts TEXT NOT NULL,
    error TEXT
){strict};
CREATE INDEX sync_run_by_time ON sync_run (started_at, id);
CREATE INDEX sync_run_by_source ON sync_run (source_id, started_at, id);

CREATE TABLE quarantine (
    id {blob} NOT NULL PRIMARY KEY,
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    item TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    first_at {int} NOT NULL,
    last_at {int} NOT NULL,
    attempts {int} NOT NULL,
    resolved_at {int},
    UNIQUE (source_id, item)
){strict};

CREATE TABLE alert (
    id {blob} NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    raised_at {int} NOT NULL,
    last_at {int} NOT NULL,
    cleared_at {int}
){strict};
CREATE UNIQUE INDEX alert_open ON alert (kind, subject) WHERE cleared_at IS NULL;
CREATE INDEX alert_by_time ON alert (raised_at, id);

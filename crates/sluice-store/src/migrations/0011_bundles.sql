-- Keys whose bundles may be imported.
CREATE TABLE bundle_signer (
    public_key {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    added_at {int} NOT NULL,
    added_by TEXT NOT NULL
){strict};

-- What the last bundle of a signer brought and the next one may take away.
CREATE TABLE bundle_brought (
    signer {blob} NOT NULL PRIMARY KEY,
    body {blob} NOT NULL
){strict};

-- The files are the SHA-1 of all that were carried by it and by those it goes on from.
CREATE TABLE bundle_export (
    id {blob} NOT NULL PRIMARY KEY,
    sequence {int} NOT NULL UNIQUE,
    previous {blob},
    started_at {int} NOT NULL,
    started_by TEXT NOT NULL,
    expires_at {int} NOT NULL,
    intended {blob},
    parts TEXT NOT NULL,
    content TEXT NOT NULL,
    revision {int} NOT NULL,
    ended_at {int},
    bytes {int} NOT NULL,
    documents {int} NOT NULL,
    files {int} NOT NULL,
    hash {blob} NOT NULL,
    carried {blob} NOT NULL
){strict};

CREATE TABLE bundle_import (
    id {blob} NOT NULL PRIMARY KEY,
    signer {blob} NOT NULL,
    site_id {blob} NOT NULL,
    site_name TEXT NOT NULL,
    sequence {int} NOT NULL,
    previous {blob},
    created_at {int} NOT NULL,
    hash {blob} NOT NULL,
    started_at {int} NOT NULL,
    started_by TEXT NOT NULL,
    parts TEXT NOT NULL,
    step TEXT NOT NULL,
    ended_at {int},
    documents {int} NOT NULL,
    files {int} NOT NULL,
    bytes {int} NOT NULL
){strict};
CREATE INDEX bundle_import_by_signer ON bundle_import (signer, sequence);

INSERT INTO counter (name, value) VALUES ('bundle', 0);

ALTER TABLE device ADD COLUMN kind TEXT NOT NULL DEFAULT 'linux';

-- A restore on PostgreSQL puts the check off to its end: the rows of a backup are in no order.
ALTER TABLE collection ADD COLUMN parent {blob} REFERENCES collection (id) DEFERRABLE INITIALLY IMMEDIATE;

-- What clients get of a revision, as it is sent. The body is last and its size beside it, so that a
-- walk over all rows reads no long body.
CREATE TABLE update_fragment (
    revision_id {int} NOT NULL REFERENCES update_revision (revision_id),
    kind {int} NOT NULL,
    language TEXT NOT NULL,
    plain_size {int} NOT NULL,
    packed {int} NOT NULL,
    size {int} NOT NULL,
    body {blob} NOT NULL,
    PRIMARY KEY (revision_id, kind, language)
){strict};

-- When something last changed in what clients are told of an update.
CREATE TABLE update_change (
    update_id {blob} NOT NULL PRIMARY KEY,
    change {int} NOT NULL
){strict};

INSERT INTO counter (name, value) VALUES ('change', 0), ('windows_event', 0);

CREATE TABLE declined (
    update_id {blob} NOT NULL PRIMARY KEY,
    at {int} NOT NULL,
    declined_by TEXT NOT NULL,
    reason TEXT NOT NULL
){strict};

CREATE TABLE deselected (
    category_id {blob} NOT NULL PRIMARY KEY
){strict};

CREATE TABLE windows_client (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    client_id TEXT NOT NULL,
    registered_at {int} NOT NULL,
    body {blob} NOT NULL
){strict};

-- Apart from the client, so that a scan rewrites a narrow row.
CREATE TABLE windows_scan (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    at {int} NOT NULL,
    error {int}
){strict};

-- The last full status of each device.
CREATE TABLE windows_status (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    at {int} NOT NULL,
    covered {int} NOT NULL,
    body {blob} NOT NULL
){strict};

CREATE TABLE windows_event (
    seq {int} NOT NULL PRIMARY KEY,
    device_id {blob} NOT NULL REFERENCES device (id),
    instance {blob} NOT NULL,
    received_at {int} NOT NULL,
    at {int} NOT NULL,
    event_id {int} NOT NULL,
    update_id {blob},
    revision {int} NOT NULL,
    result {int} NOT NULL,
    body {blob} NOT NULL,
    UNIQUE (device_id, instance)
){strict};
CREATE INDEX windows_event_by_device ON windows_event (device_id, seq);

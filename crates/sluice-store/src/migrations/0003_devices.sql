CREATE TABLE device (
    id {blob} NOT NULL PRIMARY KEY,
    number {int} NOT NULL UNIQUE,
    hostname TEXT NOT NULL,
    secret_hash {blob} NOT NULL,
    enrolled_at {int} NOT NULL,
    agent_version TEXT NOT NULL,
    removed_at {int}
){strict};

-- Apart from the device, so that a check-in rewrites a narrow row.
CREATE TABLE device_contact (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    at {int} NOT NULL
){strict};

CREATE TABLE device_inventory (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    hash {blob} NOT NULL,
    at {int} NOT NULL,
    body {blob} NOT NULL
){strict};

CREATE TABLE enrollment_token (
    id {blob} NOT NULL PRIMARY KEY,
    hash {blob} NOT NULL UNIQUE,
    uses_left {int} NOT NULL,
    expires_at {int} NOT NULL,
    created_at {int} NOT NULL,
    created_by TEXT NOT NULL
){strict};

CREATE TABLE device_event (
    device_id {blob} NOT NULL REFERENCES device (id),
    seq {int} NOT NULL,
    at {int} NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (device_id, seq)
){strict};

-- The reports taken in, so that one that comes twice counts once.
CREATE TABLE device_report (
    device_id {blob} NOT NULL REFERENCES device (id),
    serial {int} NOT NULL,
    PRIMARY KEY (device_id, serial)
){strict};

CREATE TABLE enforcement (
    device_id {blob} NOT NULL REFERENCES device (id),
    update_id {blob} NOT NULL,
    state {int} NOT NULL,
    code {int},
    detail TEXT NOT NULL,
    output TEXT NOT NULL,
    deployment_id {blob},
    at {int} NOT NULL,
    PRIMARY KEY (device_id, update_id)
){strict};
CREATE INDEX enforcement_by_update ON enforcement (update_id, device_id);

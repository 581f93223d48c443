-- Servers that synchronize from this site, and those below them, which they report.
CREATE TABLE downstream_server (
    id {blob} NOT NULL PRIMARY KEY,
    standing TEXT NOT NULL,
    parent {blob},
    name TEXT NOT NULL,
    added_at {int} NOT NULL,
    last_contact {int},
    body {blob} NOT NULL
){strict};

-- Devices that such servers report. A removed one stays until its server was told.
CREATE TABLE downstream_computer (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    reporter {blob} NOT NULL,
    server {blob} NOT NULL,
    removed {int} NOT NULL,
    body {blob} NOT NULL
){strict};

-- Apart from the device, so that a report of what it needs rewrites nothing else.
CREATE TABLE downstream_status (
    device_id {blob} NOT NULL PRIMARY KEY REFERENCES device (id),
    rollup {int} NOT NULL,
    at {int} NOT NULL,
    covered {int} NOT NULL,
    body {blob} NOT NULL
){strict};

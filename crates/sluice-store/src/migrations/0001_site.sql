-- Values of the site itself: epoch, keys, settings.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value {blob} NOT NULL
){strict};

-- Dense numbers; the last one given out.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value {int} NOT NULL
){strict};

INSERT INTO counter (name, value) VALUES
    ('revision', 0), ('index', 0), ('device', 0), ('device_event', 0), ('catalog_version', 0), ('restore', 0);

-- Where sources say that files of updates are.
CREATE TABLE content_origin (
    sha1 {blob} NOT NULL,
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    upstream_url TEXT NOT NULL,
    size {int},
    sha256 {blob},
    PRIMARY KEY (sha1, source_id)
){strict};
CREATE INDEX content_origin_by_source ON content_origin (source_id);

-- Files that could not be fetched, until they are.
CREATE TABLE content_failure (
    name TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    wrong {int} NOT NULL,
    attempts {int} NOT NULL,
    first_at {int} NOT NULL,
    last_at {int} NOT NULL,
    next_at {int} NOT NULL
){strict};

-- What decides whether a file that is here may be removed.
CREATE TABLE content_file (
    name TEXT NOT NULL PRIMARY KEY,
    uploaded_at {int},
    unwanted_since {int}
){strict};

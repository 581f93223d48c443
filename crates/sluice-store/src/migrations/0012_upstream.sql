-- How far this site has come with an upstream server, and who it is there.
CREATE TABLE upstream (
    source_id {blob} NOT NULL PRIMARY KEY REFERENCES source (id) ON DELETE CASCADE,
    account_id {blob} NOT NULL,
    server TEXT NOT NULL,
    lists_anchor TEXT,
    updates_anchor TEXT,
    filter TEXT,
    deployments_anchor TEXT
){strict};

-- What came from an upstream server and is changed only there.
CREATE TABLE inherited (
    kind TEXT NOT NULL,
    item {blob} NOT NULL,
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, item)
){strict};
CREATE INDEX inherited_by_source ON inherited (source_id);

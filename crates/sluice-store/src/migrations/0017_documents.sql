-- Only documents are kept: what clients get of them is derived from them when it is needed.
CREATE TABLE update_document (
    revision_id {int} NOT NULL PRIMARY KEY REFERENCES update_revision (revision_id),
    plain_size {int} NOT NULL,
    body {blob} NOT NULL
){strict};

INSERT INTO update_document (revision_id, plain_size, body)
    SELECT revision_id, plain_size, body FROM update_fragment WHERE kind = 3;

DROP TABLE update_fragment;

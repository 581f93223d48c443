CREATE TABLE licence_acceptance (
    licence_id {blob} NOT NULL PRIMARY KEY,
    at {int} NOT NULL,
    accepted_by TEXT NOT NULL
){strict};

-- One identity of a site, for bundles, servers and sites alike.
DELETE FROM meta WHERE name = 'server-id';

-- Sites that joined below this one. The body is what each last told of itself and the sites below it,
-- the server is what it is known as where it synchronizes.
CREATE TABLE child_site (
    id {blob} NOT NULL PRIMARY KEY,
    server {blob} NOT NULL,
    name TEXT NOT NULL,
    secret_hash {blob} NOT NULL,
    joined_at {int} NOT NULL,
    last_contact {int},
    left_at {int},
    body {blob} NOT NULL
){strict};

-- Tokens that sites join with. A used one stays until it expires: the same site may try again with it.
CREATE TABLE site_token (
    id {blob} NOT NULL PRIMARY KEY,
    hash {blob} NOT NULL UNIQUE,
    expires_at {int} NOT NULL,
    created_at {int} NOT NULL,
    created_by TEXT NOT NULL,
    used_by {blob}
){strict};

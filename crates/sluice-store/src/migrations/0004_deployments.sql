CREATE TABLE collection (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at {int} NOT NULL
){strict};

CREATE TABLE collection_member (
    collection_id {blob} NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    device_id {blob} NOT NULL REFERENCES device (id),
    PRIMARY KEY (collection_id, device_id)
){strict};
CREATE INDEX collection_member_by_device ON collection_member (device_id);

CREATE TABLE update_group (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at {int} NOT NULL
){strict};

CREATE TABLE update_group_member (
    group_id {blob} NOT NULL REFERENCES update_group (id) ON DELETE CASCADE,
    update_id {blob} NOT NULL,
    PRIMARY KEY (group_id, update_id)
){strict};

CREATE TABLE deployment (
    id {blob} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    collection_id {blob} NOT NULL REFERENCES collection (id),
    group_id {blob} REFERENCES update_group (id),
    intent TEXT NOT NULL,
    available_at {int} NOT NULL,
    deadline {int},
    restart TEXT NOT NULL,
    notification TEXT NOT NULL,
    enabled {int} NOT NULL,
    created_at {int} NOT NULL,
    created_by TEXT NOT NULL,
    cancelled_at {int}
){strict};
CREATE INDEX deployment_by_collection ON deployment (collection_id);
CREATE INDEX deployment_by_group ON deployment (group_id);

CREATE TABLE deployment_update (
    deployment_id {blob} NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    update_id {blob} NOT NULL,
    PRIMARY KEY (deployment_id, update_id)
){strict};

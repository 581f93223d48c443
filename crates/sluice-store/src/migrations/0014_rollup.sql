-- What an upstream server was last told of a device. A device that is gone stays until the next complete report.
CREATE TABLE rollup_sent (
    source_id {blob} NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    device_id {blob} NOT NULL,
    upstream {blob} NOT NULL,
    number {int} NOT NULL,
    details {int} NOT NULL,
    states {int} NOT NULL,
    removed_at {int},
    PRIMARY KEY (source_id, device_id)
){strict};

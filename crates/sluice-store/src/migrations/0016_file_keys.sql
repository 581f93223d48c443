-- Keys of encrypted files of updates; without a key, the revision to ask an upstream server for.
CREATE TABLE file_key (
    sha1 {blob} NOT NULL PRIMARY KEY,
    update_id {blob} NOT NULL,
    revision_number {int} NOT NULL,
    secret {blob}
){strict};

-- The files in mirrors' trees: what they take of the disk, when a client last asked for them, and
-- when their bytes were last read and compared. What is missing is found again by a walk.
CREATE TABLE file_use (
  mirror  TEXT    NOT NULL,
  name    TEXT    NOT NULL, -- as in held_file
  bytes   INTEGER NOT NULL,
  used_at INTEGER NOT NULL, -- epoch seconds, as is the next
  read_at INTEGER NOT NULL,
  PRIMARY KEY (mirror, name)
) WITHOUT ROWID;

CREATE INDEX file_use_used ON file_use (used_at);
CREATE INDEX file_use_read ON file_use (mirror, read_at);

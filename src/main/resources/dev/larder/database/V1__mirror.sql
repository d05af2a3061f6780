-- What we know of the bytes of a file in a mirror's tree. A row counts only while the file still has
-- this size and time; without one the file is read and checked before its first use.
CREATE TABLE held_file (
  mirror      TEXT    NOT NULL,
  path        TEXT    NOT NULL,
  size        INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  promise     TEXT    NOT NULL, -- what they were checked against
  sha256      TEXT    NOT NULL,
  etag        TEXT,             -- upstream's validator
  checked_at  INTEGER NOT NULL, -- epoch seconds of the last word from upstream
  PRIMARY KEY (mirror, path)
) WITHOUT ROWID;

-- What clients asked for last when: index paths and package names.
CREATE TABLE last_use (
  mirror TEXT    NOT NULL,
  name   TEXT    NOT NULL,
  at     INTEGER NOT NULL, -- epoch seconds
  PRIMARY KEY (mirror, name)
) WITHOUT ROWID;

-- What was read of the packages of our own repositories, in the format's own encoding. A row that is
-- missing is made anew from the package.
CREATE TABLE package_record (
  sha256 TEXT NOT NULL, -- of the package's file
  format TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (sha256, format)
) WITHOUT ROWID;

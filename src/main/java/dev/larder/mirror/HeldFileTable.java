package dev.larder.mirror;

import dev.larder.database.Database;
import dev.larder.store.Checksum;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The table `held_file`: what we know of the bytes in a mirror's tree.
final class HeldFileTable {
  private final Database database;
  private final String mirror;

  HeldFileTable(Database database, String mirror) {
    this.database = database;
    this.mirror = mirror;
  }

  /// What we know of a file; true as long as it has this size and time.
  ///
  /// @param name path below the mirror, or `held/` and a checksum
  /// @param size in bytes
  /// @param modifiedMillis the file's time
  /// @param promise key of what the bytes were checked against
  /// @param sha256 of the bytes
  /// @param etag upstream's validator, or null
  /// @param checkedAt epoch seconds of the last word from upstream
  record Row(
      String name,
      long size,
      long modifiedMillis,
      String promise,
      Checksum sha256,
      @Nullable String etag,
      long checkedAt) {
    Row checkedAt(long seconds) {
      return new Row(name, size, modifiedMillis, promise, sha256, etag, seconds);
    }

    Row named(String other) {
      return new Row(other, size, modifiedMillis, promise, sha256, etag, checkedAt);
    }

    Row promised(String key) {
      return new Row(name, size, modifiedMillis, key, sha256, etag, checkedAt);
    }
  }

  @Nullable Row find(String name) {
    return database.with(handle ->
        handle
            .createQuery(
                "SELECT size, modified_ms, promise, sha256, etag, checked_at FROM held_file"
                    + " WHERE mirror = :mirror AND path = :path")
            .bind("mirror", mirror)
            .bind("path", name)
            .map((rs, ctx) ->
                new Row(
                    name,
                    rs.getLong(1),
                    rs.getLong(2),
                    rs.getString(3),
                    new Checksum(Checksum.Algorithm.SHA256, rs.getString(4)),
                    rs.getString(5),
                    rs.getLong(6)))
            .findOne()
            .orElse(null));
  }

  void put(Collection<Row> rows) {
    database.transact(handle -> {
      for (Row row : rows) {
        handle
            .createUpdate(
                "INSERT INTO held_file VALUES"
                    + " (:mirror, :path, :size, :ms, :promise, :sha256, :etag, :checked)"
                    + " ON CONFLICT (mirror, path) DO UPDATE SET size = excluded.size,"
                    + " modified_ms = excluded.modified_ms, promise = excluded.promise,"
                    + " sha256 = excluded.sha256, etag = excluded.etag,"
                    + " checked_at = excluded.checked_at")
            .bind("mirror", mirror)
            .bind("path", row.name())
            .bind("size", row.size())
            .bind("ms", row.modifiedMillis())
            .bind("promise", row.promise())
            .bind("sha256", row.sha256().hex())
            .bind("etag", row.etag())
            .bind("checked", row.checkedAt())
            .execute();
      }
    });
  }

  void remove(String name) {
    database.transact(handle ->
        handle
            .createUpdate("DELETE FROM held_file WHERE mirror = :mirror AND path = :path")
            .bind("mirror", mirror)
            .bind("path", name)
            .execute());
  }
}

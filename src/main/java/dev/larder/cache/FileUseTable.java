package dev.larder.cache;

import dev.larder.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The table `file_use`: the files of mirrors, what they take, when they were asked for and read.
final class FileUseTable {
  private final Database database;

  FileUseTable(Database database) {
    this.database = database;
  }

  /// A file.
  ///
  /// @param bytes what it takes of the disk
  /// @param usedAt when it was last asked for, epoch seconds
  /// @param readAt when its bytes were last read and compared, epoch seconds; 0 if never
  record Row(String mirror, String name, long bytes, long usedAt, long readAt) {}

  /// A change of a row that is not written yet.
  sealed interface Change {
    /// It came.
    record Stored(long bytes, long at) implements Change {}

    /// It was asked for.
    record Used(long at) implements Change {}

    /// It went.
    record Gone() implements Change {}
  }

  void apply(String mirror, Map<String, Change> changes) {
    database.transact(handle ->
        changes.forEach((name, change) -> {
          switch (change) {
            case Change.Stored(long bytes, long at) ->
                put(handle, new Row(mirror, name, bytes, at, at));
            case Change.Used(long at) ->
                handle.execute(
                    "UPDATE file_use SET used_at = max(used_at, ?) WHERE mirror = ? AND name = ?",
                    at,
                    mirror,
                    name);
            case Change.Gone() ->
                handle.execute("DELETE FROM file_use WHERE mirror = ? AND name = ?", mirror, name);
          }
        }));
  }

  private static void put(Handle handle, Row row) {
    handle.execute(
        "INSERT INTO file_use VALUES (?, ?, ?, ?, ?) ON CONFLICT (mirror, name) DO UPDATE SET"
            + " bytes = excluded.bytes, used_at = max(used_at, excluded.used_at),"
            + " read_at = excluded.read_at",
        row.mirror(),
        row.name(),
        row.bytes(),
        row.usedAt(),
        row.readAt());
  }

  /// Adds those of which there is no row.
  void addMissing(Collection<Row> rows) {
    database.transact(handle -> {
      PreparedBatch batch =
          handle.prepareBatch("INSERT OR IGNORE INTO file_use VALUES (?, ?, ?, ?, ?)");
      for (Row row : rows) {
        batch.add(row.mirror(), row.name(), row.bytes(), row.usedAt(), row.readAt());
      }
      batch.execute();
    });
  }

  /// Those that were asked for before `earliest` were asked for at `now`.
  void date(long earliest, long now) {
    database.transact(handle ->
        handle.execute("UPDATE file_use SET used_at = ? WHERE used_at < ?", now, earliest));
  }

  void remove(String mirror, Collection<String> names) {
    database.transact(handle -> {
      PreparedBatch batch =
          handle.prepareBatch("DELETE FROM file_use WHERE mirror = ? AND name = ?");
      names.forEach(name -> batch.add(mirror, name));
      batch.execute();
    });
  }

  /// It was read and is what it was.
  void read(String mirror, String name, long at) {
    database.transact(handle ->
        handle.execute(
            "UPDATE file_use SET read_at = ? WHERE mirror = ? AND name = ?", at, mirror, name));
  }

  private static Row row(ResultSet columns, StatementContext context) throws SQLException {
    return new Row(
        columns.getString(1),
        columns.getString(2),
        columns.getLong(3),
        columns.getLong(4),
        columns.getLong(5));
  }

  /// Those that were asked for longest ago, first.
  ///
  /// @param after the last of the page before, or null
  List<Row> oldest(@Nullable Row after, int limit) {
    return database.with(handle ->
        handle
            .createQuery(
                "SELECT mirror, name, bytes, used_at, read_at FROM file_use"
                    + " WHERE (used_at, mirror, name) > (:used, :mirror, :name)"
                    + " ORDER BY used_at, mirror, name LIMIT :limit")
            .bind("used", after == null ? Long.MIN_VALUE : after.usedAt())
            .bind("mirror", after == null ? "" : after.mirror())
            .bind("name", after == null ? "" : after.name())
            .bind("limit", limit)
            .map(FileUseTable::row)
            .list());
  }

  /// Files of a mirror that were read before `since`, those longest ago first.
  List<Row> unread(String mirror, long since, int limit) {
    return database.with(handle ->
        handle
            .createQuery(
                "SELECT mirror, name, bytes, used_at, read_at FROM file_use"
                    + " WHERE mirror = :mirror AND read_at < :since ORDER BY read_at LIMIT :limit")
            .bind("mirror", mirror)
            .bind("since", since)
            .bind("limit", limit)
            .map(FileUseTable::row)
            .list());
  }

  /// Names of a mirror's files in their order.
  ///
  /// @param after only those after this one; empty for all
  List<String> names(String mirror, String after, int limit) {
    return database.with(handle ->
        handle
            .createQuery(
                "SELECT name FROM file_use WHERE mirror = :mirror AND name > :after"
                    + " ORDER BY name LIMIT :limit")
            .bind("mirror", mirror)
            .bind("after", after)
            .bind("limit", limit)
            .mapTo(String.class)
            .list());
  }

  /// What all files of a mirror take.
  long sum(String mirror) {
    return database.with(handle ->
        handle
            .createQuery("SELECT coalesce(sum(bytes), 0) FROM file_use WHERE mirror = :mirror")
            .bind("mirror", mirror)
            .mapTo(Long.class)
            .one());
  }
}

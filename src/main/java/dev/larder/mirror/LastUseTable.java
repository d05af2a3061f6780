package dev.larder.mirror;

import dev.larder.database.Database;
import java.util.HashMap;
import java.util.Map;

/// The table `last_use`: what clients asked a mirror for last when.
final class LastUseTable {
  private final Database database;
  private final String mirror;

  LastUseTable(Database database, String mirror) {
    this.database = database;
    this.mirror = mirror;
  }

  /// Everything whose name begins with `prefix` that was used since `seconds` (epoch), with the
  /// time of its last use.
  Map<String, Long> since(String prefix, long seconds) {
    return database.with(handle -> {
      Map<String, Long> uses = new HashMap<>();
      handle
          .createQuery(
              "SELECT name, at FROM last_use WHERE mirror = :mirror AND at >= :since"
                  + " AND substr(name, 1, length(:prefix)) = :prefix")
          .bind("mirror", mirror)
          .bind("since", seconds)
          .bind("prefix", prefix)
          .map((rs, ctx) -> Map.entry(rs.getString(1), rs.getLong(2)))
          .forEach(use -> uses.put(use.getKey(), use.getValue()));
      return uses;
    });
  }

  /// When `name` was last used, epoch seconds; 0 if that is not known.
  long last(String name) {
    return database.with(handle ->
        handle
            .createQuery("SELECT at FROM last_use WHERE mirror = :mirror AND name = :name")
            .bind("mirror", mirror)
            .bind("name", name)
            .mapTo(Long.class)
            .findOne()
            .orElse(0L));
  }

  /// Forgets what was last used before `seconds` (epoch).
  void removeBefore(long seconds) {
    database.transact(handle ->
        handle
            .createUpdate("DELETE FROM last_use WHERE mirror = :mirror AND at < :since")
            .bind("mirror", mirror)
            .bind("since", seconds)
            .execute());
  }

  /// What was last used before `earliest` was at `now`; both in epoch seconds.
  void date(long earliest, long now) {
    database.transact(handle ->
        handle
            .createUpdate("UPDATE last_use SET at = :now WHERE mirror = :mirror AND at < :earliest")
            .bind("now", now)
            .bind("mirror", mirror)
            .bind("earliest", earliest)
            .execute());
  }

  void put(Map<String, Long> uses) {
    database.transact(handle -> {
      for (Map.Entry<String, Long> use : uses.entrySet()) {
        handle
            .createUpdate(
                "INSERT INTO last_use VALUES (:mirror, :name, :at)"
                    + " ON CONFLICT (mirror, name) DO UPDATE SET at = max(at, excluded.at)")
            .bind("mirror", mirror)
            .bind("name", use.getKey())
            .bind("at", use.getValue())
            .execute();
      }
    });
  }
}

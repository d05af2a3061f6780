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

  /// Everything used since `seconds` (epoch), with the time of its last use.
  Map<String, Long> since(long seconds) {
    return database.with(handle -> {
      Map<String, Long> uses = new HashMap<>();
      handle
          .createQuery("SELECT name, at FROM last_use WHERE mirror = :mirror AND at >= :since")
          .bind("mirror", mirror)
          .bind("since", seconds)
          .map((rs, ctx) -> Map.entry(rs.getString(1), rs.getLong(2)))
          .forEach(use -> uses.put(use.getKey(), use.getValue()));
      return uses;
    });
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

package dev.larder.repo;

import dev.larder.database.Database;
import dev.larder.store.Checksum;
import java.util.Map;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// The table `package_record`: what was read of packages, so that they need not be read again. A
/// row that is missing is made anew from the package's file.
final class PackageTable {
  private final Database database;
  private final String format;

  PackageTable(Database database, String format) {
    this.database = database;
    this.format = format;
  }

  byte @Nullable [] find(Checksum file) {
    return database.with(handle ->
        handle
            .createQuery(
                "SELECT record FROM package_record WHERE sha256 = :sha256 AND format = :format")
            .bind("sha256", file.hex())
            .bind("format", format)
            .map((rs, _) -> rs.getBytes(1))
            .findOne()
            .orElse(null));
  }

  void put(Map<Checksum, byte[]> records) {
    database.transact(handle -> {
      if (!records.isEmpty()) {
        PreparedBatch rows =
            handle.prepareBatch(
                "INSERT OR REPLACE INTO package_record VALUES (:sha256, :format, :record)");
        for (Map.Entry<Checksum, byte[]> each : records.entrySet()) {
          rows.bind("sha256", each.getKey().hex())
              .bind("format", format)
              .bind("record", each.getValue())
              .add();
        }
        rows.execute();
      }
    });
  }

  void remove(Iterable<Checksum> files) {
    database.transact(handle -> {
      for (Checksum file : files) {
        handle
            .createUpdate("DELETE FROM package_record WHERE sha256 = :sha256")
            .bind("sha256", file.hex())
            .execute();
      }
    });
  }
}

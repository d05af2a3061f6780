package dev.larder.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  @TempDir Path directory;

  private static int rows(Database database) {
    return database.with(
        handle -> handle.createQuery("SELECT count(*) FROM last_use").mapTo(Integer.class).one());
  }

  @Test
  void keepsWhatWasWritten() throws IOException {
    Path file = directory.resolve("larder.db");
    try (Database database = Database.open(file, InstantSource.system())) {
      database.transact(
          handle -> handle.execute("INSERT INTO last_use VALUES ('arch', 'index a', 1)"));
    }
    try (Database database = Database.open(file, InstantSource.system())) {
      assertThat(rows(database)).isEqualTo(1);
    }
  }

  @Test
  void aBrokenFileIsPutAsideAndMadeAnew() throws IOException {
    Path file = directory.resolve("larder.db");
    Files.writeString(file, "this is no database, whatever its name says ".repeat(200));
    try (Database database = Database.open(file, InstantSource.system())) {
      assertThat(rows(database)).isZero();
    }
    try (var files = Files.list(directory)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .anyMatch(name -> name.startsWith("larder.db.broken-"));
    }
  }
}

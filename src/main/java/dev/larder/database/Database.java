package dev.larder.database;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteDataSource;

/// The SQLite database. Holds nothing that cannot be found out again: a broken file is put aside
/// and a new one made.
///
/// One connection, one user at a time: every statement here takes microseconds, and none is on the
/// way of a request that is answered from memory.
public final class Database implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Connection connection;
  private final Jdbi jdbi;

  private Database(Connection connection) {
    this.connection = connection;
    this.jdbi = Jdbi.create(connection);
  }

  /// Opens or creates the database and brings its tables up to date.
  ///
  /// @throws IOException if not even a new one can be made, or none on this machine
  public static Database open(Path file, InstantSource clock) throws IOException {
    String trouble = trouble();
    if (trouble != null) {
      throw new IOException(
          trouble
              + "; it is unpacked into "
              + System.getProperty("java.io.tmpdir")
              + ", from which programs must be allowed to run (no noexec):"
              + " LARDER_JAVA_OPTS=-Djava.io.tmpdir=DIRECTORY names another place");
    }
    try {
      return migrated(file);
    } catch (SQLException | FlywayException e) {
      Path aside =
          file.resolveSibling(file.getFileName() + ".broken-" + clock.instant().getEpochSecond());
      LOG.warn(
          "{} cannot be read ({}); it is put aside as {} and made anew, nothing is lost by that",
          file,
          e.getMessage(),
          aside.getFileName());
      putAside(file, aside);
      try {
        return migrated(file);
      } catch (SQLException | FlywayException second) {
        throw new IOException(
            "the database " + file + " cannot be made: " + second.getMessage(), second);
      }
    }
  }

  /// Why no database can be opened on this machine, whatever its file; null if one can.
  public static @Nullable String trouble() {
    try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      return memory.isValid(1) ? null : "SQLite does not answer";
    } catch (SQLException | LinkageError e) {
      return "SQLite's native library cannot be used: " + e.getMessage();
    }
  }

  private static void putAside(Path file, Path aside) throws IOException {
    if (Files.exists(file)) {
      Files.move(file, aside);
    }
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-shm"));
  }

  private static Database migrated(Path file) throws SQLException {
    String url = "jdbc:sqlite:" + file;
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl(url);
    Flyway.configure()
        .dataSource(source)
        .locations("classpath:dev/larder/database")
        .load()
        .migrate();
    Properties pragmas = new Properties();
    pragmas.setProperty("journal_mode", "WAL");
    // A lost commit only means that a file is read once more; a torn database cannot happen.
    pragmas.setProperty("synchronous", "NORMAL");
    pragmas.setProperty("busy_timeout", "5000");
    return new Database(DriverManager.getConnection(url, pragmas));
  }

  /// Runs `work` and returns what it returns.
  public <T, X extends Exception> T with(HandleCallback<T, X> work) throws X {
    lock.lock();
    try {
      return jdbi.withHandle(work);
    } finally {
      lock.unlock();
    }
  }

  /// Runs `work` in one transaction.
  public <X extends Exception> void transact(HandleConsumer<X> work) throws X {
    lock.lock();
    try {
      jdbi.useTransaction(work);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException("closing the database", e);
    } finally {
      lock.unlock();
    }
  }
}

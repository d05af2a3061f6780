package dev.larder;

import dev.larder.repo.Batch;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.testing.Curl;
import dev.larder.testing.Temporary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A whole Larder with one repository of its own and a mirror that nobody asks.
final class HostedLarder implements AutoCloseable {
  private final TestLarder larder;
  private final String name;

  private HostedLarder(TestLarder larder, String name) {
    this.larder = larder;
    this.name = name;
  }

  /// One with `[repo.internal]` of format pacman.
  static HostedLarder pacman(String... lines) {
    return of("internal", "pacman", lines);
  }

  /// One with `[repo.ports]` of format freebsd-pkg, for FreeBSD:14:amd64 unless `lines` say else.
  static HostedLarder freebsd(String... lines) {
    List<String> all = new ArrayList<>(List.of(lines));
    if (all.stream().noneMatch(line -> line.startsWith("abi"))) {
      all.add("abi = \"FreeBSD:14:amd64\"");
    }
    return of("ports", "freebsd-pkg", all.toArray(String[]::new));
  }

  private static HostedLarder of(String name, String format, String... lines) {
    List<String> tables =
        new ArrayList<>(TestLarder.mirrorTable("arch", "pacman", List.of(), "http://127.0.0.1:9"));
    tables.add("[repo." + name + "]");
    tables.add("format = \"" + format + "\"");
    tables.addAll(List.of(lines));
    return new HostedLarder(TestLarder.tables(Temporary.directory("larder"), "arch", tables), name);
  }

  TestLarder larder() {
    return larder;
  }

  Repository repository() {
    Repository found = larder.larder().repositories().find(name);
    if (found == null) {
      throw new IllegalStateException("no repository " + name);
    }
    return found;
  }

  /// Base URL of the repository without a slash at the end.
  String url() {
    return larder.top() + "/repo/" + name;
  }

  /// Adds packages as one batch.
  Repository.Done add(List<Path> files) {
    return add(files, false, null);
  }

  Repository.Done add(List<Path> files, boolean downgrade, @Nullable OnConflict onConflict) {
    try {
      return tryAdd(files, downgrade, onConflict);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Repository.Done tryAdd(List<Path> files, boolean downgrade, @Nullable OnConflict onConflict)
      throws IOException {
    try (Batch batch = repository().batch()) {
      for (Path file : files) {
        try (InputStream bytes = Files.newInputStream(file)) {
          batch.put(file.getFileName().toString(), bytes, null);
        }
      }
      return batch.commit(downgrade, onConflict);
    }
  }

  /// The public key clients are given, in a file.
  Path publicKey(String file) {
    try {
      return Files.write(
          Temporary.directory("larder-key").resolve(file),
          Curl.get(url() + "/" + file).body().copy());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void restart() {
    larder.stop();
    larder.start();
  }

  /// The file at `path` of the tree.
  Path file(String path) {
    return larder.data().resolve("tree/repo").resolve(name).resolve(path);
  }

  @Override
  public void close() {
    larder.close();
  }
}

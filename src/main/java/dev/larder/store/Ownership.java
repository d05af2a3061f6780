package dev.larder.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether the data is ours to write. What another user, root above all, writes into a server's
/// data, that server can neither read nor replace afterwards: so nobody but its user serves from
/// it.
final class Ownership {
  private Ownership() {}

  /// Refuses a data directory of another user, and leaves it as it was. What belongs to root and
  /// holds no data yet is ours if we may write there: that is how volumes are lent to containers.
  ///
  /// @return whether the directory itself is ours too
  /// @throws IOException with a sentence for the operator if it is another's, or not writable
  static boolean check(Layout layout) throws IOException {
    Path data = layout.data();
    Owner made = Owner.of(Files.exists(layout.version()) ? layout.version() : data);
    Owner own;
    try {
      own = ours(data);
    } catch (IOException e) {
      throw new IOException(
          "the data directory %s is not writable: %s; it belongs to %s"
              .formatted(data, e.getClass().getSimpleName().replace("Exception", ""), made.name()),
          e);
    }
    boolean lent = !Files.exists(layout.version()) && made.isRoot();
    if (!made.sameUser(own) && !lent) {
      throw new IOException(
          "the data in %s belongs to %s, and this is %s; run larder serve as that user, or give it another data directory"
              .formatted(data, made.name(), own.name()));
    }
    return Owner.of(data).sameUser(own);
  }

  /// Who we are to the file system, which may know us by another name.
  private static Owner ours(Path directory) throws IOException {
    Path made = Files.createTempFile(directory, ".new-", "");
    try {
      return Owner.of(made);
    } finally {
      Files.deleteIfExists(made);
    }
  }
}

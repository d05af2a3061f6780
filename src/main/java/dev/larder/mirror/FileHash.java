package dev.larder.mirror;

import dev.larder.cache.Stock;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads whole files to compare them with their checksums.
final class FileHash {
  private FileHash() {}

  static Hashing.Result of(Path file, Checksum expected) throws IOException {
    try {
      return of(file, expected, Stock.Pace.NONE);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nothing waits here", e);
    }
  }

  static Hashing.Result of(Path file, Checksum expected, Stock.Pace pace)
      throws IOException, InterruptedException {
    Hashing hashing = new Hashing(expected);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hashing.update(buffer, 0, n);
        pace.read(n);
      }
    }
    return hashing.finish();
  }

  /// Whether bytes that were checked against another kind of checksum, or against none, are those
  /// of `promise`: an index may change from one algorithm to another, and a package may be here
  /// before its index.
  static boolean holdsByAnotherName(Path file, HeldFileTable.Row row, Promise promise)
      throws IOException {
    Checksum checksum = promise.expected().checksum();
    boolean comparable =
        checksum == null
            || checksum.algorithm() == Checksum.Algorithm.SHA256
            || row.promise().startsWith(checksum.algorithm().id() + ":");
    Expected expected = promise.expected();
    boolean sizeFits = !expected.hasSize() || expected.size() == row.size();
    return checksum != null && !comparable && sizeFits && of(file, checksum).asExpected();
  }
}

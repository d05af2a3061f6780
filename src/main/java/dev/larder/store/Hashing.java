package dev.larder.store;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// Computes the SHA-256 of bytes as they come, and beside it whatever other checksum an index
/// promises.
public final class Hashing {
  private final MessageDigest sha256 = Checksum.Algorithm.SHA256.digest();
  private final @Nullable Checksum expected;
  private final @Nullable MessageDigest other;

  /// Starts at the first byte.
  ///
  /// @param expected what the bytes should have, or null if nothing is promised
  public Hashing(@Nullable Checksum expected) {
    this.expected = expected;
    this.other =
        expected == null || expected.algorithm() == Checksum.Algorithm.SHA256
            ? null
            : expected.algorithm().digest();
  }

  /// The next bytes.
  public void update(byte[] buffer, int from, int length) {
    sha256.update(buffer, from, length);
    MessageDigest second = other;
    if (second != null) {
      second.update(buffer, from, length);
    }
  }

  /// Ends it.
  public Result finish() {
    Checksum bytes = Checksum.of(Checksum.Algorithm.SHA256, sha256);
    MessageDigest second = other;
    Checksum promised = expected;
    if (promised == null) {
      return new Result(bytes, true);
    }
    Checksum actual = second == null ? bytes : Checksum.of(promised.algorithm(), second);
    return new Result(bytes, actual.equals(promised));
  }

  /// What the bytes are.
  ///
  /// @param sha256 of them
  /// @param asExpected whether they have the promised checksum, or none was promised
  public record Result(Checksum sha256, boolean asExpected) {}
}

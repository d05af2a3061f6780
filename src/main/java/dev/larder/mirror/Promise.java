package dev.larder.mirror;

import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import org.jspecify.annotations.Nullable;

/// What the bytes at a path must be to be the right ones: what an index says of them, and a key
/// under which bytes that passed are remembered. Same path, other key is another file.
///
/// @param key identifies the right bytes
/// @param expected what can be checked
record Promise(String key, Expected expected) {
  private static final String UNVERIFIED = "unverified";

  /// What an index says.
  static Promise of(Expected expected) {
    Checksum checksum = expected.checksum();
    return new Promise(
        checksum != null ? checksum.toString() : "size:" + expected.size(), expected);
  }

  /// A file that belongs to the bytes `owner` promises, and that no index describes.
  static Promise companionOf(Promise owner) {
    return new Promise("with " + owner.key, Expected.NOTHING);
  }

  /// Nothing is known of the bytes.
  static Promise unverified() {
    return new Promise(UNVERIFIED, Expected.NOTHING);
  }

  /// Whether reading the bytes can tell whether they are right.
  boolean provable() {
    return expected.checksum() != null;
  }

  /// Whether nothing is known.
  boolean isUnverified() {
    return key.equals(UNVERIFIED);
  }

  /// The entity tag of the right bytes if it is known before they are; else null.
  @Nullable String etag() {
    Checksum checksum = expected.checksum();
    return checksum == null || !checksum.algorithm().ofExactBytes() ? null : etag(checksum);
  }

  /// The SHA-256 of the right bytes if it is known before they are; else null.
  @Nullable Checksum sha256() {
    Checksum checksum = expected.checksum();
    return checksum != null && checksum.algorithm() == Checksum.Algorithm.SHA256 ? checksum : null;
  }

  /// Strong entity tag of the bytes with this checksum.
  static String etag(Checksum checksum) {
    return "\"" + checksum.algorithm().id() + "-" + checksum.hex() + "\"";
  }
}

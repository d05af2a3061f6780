package dev.larder.testing;

import java.util.Arrays;
import java.util.Random;

/// Bytes that do not change.
public final class Bytes {
  private final byte[] bytes;

  /// A copy of `bytes`.
  public Bytes(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /// `size` bytes that compress badly and are the same for the same seed.
  public static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// How many.
  public int size() {
    return bytes.length;
  }

  /// A copy of all.
  public byte[] copy() {
    return bytes.clone();
  }

  /// Not copied: for reading only, inside this package.
  byte[] raw() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes same && Arrays.equals(bytes, same.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}

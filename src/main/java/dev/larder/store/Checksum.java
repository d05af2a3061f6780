package dev.larder.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bouncycastle.jcajce.provider.digest.Blake2b;
import org.bouncycastle.jcajce.provider.digest.Blake2s;

/// A checksum of some bytes.
///
/// @param algorithm how it was computed
/// @param hex the value in lower-case hexadecimal
public record Checksum(Algorithm algorithm, String hex) {
  /// A checksum algorithm an index may use.
  public enum Algorithm {
    /// MD5: finds accidents only; old pacman databases carry nothing else.
    MD5("MD5", "md5", 32),
    /// SHA-512.
    SHA512("SHA-512", "sha512", 128),
    /// BLAKE2b of 512 bits (RFC 7693), which FreeBSD's catalogues carry; the JDK has none.
    BLAKE2B("BLAKE2B-512", "blake2b", 128) {
      @Override
      public MessageDigest digest() {
        return new Blake2b.Blake2b512();
      }
    },
    /// BLAKE2s of 256 bits (RFC 7693).
    BLAKE2S("BLAKE2S-256", "blake2s", 64) {
      @Override
      public MessageDigest digest() {
        return new Blake2s.Blake2s256();
      }
    },
    /// SHA-256.
    SHA256("SHA-256", "sha256", 64),
    /// The SHA-256 of what a gzip file holds, for files that are named after their content. Bytes
    /// that are not exactly one whole gzip member get a value that nobody can want.
    GUNZIPPED_SHA256("SHA-256", "gunzipped-sha256", 64);

    private final String jcaName;
    private final String id;
    private final int hexLength;

    Algorithm(String jcaName, String id, int hexLength) {
      this.jcaName = jcaName;
      this.id = id;
      this.hexLength = hexLength;
    }

    /// A new digest of this algorithm.
    public MessageDigest digest() {
      if (this == GUNZIPPED_SHA256) {
        return new GunzippedDigest();
      }
      try {
        return MessageDigest.getInstance(jcaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(jcaName + " is missing from this Java runtime", e);
      }
    }

    /// Whether two files with the same checksum have the same bytes. Only of such a checksum may a
    /// strong entity tag be made.
    public boolean ofExactBytes() {
      return this != GUNZIPPED_SHA256;
    }

    /// The name used in keys and manifests: `sha256`.
    public String id() {
      return id;
    }
  }

  /// Checks the value's length and alphabet.
  public Checksum {
    if (hex.length() != algorithm.hexLength
        || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      throw new IllegalArgumentException("not a " + algorithm.id + " checksum: " + hex);
    }
  }

  /// The checksum a finished digest holds; resets the digest.
  public static Checksum of(Algorithm algorithm, MessageDigest digest) {
    return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
  }

  /// The SHA-256 of `bytes`.
  public static Checksum sha256(byte[] bytes) {
    MessageDigest digest = Algorithm.SHA256.digest();
    digest.update(bytes);
    return of(Algorithm.SHA256, digest);
  }

  /// The SHA-256 of the bytes of a file.
  ///
  /// @throws IOException if it cannot be read
  public static Checksum sha256(Path file) throws IOException {
    MessageDigest digest = Algorithm.SHA256.digest();
    byte[] buffer = new byte[1 << 17];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return of(Algorithm.SHA256, digest);
  }

  /// Reads the form [#toString()] writes.
  ///
  /// @throws IllegalArgumentException if it is not of that form
  public static Checksum parse(String text) {
    int colon = text.indexOf(':');
    for (Algorithm algorithm : Algorithm.values()) {
      if (colon > 0 && algorithm.id.equals(text.substring(0, colon))) {
        return new Checksum(algorithm, text.substring(colon + 1));
      }
    }
    throw new IllegalArgumentException("not a checksum: " + text);
  }

  /// The raw value.
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return algorithm.id + ":" + hex;
  }
}

package dev.larder.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// What a token looks like, and how its hash is written.
///
/// 256 random bits in hexadecimal behind `larder_`, so that scanners for leaked secrets can
/// recognise it. A fast hash is enough for so many random bits.
final class TokenSecret {
  private static final String PREFIX = "larder_";
  private static final int RANDOM_BYTES = 32;

  /// The form of a token.
  static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{" + 2 * RANDOM_BYTES + "}");

  private static final String HASH_PREFIX = "sha256:";
  private static final Pattern HASH_FORM = Pattern.compile(HASH_PREFIX + "[0-9a-f]{64}");

  private TokenSecret() {}

  /// A new one.
  static String fresh() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return PREFIX + HexFormat.of().formatHex(random);
  }

  /// SHA-256 of its UTF-8 bytes.
  static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// `sha256:` and 64 hexadecimal digits.
  static String hashText(byte[] hash) {
    return HASH_PREFIX + HexFormat.of().formatHex(hash);
  }

  /// Reads what [#hashText] writes.
  ///
  /// @throws IllegalArgumentException if it is something else; the message does not repeat it,
  ///   since it may be the secret itself
  static byte[] hashOf(String text) {
    if (!HASH_FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a hash is sha256: and 64 hexadecimal digits; make it with \"larder token hash\"");
    }
    return HexFormat.of().parseHex(text, HASH_PREFIX.length(), text.length());
  }
}

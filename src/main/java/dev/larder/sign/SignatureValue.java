package dev.larder.sign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A signature as gpg-agent gives it: an S-expression in libgcrypt's canonical form, `(7:sig-val
/// (5:eddsa(1:r32:...)(1:s32:...)))` without the spaces.
final class SignatureValue {
  private static final int MAX_DEPTH = 8;

  private final byte[] bytes;
  private int at;

  private SignatureValue(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Its numbers in the order OpenPGP writes them.
  ///
  /// @throws IOException if it is none of that algorithm
  static List<byte[]> numbers(byte[] bytes, KeyAlgorithm algorithm) throws IOException {
    Object value = new SignatureValue(bytes).read(0);
    return switch (algorithm) {
      case KeyAlgorithm.Ed25519 _ -> numbers(value, "eddsa", List.of("r", "s"));
      case KeyAlgorithm.Nist _ -> numbers(value, "ecdsa", List.of("r", "s"));
      case KeyAlgorithm.Rsa _ -> numbers(value, "rsa", List.of("s"));
    };
  }

  private static List<byte[]> numbers(Object value, String algorithm, List<String> names)
      throws IOException {
    if (value instanceof List<?> outer
        && outer.size() == 2
        && isWord(outer.getFirst(), "sig-val")
        && outer.get(1) instanceof List<?> inner
        && !inner.isEmpty()
        && isWord(inner.getFirst(), algorithm)) {
      List<byte[]> numbers = new ArrayList<>();
      for (String name : names) {
        for (Object part : inner) {
          if (part instanceof List<?> pair
              && pair.size() == 2
              && isWord(pair.getFirst(), name)
              && pair.get(1) instanceof byte[] number) {
            numbers.add(number);
          }
        }
      }
      if (numbers.size() == names.size()) {
        return numbers;
      }
    }
    throw new IOException("the gpg-agent's answer is no " + algorithm + " signature");
  }

  private static boolean isWord(Object value, String word) {
    return value instanceof byte[] bytes
        && new String(bytes, StandardCharsets.ISO_8859_1).equals(word);
  }

  // Lists of lists and bytes.
  private Object read(int depth) throws IOException {
    if (peek() != '(') {
      return readBytes();
    }
    if (depth > MAX_DEPTH) {
      throw malformed();
    }
    at++;
    List<Object> parts = new ArrayList<>();
    while (peek() != ')') {
      parts.add(read(depth + 1));
    }
    at++;
    return parts;
  }

  private byte[] readBytes() throws IOException {
    int length = 0;
    int digits = 0;
    while (peek() >= '0' && peek() <= '9' && digits < 6) {
      length = 10 * length + peek() - '0';
      at++;
      digits++;
    }
    if (digits == 0 || peek() != ':' || length > bytes.length - at - 1) {
      throw malformed();
    }
    at++;
    byte[] value = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return value;
  }

  private int peek() throws IOException {
    if (at >= bytes.length) {
      throw malformed();
    }
    return bytes[at];
  }

  private static IOException malformed() {
    return new IOException("the gpg-agent's answer is no S-expression");
  }
}

package dev.larder.format.freebsd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.format.InvalidIndex;
import dev.larder.sign.RsaKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// `Latest/pkg.pkg.sig`: what a signing command of `pkg repo` wrote. The kind of key (RSA if it is
/// not said), the signature, the key it was made with.
///
/// ```
/// [TYPE\n<type>\n]SIGNATURE\n<bytes>\nCERT\n<PEM>END\n
/// ```
///
/// @param type of the key: `rsa`, `ecc`
/// @param signature over the SHA-256 of the package in hexadecimal
/// @param key a public key in PEM, byte for byte: a fingerprint is one of these bytes
@SuppressWarnings("ArrayRecordComponent") // never compared
record BootstrapSignature(String type, byte[] signature, byte[] key) {
  /// In bytes.
  static final int MAX_SIZE = 1 << 20;

  private static final String TYPE = "TYPE\n";
  private static final String SIGNATURE = "SIGNATURE\n";
  private static final String CERT = "\nCERT\n";
  private static final String END = "END\n";

  /// Reads `bytes`.
  ///
  /// @param where what is read, for messages
  /// @throws InvalidIndex if it is not of this form
  static BootstrapSignature read(String where, byte[] bytes) throws InvalidIndex {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String type = "rsa";
    int start = 0;
    if (text.startsWith(TYPE)) {
      int end = text.indexOf('\n', TYPE.length());
      type = end < 0 ? "" : text.substring(TYPE.length(), end);
      start = end + 1;
    }
    // A signature may hold any bytes, PEM may not.
    int cert = text.lastIndexOf(CERT);
    if (bytes.length > MAX_SIZE
        || !type.matches("[a-z0-9]{1,16}")
        || !text.startsWith(SIGNATURE, start)
        || cert <= start + SIGNATURE.length()
        || !text.endsWith("\n" + END)) {
      throw new InvalidIndex(
          where
              + ": is not a signature of pkg's: SIGNATURE, CERT and END are not where they belong");
    }
    return new BootstrapSignature(
        type,
        Arrays.copyOfRange(bytes, start + SIGNATURE.length(), cert),
        Arrays.copyOfRange(bytes, cert + CERT.length(), bytes.length - END.length()));
  }

  /// As a signing command writes it; the kind of an RSA key is not said, since older clients do not
  /// know the word.
  byte[] write() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes((type.equals("rsa") ? "" : TYPE + type + "\n").getBytes(US_ASCII));
    out.writeBytes(SIGNATURE.getBytes(US_ASCII));
    out.writeBytes(signature);
    out.writeBytes(CERT.getBytes(US_ASCII));
    out.writeBytes(key);
    out.writeBytes(END.getBytes(US_ASCII));
    return out.toByteArray();
  }

  /// Whether [#fits] can tell: it is of RSA, by its own word or by its key.
  boolean isCheckable() {
    return type.equals("rsa") || RsaKey.orNull(key) != null;
  }

  /// Whether it was made over the file with this digest, with the RSA key in it.
  boolean fits(SignedDigest file) {
    RsaKey rsa = type.equals("rsa") ? RsaKey.orNull(key) : null;
    return rsa != null && file.isSignedBy(rsa, signature);
  }
}

package dev.larder.sign;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// An RSA public key, and the check of signatures by it: RSASSA-PKCS1-v1_5 (RFC 8017, 8.2). Safe
/// for use by many threads.
public final class RsaKey {
  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";
  private static final int MIN_BITS = 1024;
  private static final int MAX_BITS = 16_384;

  /// AlgorithmIdentifier of SHA-1 (RFC 8017, A.2.4).
  private static final byte[] SHA1 = HexFormat.of().parseHex("300906052b0e03021a0500");

  private final RSAPublicKey key;

  private RsaKey(RSAPublicKey key) {
    this.key = key;
  }

  /// Reads a key in PEM (`BEGIN PUBLIC KEY`, RFC 7468, 13); null if it is none, or a key of another
  /// kind or of fewer than 1024 bits.
  public static @Nullable RsaKey orNull(byte[] pem) {
    String text = new String(pem, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf(BEGIN);
    int end = begin < 0 ? -1 : text.indexOf(END, begin);
    if (end < 0) {
      return null;
    }
    String base64 = text.substring(begin + BEGIN.length(), end).replaceAll("\\s", "");
    try {
      byte[] encoded = Base64.getDecoder().decode(base64);
      KeyFactory factory = KeyFactory.getInstance("RSA");
      if (!(factory.generatePublic(new X509EncodedKeySpec(encoded)) instanceof RSAPublicKey key)) {
        return null;
      }
      int bits = key.getModulus().bitLength();
      return bits < MIN_BITS || bits > MAX_BITS ? null : new RsaKey(key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  /// Whether `signature` was made over the SHA-256 of `message` by this key.
  public boolean hasSigned(byte[] message, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("SHA256withRSA");
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false; // of another length than the key's
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot check RSA signatures", e);
    }
  }

  /// Whether `signature` was made by this key over `message` itself in the place where a SHA-1 of
  /// something belongs. No library does this; some programs did.
  ///
  /// @param message at most 100 bytes
  public boolean hasSignedAsSha1(byte[] message, byte[] signature) {
    int length = (key.getModulus().bitLength() + 7) / 8;
    BigInteger value = new BigInteger(1, signature);
    if (signature.length != length || value.compareTo(key.getModulus()) >= 0) {
      return false;
    }
    byte[] recovered = fixed(value.modPow(key.getPublicExponent(), key.getModulus()), length);
    return Arrays.equals(recovered, padded(digestInfo(message), length));
  }

  private static byte[] digestInfo(byte[] message) {
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    info.write(0x30);
    info.write(SHA1.length + 2 + message.length);
    info.writeBytes(SHA1);
    info.write(0x04);
    info.write(message.length);
    info.writeBytes(message);
    return info.toByteArray();
  }

  // EMSA-PKCS1-v1_5 (RFC 8017, 9.2): 00 01 FF ... FF 00 and what is signed.
  private static byte[] padded(byte[] info, int length) {
    byte[] padded = new byte[length];
    Arrays.fill(padded, 2, length - info.length - 1, (byte) 0xff);
    padded[1] = 1;
    System.arraycopy(info, 0, padded, length - info.length, info.length);
    return padded;
  }

  private static byte[] fixed(BigInteger value, int length) {
    byte[] bytes = value.toByteArray();
    byte[] fixed = new byte[length];
    int used = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - used, fixed, length - used, used);
    return fixed;
  }
}

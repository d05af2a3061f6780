package dev.larder.sign;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An RSA public key that gets back what its owner signed: the message itself, short enough to be
/// in the signature, padded as block type 1 of PKCS #1 v1.5 (RFC 8017, section 9.2, without the
/// hash). What `openssl pkeyutl -verifyrecover` does, and freebsd-update with it.
public final class RecoveringKey {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PUBLIC KEY-----\\s([^-]*)-----END PUBLIC KEY-----");
  private static final int MIN_BITS = 512;
  private static final int MAX_BITS = 8192;
  // A longer one would only cost time; OpenSSL draws the line here for large keys.
  private static final int MAX_EXPONENT_BITS = 64;
  private static final int MIN_PADDING = 8;

  private final BigInteger modulus;
  private final BigInteger exponent;

  private RecoveringKey(BigInteger modulus, BigInteger exponent) {
    this.modulus = modulus;
    this.exponent = exponent;
  }

  /// Reads a key in the form `openssl rsa -pubout` writes.
  ///
  /// @return null if `pem` holds no RSA public key of 512 to 8192 bits
  public static @Nullable RecoveringKey ofPem(byte[] pem) {
    Matcher block = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      return null;
    }
    try {
      byte[] der = Base64.getDecoder().decode(block.group(1).replaceAll("[\r\n \t]", ""));
      return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der))
              instanceof RSAPublicKey key
          ? of(key.getModulus(), key.getPublicExponent())
          : null;
    } catch (InvalidKeySpecException | IllegalArgumentException e) {
      return null;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("RSA is missing from this Java runtime", e);
    }
  }

  private static @Nullable RecoveringKey of(BigInteger modulus, BigInteger exponent) {
    boolean usable =
        modulus.bitLength() >= MIN_BITS
            && modulus.bitLength() <= MAX_BITS
            && modulus.testBit(0)
            && exponent.bitLength() >= 2
            && exponent.bitLength() <= MAX_EXPONENT_BITS
            && exponent.testBit(0);
    return usable ? new RecoveringKey(modulus, exponent) : null;
  }

  /// What was signed; null if `signature` is not by this key.
  public byte @Nullable [] recover(byte[] signature) {
    int length = (modulus.bitLength() + 7) / 8;
    BigInteger number = new BigInteger(1, signature);
    if (signature.length != length || number.compareTo(modulus) >= 0) {
      return null;
    }
    byte[] minimal = number.modPow(exponent, modulus).toByteArray();
    // The first byte is 0, so the number never needs a sign byte of its own and may be shorter.
    if (minimal.length >= length) {
      return null;
    }
    byte[] padded = new byte[length];
    System.arraycopy(minimal, 0, padded, length - minimal.length, minimal.length);
    return stripped(padded);
  }

  // 00 01 FF ... FF 00 message
  private static byte @Nullable [] stripped(byte[] padded) {
    int at = 2;
    while (at < padded.length && padded[at] == (byte) 0xff) {
      at++;
    }
    boolean fits =
        padded[0] == 0
            && padded[1] == 1
            && at - 2 >= MIN_PADDING
            && at < padded.length
            && padded[at] == 0;
    return fits ? Arrays.copyOfRange(padded, at + 1, padded.length) : null;
  }
}

package dev.larder.sign;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.bcpg.ECPublicBCPGKey;
import org.bouncycastle.bcpg.RSAPublicBCPGKey;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.openpgp.PGPPublicKey;

/// What gpg-agent calls a key: the SHA-1 of its numbers, whatever protocol uses them (libgcrypt's
/// manual, gcry_pk_get_keygrip; what is hashed, in its order, was found by comparing with `gpg
/// --with-keygrip`). A name, no protection.
final class Keygrip {
  /// Of Ed25519 (RFC 8032, 5.1): prime, the curve's two numbers, base point and order. libgcrypt
  /// hashes the curve's numbers, which are negative, without their sign.
  private static final String[] EDWARDS = {
    "p",
    "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED",
    "a",
    "01",
    "b",
    "2DFC9311D490018C7338BF8688861767FF8FF5B2BEBE27548A14B235ECA6874A",
    "g",
    "04216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A"
        + "6666666666666666666666666666666666666666666666666666666666666658",
    "n",
    "1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED",
  };

  private Keygrip() {}

  /// The name of `key`, 40 upper-case hexadecimal digits.
  static String of(PGPPublicKey key, KeyAlgorithm algorithm) {
    return switch (algorithm) {
      case KeyAlgorithm.Ed25519 _ -> {
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        for (int i = 0; i < EDWARDS.length; i += 2) {
          write(numbers, EDWARDS[i], HexFormat.of().parseHex(EDWARDS[i + 1]));
        }
        byte[] point = point(key);
        // The first byte only says that the point is in its native form.
        write(numbers, "q", Arrays.copyOfRange(point, 1, point.length));
        yield sha1(numbers.toByteArray());
      }
      case KeyAlgorithm.Rsa _ ->
          sha1(((RSAPublicBCPGKey) key.getPublicKeyPacket().getKey()).getModulus().toByteArray());
      case KeyAlgorithm.Nist nist -> {
        X9ECParameters curve = CustomNamedCurves.getByName(nist.standardName());
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        write(numbers, "p", unsigned(curve.getCurve().getField().getCharacteristic()));
        write(numbers, "a", unsigned(curve.getCurve().getA().toBigInteger()));
        write(numbers, "b", unsigned(curve.getCurve().getB().toBigInteger()));
        write(numbers, "g", curve.getG().getEncoded(false));
        write(numbers, "n", unsigned(curve.getN()));
        write(numbers, "q", point(key));
        yield sha1(numbers.toByteArray());
      }
    };
  }

  private static byte[] point(PGPPublicKey key) {
    return unsigned(((ECPublicBCPGKey) key.getPublicKeyPacket().getKey()).getEncodedPoint());
  }

  private static byte[] unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }

  private static void write(ByteArrayOutputStream out, String name, byte[] value) {
    out.writeBytes("(1:%s%d:".formatted(name, value.length).getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(value);
    out.write(')');
  }

  private static String sha1(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest(bytes);
      return HexFormat.of().withUpperCase().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1 is missing from this Java runtime", e);
    }
  }
}

package dev.larder.testing;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/// A key of freebsd-update's servers: signs pointers as `openssl rsautl -sign` does, and also
/// wrongly, if asked to.
public final class TagSigner {
  private final KeyPair pair;

  private TagSigner(KeyPair pair) {
    this.pair = pair;
  }

  /// A new RSA key.
  public static TagSigner create(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return new TagSigner(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// Its `pub.ssl`.
  public byte[] pem() {
    Base64.Encoder encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
    String body = encoder.encodeToString(pair.getPublic().getEncoded());
    String text = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// The length of its signatures in bytes.
  public int length() {
    return (modulus().bitLength() + 7) / 8;
  }

  private BigInteger modulus() {
    return ((RSAPrivateKey) pair.getPrivate()).getModulus();
  }

  /// `message`, padded and signed.
  public byte[] sign(String message) {
    return signPadded(padded(message));
  }

  /// `message` as block type 1 of PKCS #1 v1.5, as long as the key.
  public byte[] padded(String message) {
    byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
    byte[] block = new byte[length()];
    Arrays.fill(block, (byte) 0xff);
    block[0] = 0;
    block[1] = 1;
    block[block.length - bytes.length - 1] = 0;
    System.arraycopy(bytes, 0, block, block.length - bytes.length, bytes.length);
    return block;
  }

  /// Signs a block of the length of the key as it is.
  public byte[] signPadded(byte[] block) {
    BigInteger exponent = ((RSAPrivateKey) pair.getPrivate()).getPrivateExponent();
    byte[] signed = new BigInteger(1, block).modPow(exponent, modulus()).toByteArray();
    byte[] whole = new byte[length()];
    int n = Math.min(whole.length, signed.length);
    System.arraycopy(signed, signed.length - n, whole, whole.length - n, n);
    return whole;
  }
}

package dev.larder.sign;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;

/// An RSA key that signs FreeBSD's catalogues.
final class RsaSecret implements RsaSigner {
  private static final int CREATED_BITS = 4096;
  private static final int MIN_BITS = KeyAlgorithm.MIN_RSA_BITS;
  private static final int MAX_BITS = 16_384;
  private static final byte[] PROBE = {'l', 'a', 'r', 'd', 'e', 'r'};
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final String ANOTHER =
      "make one with openssl genrsa 4096, or let Larder make it with larder key create";

  private final RSAPrivateCrtKey secret;
  private final byte[] publicKey;

  private RsaSecret(RSAPrivateCrtKey secret, byte[] publicKey) {
    this.secret = secret;
    this.publicKey = publicKey;
  }

  /// Makes a key.
  static RsaSecret create() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(CREATED_BITS);
      return of((RSAPrivateCrtKey) generator.generateKeyPair().getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot make RSA keys", e);
    }
  }

  private static RsaSecret of(RSAPrivateCrtKey secret) throws GeneralSecurityException {
    byte[] der =
        KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(secret.getModulus(), secret.getPublicExponent()))
            .getEncoded();
    return new RsaSecret(secret, pem("PUBLIC KEY", der));
  }

  // RFC 7468, 2: lines of 64 characters, which is also what openssl writes.
  private static byte[] pem(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    String text = "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label);
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// The secret in PEM (`BEGIN PRIVATE KEY`: PKCS #8 without a password).
  byte[] encoded() {
    return pem("PRIVATE KEY", secret.getEncoded());
  }

  /// `rsa4096`.
  String algorithm() {
    return "rsa" + secret.getModulus().bitLength();
  }

  /// The SHA-256 of the public key's PEM.
  String fingerprint() {
    return fingerprint(publicKey);
  }

  static String fingerprint(byte[] publicKey) {
    MessageDigest digest = SignatureHash.SHA256.digest();
    return HexFormat.of().formatHex(digest.digest(publicKey));
  }

  /// Takes a key in PEM: PKCS #1 or PKCS #8, the latter also with a password.
  ///
  /// @throws KeyRefused if it is none, weak, or the password is not its own
  static RsaSecret imported(byte[] pem, char @Nullable [] password) throws KeyRefused {
    Matcher block = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!block.find()) {
      throw KeyRefused.unfit("this is no private key in PEM", ANOTHER);
    }
    if (block.group(2).contains("Proc-Type:")) {
      throw KeyRefused.unfit(
          "the key is protected in the old way of OpenSSL",
          "write it anew with openssl pkcs8 -topk8 -in KEY");
    }
    RSAPrivateCrtKey key;
    try {
      byte[] der = Base64.getDecoder().decode(block.group(2).replaceAll("\\s", ""));
      key = rsa(specification(block.group(1), der, password));
    } catch (KeyRefused e) {
      throw e;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw KeyRefused.unfit("this is no RSA key, or a damaged one", ANOTHER);
    }
    int bits = key.getModulus().bitLength();
    if (bits < MIN_BITS || bits > MAX_BITS) {
      throw KeyRefused.unfit(
          "the key has %d bits; %d to %d are taken".formatted(bits, MIN_BITS, MAX_BITS), ANOTHER);
    }
    return proven(key);
  }

  private static PKCS8EncodedKeySpec specification(
      String label, byte[] der, char @Nullable [] password)
      throws GeneralSecurityException, IOException {
    return switch (label) {
      case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(der);
      case "RSA PRIVATE KEY" -> {
        AlgorithmIdentifier rsa =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
        yield new PKCS8EncodedKeySpec(
            new PrivateKeyInfo(rsa, RSAPrivateKey.getInstance(der)).getEncoded());
      }
      case "ENCRYPTED PRIVATE KEY" -> unlocked(der, password);
      default -> throw new GeneralSecurityException("not RSA: " + label);
    };
  }

  private static PKCS8EncodedKeySpec unlocked(byte[] der, char @Nullable [] password)
      throws KeyRefused {
    if (password == null) {
      throw KeyRefused.locked();
    }
    PBEKeySpec specification = new PBEKeySpec(password);
    EncryptedPrivateKeyInfo locked;
    Cipher cipher;
    try {
      locked = new EncryptedPrivateKeyInfo(der);
      // The name of the parameters is the algorithm's, where that is only called PBES2.
      String algorithm = String.valueOf(locked.getAlgParameters());
      cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(specification),
          locked.getAlgParameters());
    } catch (GeneralSecurityException | IOException e) {
      throw KeyRefused.unfit(
          "the key is protected in a way that is not known here",
          "write it anew with openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY");
    } finally {
      specification.clearPassword();
    }
    try {
      return locked.getKeySpec(cipher);
    } catch (GeneralSecurityException e) {
      throw KeyRefused.unfit("the password is not the key's", "give the one it was written with");
    }
  }

  private static RSAPrivateCrtKey rsa(PKCS8EncodedKeySpec specification)
      throws GeneralSecurityException {
    if (KeyFactory.getInstance("RSA").generatePrivate(specification)
        instanceof RSAPrivateCrtKey key) {
      return key;
    }
    throw new GeneralSecurityException("a key without its primes");
  }

  private static RsaSecret proven(RSAPrivateCrtKey key) throws KeyRefused {
    try {
      RsaSecret secret = of(key);
      RsaKey open = RsaKey.orNull(secret.publicKey);
      if (open != null && open.hasSigned(PROBE, secret.sign(PROBE))) {
        return secret;
      }
    } catch (GeneralSecurityException | RuntimeException e) {
      // Told below.
    }
    throw KeyRefused.unfit("the key's numbers do not fit each other", "export it again");
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(secret);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot make RSA signatures", e);
    }
  }

  @Override
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /// The fingerprint alone.
  @Override
  public String toString() {
    return "RsaSecret[" + fingerprint() + "]";
  }
}

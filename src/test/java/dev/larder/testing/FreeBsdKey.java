package dev.larder.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.sign.RsaSigner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import javax.crypto.Cipher;

/// An RSA key that signs as FreeBSD's repositories and update servers do.
public final class FreeBsdKey {
  private final KeyPair pair;

  private FreeBsdKey(KeyPair pair) {
    this.pair = pair;
  }

  /// A new key of 2048 bits.
  public static FreeBsdKey create() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new FreeBsdKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The public key as `openssl rsa -pubout` writes it.
  public byte[] publicPem() {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII))
            .encodeToString(pair.getPublic().getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n")
        .getBytes(US_ASCII);
  }

  /// The SHA-256 of [#publicPem] in hexadecimal: pkg's fingerprint, freebsd-update's KeyPrint.
  public String fingerprint() {
    return Sums.sha256(publicPem());
  }

  /// The signature pkg wants of a file: over the hexadecimal SHA-256 of it, hashed once more.
  public byte[] sign(byte[] file) {
    return signed(Sums.sha256(file).getBytes(US_ASCII));
  }

  private byte[] signed(byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The same key as what signs repositories.
  public RsaSigner signer() {
    return new RsaSigner() {
      @Override
      public byte[] sign(byte[] message) {
        return signed(message);
      }

      @Override
      public byte[] publicKey() {
        return publicPem();
      }
    };
  }

  /// What `openssl rsautl -sign` makes of a short text: the text itself, padded, by the private
  /// key.
  public byte[] wrap(byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
      cipher.init(Cipher.ENCRYPT_MODE, pair.getPrivate());
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What a signing command prints for a file: signature and certificate with their headings.
  byte[] signingOutput(byte[] file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("SIGNATURE\n".getBytes(US_ASCII));
    out.writeBytes(sign(file));
    out.writeBytes("\nCERT\n".getBytes(US_ASCII));
    out.writeBytes(publicPem());
    out.writeBytes("END\n".getBytes(US_ASCII));
    return out.toByteArray();
  }

  /// Writes the fingerprint as the file `name` into `trusted` or `revoked` of a directory of
  /// fingerprints.
  public void writeFingerprint(Path directory, String name) {
    try {
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve(name),
          "function: \"sha256\"\nfingerprint: \"" + fingerprint() + "\"\n",
          UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A directory of fingerprints, as a `fingerprints` setting names one, that trusts these keys.
  public static Path fingerprints(Path directory, FreeBsdKey... trusted) {
    for (int i = 0; i < trusted.length; i++) {
      trusted[i].writeFingerprint(directory.resolve("trusted"), "key-" + i);
    }
    return directory;
  }
}

package dev.larder.format.freebsd;

import dev.larder.store.Checksum;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;

/// Signs as pkg and its signing commands do, with a key of its own.
record Signer(KeyPair keys) {
  static Signer create() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new Signer(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// The public key in PEM.
  byte[] pem() {
    return pem(keys.getPublic().getEncoded());
  }

  static byte[] pem(byte[] encoded) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return Samples.utf8("-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
  }

  String fingerprint() {
    return Checksum.sha256(pem()).hex();
  }

  static byte[] digits(byte[] payload) {
    return Samples.utf8(Checksum.sha256(payload).hex());
  }

  byte[] sign(byte[] payload) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(digits(payload));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// As pkg signed before OpenSSL 3.
  byte[] signAsBefore(byte[] payload) {
    byte[] message = Arrays.copyOf(digits(payload), 65);
    ByteArrayOutputStream info = new ByteArrayOutputStream();
    info.writeBytes(HexFormat.of().parseHex("304e300906052b0e03021a05000441"));
    info.writeBytes(message);
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
      cipher.init(Cipher.ENCRYPT_MODE, keys.getPrivate());
      return cipher.doFinal(info.toByteArray());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// What a signing command writes.
  byte[] bootstrap(byte[] pkg) {
    return bootstrap("", sign(pkg), pem());
  }

  static byte[] bootstrap(String type, byte[] signature, byte[] pem) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Samples.utf8(type.isEmpty() ? "" : "TYPE\n" + type + "\n"));
    out.writeBytes(Samples.utf8("SIGNATURE\n"));
    out.writeBytes(signature);
    out.writeBytes(Samples.utf8("\nCERT\n"));
    out.writeBytes(pem);
    out.writeBytes(Samples.utf8("END\n"));
    return out.toByteArray();
  }

  static byte[] ended(byte[] signature) {
    return Arrays.copyOf(signature, signature.length + 1);
  }
}

package dev.larder.serve;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A certificate chain and its key, read from PEM files (RFC 7468) and found to belong together.
///
/// @param chain leaf first
/// @param key of the leaf
record PemFiles(List<X509Certificate> chain, PrivateKey key) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END", Pattern.DOTALL);

  /// Reads both files.
  ///
  /// @throws IOException if one cannot be read or used; the message says which and why
  static PemFiles read(PackagesSettings.Tls files) throws IOException {
    List<X509Certificate> chain = chain(files.certificate());
    PrivateKey key = key(files.key(), chain.getFirst().getPublicKey().getAlgorithm());
    if (!belong(chain.getFirst().getPublicKey(), key)) {
      throw new IOException(
          files.key() + " is not the key of the first certificate in " + files.certificate());
    }
    return new PemFiles(chain, key);
  }

  private static byte[] bytes(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    }
  }

  private static List<X509Certificate> chain(Path file) throws IOException {
    try {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)))
              .stream()
              .map((Certificate certificate) -> (X509Certificate) certificate)
              .toList();
      if (chain.isEmpty()) {
        throw new IOException(file + " has no certificate in it");
      }
      return chain;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " has no readable certificate in it: " + e.getMessage(), e);
    }
  }

  private static PrivateKey key(Path file, String algorithm) throws IOException {
    Matcher pem = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
    if (!pem.find()) {
      throw new IOException(file + " has no private key in PEM form in it");
    }
    if (!pem.group(1).equals("PRIVATE KEY")) {
      throw new IOException(
          file
              + " holds a key in another form than plain PKCS#8; convert it with: openssl pkcs8"
              + " -topk8 -nocrypt -in OLD -out NEW");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          file + " has no readable " + algorithm + " key in it: " + e.getMessage(), e);
    }
  }

  /// Signs something with one and checks it with the other.
  private static boolean belong(PublicKey certified, PrivateKey key) throws IOException {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> certified.getAlgorithm();
        };
    byte[] words = "one key".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(words);
      byte[] signature = signer.sign();
      signer.initVerify(certified);
      signer.update(words);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      throw new IOException("a " + algorithm + " key cannot be used here: " + e.getMessage(), e);
    }
  }
}

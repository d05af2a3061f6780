package dev.larder.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.testing.TestTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/// Certificate and key as the package listener reads them.
final class PemPair {
  private PemPair() {}

  /// Writes both into `directory`.
  ///
  /// @return the value of `tls` in `[packages]`
  static String write(TestTls tls, Path directory) throws IOException, GeneralSecurityException {
    char[] password = tls.password().toCharArray();
    KeyStore store = KeyStore.getInstance(tls.keyStore().toFile(), password);
    Path certificate = directory.resolve("tls.crt");
    Path key = directory.resolve("tls.key");
    Files.writeString(certificate, pem("CERTIFICATE", store.getCertificate("key").getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", store.getKey("key", password).getEncoded()));
    return "{ cert = \"%s\", key = \"%s\" }".formatted(certificate, key);
  }

  private static String pem(String label, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(bytes);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, body);
  }
}

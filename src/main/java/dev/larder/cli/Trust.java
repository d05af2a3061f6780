package dev.larder.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Whose certificates are believed. What the system trusts is believed, and not only what the Java
/// runtime comes with: an administrator who has added an authority of their own, so that curl
/// accepts it, need not do it once more.
final class Trust {
  /// Where systems keep what they trust: Debian and Arch Linux, FreeBSD, Fedora.
  private static final List<Path> BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/ssl/cert.pem"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"));

  private Trust() {}

  /// The file with what the system trusts: `SSL_CERT_FILE`, as for OpenSSL, or the usual place.
  ///
  /// @return null if there is none, or no need for one
  static @Nullable Path bundle(URI server, Surroundings surroundings) {
    if (!"https".equals(server.getScheme())) {
      return null;
    }
    String named = surroundings.variable("SSL_CERT_FILE");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    return BUNDLES.stream().filter(Files::isReadable).findFirst().orElse(null);
  }

  /// A context that believes the certificates in `file`, PEM or DER, and no others.
  static SSLContext of(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new CommandFailed(
            ExitCode.FAILED, file + " holds no certificate", "name a file in PEM form");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry(String.valueOf(number++), certificate);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (NoSuchFileException e) {
      throw new CommandFailed(
          ExitCode.FAILED, "there is no file %s with certificates".formatted(file), null, e);
    } catch (IOException e) {
      throw unread(file, FileFault.reason(e), e);
    } catch (GeneralSecurityException e) {
      throw unread(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static CommandFailed unread(Path file, String why, Exception cause) {
    return new CommandFailed(
        ExitCode.FAILED,
        "cannot read the certificates in %s: %s".formatted(file, why),
        "name a file in PEM form",
        cause);
  }
}

package dev.larder.serve;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What there is to say of a certificate that is configured.
///
/// @param subject whom the first certificate names
/// @param from when the whole chain begins to be valid
/// @param until when the first of the chain ends
/// @param chainFault what is wrong with the order of the chain; null if nothing is
public record TlsState(String subject, Instant from, Instant until, @Nullable String chainFault) {
  /// Looks at the files.
  ///
  /// @throws IOException if they cannot be used, or the key is not the certificate's; the message
  ///   says why
  public static TlsState of(PackagesSettings.Tls files) throws IOException {
    List<X509Certificate> chain = PemFiles.read(files).chain();
    Instant from = Instant.MIN;
    Instant until = Instant.MAX;
    for (X509Certificate each : chain) {
      Instant begins = each.getNotBefore().toInstant();
      Instant ends = each.getNotAfter().toInstant();
      from = begins.isAfter(from) ? begins : from;
      until = ends.isBefore(until) ? ends : until;
    }
    return new TlsState(
        chain.getFirst().getSubjectX500Principal().getName(), from, until, fault(chain));
  }

  private static @Nullable String fault(List<X509Certificate> chain) {
    for (int i = 0; i + 1 < chain.size(); i++) {
      try {
        chain.get(i).verify(chain.get(i + 1).getPublicKey());
      } catch (GeneralSecurityException e) {
        return "certificate %d is not signed by the one after it".formatted(i + 1);
      }
    }
    return null;
  }
}

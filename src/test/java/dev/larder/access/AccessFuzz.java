package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.io.TempDir;

/// Files that an operator or another program wrote, and that a crash cut.
final class AccessFuzz {
  private static final String SECRET = "a secret that is asked for";

  @TempDir private Path directory;

  /// Lets in who is listed and nobody else, whatever else there is.
  @FuzzTest
  void authorizedSecrets(byte[] bytes) throws IOException {
    byte[] hash = TokenSecret.hash(SECRET);
    Path file = Files.write(directory.resolve("secrets"), bytes);
    AuthorizedSecrets secrets = new AuthorizedSecrets(file);
    String listed = Base64.getEncoder().encodeToString(hash);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String label = secrets.label(hash);
    if (label != null) {
      assertThat(text).contains(listed);
      assertThat(label).isNotBlank().hasSizeLessThanOrEqualTo(64).matches("\\P{Cntrl}+");
    }
    assertThat(secrets.label(TokenSecret.hash(SECRET + "!"))).isNull();
  }

  @FuzzTest
  void auditLog(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("audit.jsonl"), bytes);
    try (AuditLog log = AuditLog.open(file, InstantSource.system())) {
      assertThat(log.last(null, 100))
          .hasSizeLessThanOrEqualTo(100)
          .allMatch(event -> event.time() != null && event.result() != null);
    }
  }

  @FuzzTest
  void scope(byte[] bytes) {
    try {
      Scope scope = Scope.parse(new String(bytes, StandardCharsets.UTF_8));
      assertThat(Scope.parse(scope.text())).isEqualTo(scope);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}

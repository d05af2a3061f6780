package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.access.TokenSettings;
import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import dev.larder.wire.AuditList;
import dev.larder.wire.Json;
import dev.larder.wire.TokenCreated;
import dev.larder.wire.TokenInfo;
import dev.larder.wire.TokenList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `larder token`, `whoami` and `audit` against a real console.
class TokenCliTest {
  @TempDir private Path directory;
  private CliFixture larder;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(directory);
  }

  @AfterEach
  void close() {
    larder.close();
  }

  private <T> T json(Class<T> type, String... args) {
    assertThat(larder.run(args)).describedAs(larder.err()).isZero();
    return Json.response(larder.out().getBytes(UTF_8), type);
  }

  @Test
  void aTokenIsMadeUsedListedAndRevoked() {
    TokenCreated made =
        json(
            TokenCreated.class,
            "token",
            "create",
            "ci",
            "--scope",
            "upload:internal,read:*",
            "--expires",
            "2099-12-31",
            "-o",
            "json");
    assertThat(made.token().scopes()).containsExactly("upload:internal", "read:*");
    assertThat(made.token().expires()).isEqualTo("2099-12-31T00:00:00Z");
    larder.environment.put("LARDER_TOKEN", made.secret());
    assertThat(larder.run("whoami")).isZero();
    assertThat(larder.out()).isEqualTo("token:ci\ttoken\tupload:internal read:*\n");
    assertThat(larder.run("token", "list")).isEqualTo(4);
    assertThat(larder.err())
        .isEqualTo("larder: token:ci may not do this; use a token that has the scope tokens\n");
    larder.environment.remove("LARDER_TOKEN");
    TokenInfo listed = json(TokenList.class, "token", "list", "-o", "json").tokens().getFirst();
    assertThat(listed.lastUsed()).isNotNull();
    assertThat(larder.run("token", "list", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("ci\n");
    larder.onTerminal();
    assertThat(larder.run("token", "revoke", listed.id())).isZero();
    assertThat(larder.out()).isEqualTo("revoked ci\n");
    assertThat(larder.run("token", "revoke", "ci")).isEqualTo(3);
    assertThat(larder.run("token", "list")).isZero();
    assertThat(larder.out()).isEqualTo("no tokens\n");
  }

  @Test
  void whatIsMadeIsShownToAPersonWithWhatItMeans() {
    larder.onTerminal();
    assertThat(larder.run("token", "create", "ci", "--scope", "admin")).isZero();
    assertThat(larder.out())
        .matches(
            "ci may admin\n\n  larder_[0-9a-f]{64}\n\nIt is not shown again\\. Revoke it with:"
                + " larder token revoke [0-9a-f]{10}\n");
    assertThat(larder.run("token", "list")).isZero();
    assertThat(larder.out()).startsWith("ID          NAME  SCOPES  CREATED");
    assertThat(larder.run("token", "create", "two", "--scope", "admin", "-q")).isZero();
    assertThat(larder.out()).matches("larder_[0-9a-f]{64}\n");
    assertThat(larder.run("whoami")).isZero();
    assertThat(larder.out()).isEqualTo("cli at SERVER, may admin\n");
  }

  @Test
  void mistakesAreToldInOneLine() {
    assertThat(larder.run("token", "create", "ci")).isEqualTo(2);
    assertThat(larder.run("token", "create", "ci", "--scope", "write:x")).isEqualTo(2);
    assertThat(larder.err()).startsWith("larder: \"write:x\" is not a scope;").hasLineCount(1);
    String[] late = {"token", "create", "ci", "--scope", "admin", "--expires", "soon"};
    assertThat(larder.run(late)).isEqualTo(2);
    assertThat(larder.err())
        .isEqualTo(
            "larder: not a time: soon; write it like 90d, 12h, 2030-12-31 or"
                + " 2030-12-31T18:00:00Z\n");
    larder.run("token", "create", "ci", "--scope", "admin");
    assertThat(larder.run("token", "create", "ci", "--scope", "admin")).isEqualTo(5);
    assertThat(larder.run("audit", "--limit", "0")).isEqualTo(2);
  }

  @Test
  void theHashOfATokenNeedsNoServerAndIsWhatTheConfigurationTakes() throws InvalidConfig {
    larder.endpointFault = new CommandFailed(ExitCode.FAILED, "no server", null);
    larder.answers = "hunter2\n";
    assertThat(larder.run("token", "hash")).isZero();
    assertThat(larder.out())
        .isEqualTo("sha256:f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7\n");
    larder.answers = "";
    assertThat(larder.run("token", "hash")).isEqualTo(2);
    assertThat(larder.run("token", "hash", "--new")).isZero();
    String[] pair = larder.out().strip().split("\t", -1);
    larder.answers = pair[0];
    larder.run("token", "hash");
    assertThat(larder.out().strip()).isEqualTo(pair[1]);
    // The same form as the server's own.
    assertThat(pair[0]).matches("larder_[0-9a-f]{64}");
    String toml =
        "[[token]]\nname = \"a\"\nhash = \"%s\"\nscope = [\"admin\"]\n".formatted(pair[1]);
    List<TokenSettings> declared = Toml.read(toml, root -> TokenSettings.read(root.list("token")));
    assertThat(declared).hasSize(1);
    larder.onTerminal();
    assertThat(larder.run("token", "hash")).isEqualTo(2);
    assertThat(larder.run("token", "hash", "--new")).isZero();
    assertThat(larder.out()).matches("token  larder_[0-9a-f]{64}\nhash   sha256:[0-9a-f]{64}\n");
  }

  @Test
  void theAuditLogTellsWhoDidWhat() {
    assertThat(larder.run("audit")).isZero();
    assertThat(larder.out()).isEmpty();
    larder.run("token", "create", "ci", "--scope", "upload:internal");
    larder.run("mirror", "refresh", "none");
    AuditList list = json(AuditList.class, "audit", "-o", "json");
    assertThat(list.events())
        .extracting(AuditList.Event::action)
        .containsExactly("token.create", "mirror.refresh");
    assertThat(larder.run("audit", "--limit", "1")).isZero();
    assertThat(larder.out())
        .matches("\\S+Z\tcli\t127.0.0.1\tmirror.refresh\t\tmirrors/none/refresh\tunknown-mirror\n");
    assertThat(larder.run("audit", "--since", "2099-01-01")).isZero();
    assertThat(larder.out()).isEmpty();
    larder.onTerminal();
    assertThat(larder.run("audit")).isZero();
    assertThat(larder.out()).contains("WHO", "ci upload:internal");
  }

  @Test
  void momentsAreDistancesDatesAndTimes() {
    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    assertThat(Moments.ahead("90d", now)).isEqualTo(now.plus(Duration.ofDays(90)));
    assertThat(Moments.ago("2w", now)).isEqualTo(now.minus(Duration.ofDays(14)));
    assertThat(Moments.ago("30s", now)).isEqualTo(now.minusSeconds(30));
    assertThat(Moments.ago("2026-02-01", now)).isEqualTo("2026-02-01T00:00:00Z");
    assertThat(Moments.ago("2026-02-01T01:00:00+01:00", now)).isEqualTo("2026-02-01T00:00:00Z");
  }
}

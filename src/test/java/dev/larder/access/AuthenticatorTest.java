package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Layout;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthenticatorTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  @TempDir private Path directory;
  private final HandClock clock = new HandClock();
  private Access access;
  private String cli;

  @BeforeEach
  void open() throws IOException {
    access = access(false);
    cli = Files.readString(access.cli().file()).strip();
  }

  @AfterEach
  void close() throws IOException {
    access.close();
  }

  private Access access(boolean anonymousReads) throws IOException {
    AccessSettings settings =
        new AccessSettings(anonymousReads, directory.resolve("secrets"), List.of());
    return Access.open(new Layout(directory), settings, clock);
  }

  private Authentication ask(@Nullable String authorization) {
    return access.authenticator().authenticate(authorization, false, HERE);
  }

  private @Nullable String who(@Nullable String authorization) {
    return ask(authorization) instanceof Authentication.Known(Principal principal)
        ? principal.label()
        : null;
  }

  private void secrets(String text, int version) throws IOException {
    Path file = Files.writeString(directory.resolve("secrets"), text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L * version));
  }

  private static String base64(String secret) {
    return Base64.getEncoder().encodeToString(TokenSecret.hash(secret));
  }

  @Test
  void aTokenIsTakenBehindBearerAndBare() throws IOException {
    Tokens.Creation.Made made =
        (Tokens.Creation.Made)
            access
                .tokens()
                .create(new Tokens.Order("ci", Scope.parse(List.of("read:*")), null), "cli");
    for (String form : List.of("Bearer %s", "bearer  %s ", "BEARER %s", "%s", " %s ")) {
      assertThat(who(form.formatted(cli))).isEqualTo("cli");
      assertThat(who(form.formatted(made.secret()))).isEqualTo("token:ci");
    }
    assertThat(access.tokens().list().getFirst().lastUsed()).isEqualTo(clock.instant());
    for (String wrong : List.of("", "Bearer", "Bearer ", "Basic " + cli, cli + "0", "Bearer x")) {
      assertThat(ask(wrong)).isInstanceOf(Authentication.Wrong.class);
    }
    assertThat(ask(null)).isEqualTo(new Authentication.Missing());
  }

  @Test
  void anExpiredTokenIsToldApartForWhoeverHasIt() throws IOException {
    Tokens.Order order =
        new Tokens.Order(
            "ci", Scope.parse(List.of("admin")), clock.instant().plus(Duration.ofDays(1)));
    Tokens.Creation.Made made = (Tokens.Creation.Made) access.tokens().create(order, "cli");
    clock.advance(Duration.ofDays(1).minusSeconds(1));
    assertThat(who(made.secret())).isEqualTo("token:ci");
    clock.advance(Duration.ofSeconds(1));
    assertThat(ask(made.secret())).isEqualTo(new Authentication.Expired("ci", clock.instant()));
  }

  @Test
  void byAWrongClockNobodyKnowsWhetherATokenHasExpired() throws IOException {
    List<Scope> scopes = Scope.parse(List.of("admin"));
    Tokens.Creation.Made brief =
        (Tokens.Creation.Made)
            access
                .tokens()
                .create(
                    new Tokens.Order("brief", scopes, clock.instant().plus(Duration.ofDays(1))),
                    "cli");
    Tokens.Creation.Made lasting =
        (Tokens.Creation.Made)
            access.tokens().create(new Tokens.Order("lasting", scopes, null), "cli");
    clock.advance(Duration.between(clock.instant(), Instant.parse("1970-01-01T00:10:00Z")));
    assertThat(ask(brief.secret())).isEqualTo(new Authentication.Undated("brief", clock.instant()));
    assertThat(who(lasting.secret())).isEqualTo("token:lasting");
    clock.advance(Duration.between(clock.instant(), Instant.parse("2026-03-01T12:00:00Z")));
    assertThat(who(brief.secret())).isEqualTo("token:brief");
  }

  @Test
  void theRightTokenPassesWhateverOthersAtItsAddressDid() {
    for (int i = 0; i < Access.FAILURES; i++) {
      assertThat(ask("guess" + i)).isEqualTo(new Authentication.Wrong());
    }
    assertThat(ask("guess")).isEqualTo(new Authentication.TooMany(Duration.ofMinutes(1)));
    assertThat(who(cli)).isEqualTo("cli");
    // That it was right once does not help whoever guesses.
    assertThat(ask("guess")).isInstanceOf(Authentication.TooMany.class);
    clock.advance(Duration.ofMinutes(1));
    assertThat(ask("guess")).isEqualTo(new Authentication.Wrong());
  }

  @Test
  void aSecretThatAPersonChoseCannotBeGuessedFaster() throws IOException {
    secrets(base64("summer") + " desk\n", 1);
    for (int i = 0; i < Access.FAILURES - 1; i++) {
      ask("guess" + i);
    }
    assertThat(who("summer")).isEqualTo("secret:desk");
    ask("guess");
    // The next guess might be the right one, and is not looked at.
    assertThat(ask("summer")).isEqualTo(new Authentication.TooMany(Duration.ofMinutes(1)));
    assertThat(who(cli)).isEqualTo("cli");
    clock.advance(Duration.ofMinutes(1));
    assertThat(who("summer")).isEqualTo("secret:desk");
  }

  @Test
  void aFileOfSecretsThatCouldNotBeReadIsTriedAgainThoughItLooksTheSame() throws IOException {
    String text = base64("one") + " build host\n";
    Path file = directory.resolve("secrets");
    byte[] bad = new byte[text.length()];
    Arrays.fill(bad, (byte) 0xff);
    Files.write(file, bad);
    Files.setLastModifiedTime(file, FileTime.fromMillis(5_000_000));
    assertThat(who("one")).isNull();
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(5_000_000));
    assertThat(who("one")).isEqualTo("secret:build host");
  }

  @Test
  void aFileOfSecretsIsReadAsItChanges() throws IOException {
    assertThat(who("one")).isNull();
    secrets("# ours\n\n" + base64("one") + " build host\n" + base64("two") + "\tlaptop\n", 1);
    assertThat(who("Bearer one")).isEqualTo("secret:build host");
    assertThat(who("two")).isEqualTo("secret:laptop");
    assertThat(who(base64("one"))).isNull();
    secrets(base64("three") + " desk\nnot base64 x\n" + base64("four") + "\nAAAA short\n", 2);
    assertThat(who("one")).isNull();
    assertThat(who("three")).isEqualTo("secret:desk");
    // A line without a label is nobody.
    assertThat(who("four")).isNull();
    Files.delete(directory.resolve("secrets"));
    assertThat(who("three")).isNull();
    secrets(base64("five") + " again\n", 3);
    assertThat(who("five")).isEqualTo("secret:again");
    Files.write(directory.resolve("secrets"), new byte[] {(byte) 0xff, (byte) 0xfe, 10});
    assertThat(who("five")).isNull();
  }

  @Test
  void aSecretOfTheFileMayWorkOnPackagesAndNothingElse() throws IOException {
    secrets(base64("one") + " build\n", 1);
    Authentication.Known known = (Authentication.Known) ask("one");
    Grant grant = known.principal().grant();
    for (Verb verb : Verb.values()) {
      assertThat(grant.allows(verb, "internal"))
          .isEqualTo(List.of(Verb.READ, Verb.UPLOAD, Verb.REMOVE).contains(verb));
    }
  }

  @Test
  void whoeverShowsNothingMayReadOnlyWhereThatIsConfigured() throws IOException {
    Access open = access(true);
    Authentication reading = open.authenticator().authenticate(null, true, HERE);
    assertThat(reading).isEqualTo(new Authentication.Known(Principal.ANONYMOUS));
    assertThat(Principal.ANONYMOUS.grant().allows(Verb.READ, "internal")).isTrue();
    assertThat(Principal.ANONYMOUS.grant().allows(Verb.UPLOAD, "internal")).isFalse();
    assertThat(open.authenticator().authenticate(null, false, HERE))
        .isEqualTo(new Authentication.Missing());
    // A wrong token is a mistake to be told, not nobody.
    assertThat(open.authenticator().authenticate("wrong", true, HERE))
        .isEqualTo(new Authentication.Wrong());
    open.close();
    assertThat(access.authenticator().authenticate(null, true, HERE))
        .isEqualTo(new Authentication.Missing());
  }
}

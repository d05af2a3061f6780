package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.access.Tokens.Creation;
import dev.larder.access.Tokens.Revocation;
import dev.larder.config.InvalidConfig;
import dev.larder.store.Durable;
import dev.larder.testing.Toml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  @TempDir private Path directory;
  private final HandClock clock = new HandClock();

  private Path file() {
    return directory.resolve("tokens.json");
  }

  private Tokens open() throws IOException {
    return Tokens.open(file(), List.of(), clock);
  }

  private static Tokens.Order order(String name, @Nullable Instant expires) {
    return new Tokens.Order(name, Scope.parse(List.of("upload:internal")), expires);
  }

  private static Creation.Made made(Tokens tokens, String name) throws IOException {
    return (Creation.Made) tokens.create(order(name, null), "cli");
  }

  private static @Nullable Token withSecret(Tokens tokens, String secret) {
    return tokens.withHash(TokenSecret.hash(secret));
  }

  @Test
  void aTokenIsKnownByItsSecretOnlyAlsoAfterARestart() throws IOException {
    Tokens tokens = open();
    assertThat(tokens.wereEver()).isFalse();
    Creation.Made made = made(tokens, "ci");
    assertThat(made.secret()).matches("larder_[0-9a-f]{64}");
    assertThat(Files.readString(file())).doesNotContain(made.secret());
    assertThat(withSecret(tokens, made.secret())).isEqualTo(made.token());
    assertThat(withSecret(open(), made.secret())).isEqualTo(made.token());
    assertThat(withSecret(tokens, made.secret() + "0")).isNull();
    assertThat(withSecret(tokens, made.token().hash())).isNull();
    assertThat(open().wereEver()).isTrue();
  }

  @Test
  void theFileIsNobodysBusiness() throws IOException {
    Tokens tokens = open();
    made(tokens, "a");
    made(tokens, "b");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(directory.toFile().list()).containsExactly("tokens.json");
  }

  @Test
  void aRevokedTokenIsWorthNothingAndItsNameIsFree() throws IOException {
    Tokens tokens = open();
    Creation.Made first = made(tokens, "ci");
    assertThat(tokens.create(order("ci", null), "cli"))
        .isEqualTo(new Creation.NameTaken(first.token()));
    assertThat(tokens.revoke(first.token().id())).isEqualTo(new Revocation.Revoked(first.token()));
    assertThat(withSecret(tokens, first.secret())).isNull();
    assertThat(withSecret(open(), first.secret())).isNull();
    assertThat(tokens.revoke("ci")).isEqualTo(new Revocation.Unknown());
    assertThat(made(tokens, "ci").token().id()).isNotEqualTo(first.token().id());
    tokens.revoke("ci");
    // That there once was one is not forgotten with the last.
    assertThat(open().wereEver()).isTrue();
  }

  @Test
  void whatCannotBeWrittenDidNotHappen() throws IOException {
    Tokens tokens = open();
    Creation.Made kept = made(tokens, "kept");
    // A directory cannot be replaced by a file, whoever tries.
    Files.move(file(), directory.resolve("aside"));
    Files.createDirectories(file().resolve("in the way"));
    assertThatThrownBy(() -> tokens.create(order("lost", null), "cli"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> tokens.revoke("kept")).isInstanceOf(IOException.class);
    assertThat(tokens.list()).containsExactly(kept.token());
    assertThat(withSecret(tokens, kept.secret())).isNotNull();
  }

  @Test
  void aCrashBetweenWritesLeavesTheOldFile() throws IOException {
    Creation.Made made = made(open(), "ci");
    Files.writeString(directory.resolve(".new-77"), "{\"version\":1,\"tok");
    Durable.recover(directory);
    assertThat(withSecret(open(), made.secret())).isNotNull();
    assertThat(directory.toFile().list()).containsExactly("tokens.json");
  }

  @Test
  void aFileThatCannotBeUnderstoodStopsTheStartAndIsNotTouched() throws IOException {
    for (String text :
        List.of(
            "",
            "{",
            "[]",
            "{\"version\":1}",
            "{\"version\":1,\"tokens\":[{\"id\":\"a\"}]}",
            "{\"version\":1,\"tokens\":[{\"id\":\"a\",\"name\":\"a\",\"hash\":\"x\",\"scopes\":[]}]}",
            "{\"version\":2,\"tokens\":[]}")) {
      Files.writeString(file(), text);
      assertThatThrownBy(this::open)
          .describedAs(text)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file().toString());
      assertThat(file()).hasContent(text);
    }
  }

  @Test
  void aTokenThatExpiresInThePastIsNotMade() throws IOException {
    Instant now = clock.instant();
    assertThat(open().create(order("a", now), "cli")).isEqualTo(new Creation.InThePast(now));
    assertThat(file()).doesNotExist();
    assertThat(open().create(order("a", now.plusSeconds(1)), "cli"))
        .isInstanceOf(Creation.Made.class);
  }

  @Test
  void whenATokenWasUsedIsWrittenDownNowAndThen() throws IOException {
    Tokens tokens = open();
    Creation.Made made = made(tokens, "ci");
    clock.advance(Duration.ofMinutes(1));
    tokens.used(made.token());
    assertThat(tokens.list().getFirst().lastUsed()).isEqualTo(clock.instant());
    assertThat(open().list().getFirst().lastUsed()).isNull();
    clock.advance(Duration.ofHours(2));
    tokens.used(made.token());
    assertThat(open().list().getFirst().lastUsed()).isEqualTo(clock.instant());
    clock.advance(Duration.ofMinutes(5));
    tokens.used(made.token());
    tokens.close();
    assertThat(open().list().getFirst().lastUsed()).isEqualTo(clock.instant());
  }

  @Test
  void namesAndScopesAreChecked() {
    for (String name : List.of("", "a b", "-a", "a/b", "a\n", "ä", "a".repeat(65))) {
      assertThatThrownBy(() -> order(name, null)).hasMessageContaining("cannot be a token's name");
    }
    assertThatThrownBy(() -> new Tokens.Order("a", List.of(), null))
        .hasMessageContaining("name at least one scope");
  }

  private static List<TokenSettings> declared(String toml) throws InvalidConfig {
    return Toml.read(toml, root -> TokenSettings.read(root.list("token")));
  }

  @Test
  void tokensAreDeclaredByTheirHashes() throws IOException, InvalidConfig {
    String hash = TokenSecret.hashText(TokenSecret.hash("hunter2"));
    Tokens tokens =
        Tokens.open(
            file(),
            declared(
                """
                [[token]]
                name = "ci"
                hash = "%s"
                scope = ["upload:internal", "read:*"]
                expires = 2026-12-31
                """
                    .formatted(hash)),
            clock);
    Token token = tokens.list().getFirst();
    assertThat(withSecret(tokens, "hunter2")).isEqualTo(token);
    assertThat(token.expires()).isEqualTo("2026-12-31T00:00:00Z");
    assertThat(token.isDeclared()).isTrue();
    assertThat(tokens.wereEver()).isTrue();
    assertThat(tokens.revoke("ci")).isEqualTo(new Revocation.Declared(token));
    assertThat(tokens.create(order("ci", null), "cli")).isEqualTo(new Creation.NameTaken(token));
    tokens.used(token);
    tokens.close();
    assertThat(file()).doesNotExist();
  }

  @Test
  void everyMistakeInADeclarationIsToldAndNoSecretWithIt() {
    assertThatThrownBy(() ->
            declared(
                """
                [[token]]
                name = "a b"
                hash = "larder_not_a_hash"
                scope = ["write:x"]
                [[token]]
                name = "ci"
                hash = "sha256:%1$s"
                scope = []
                [[token]]
                name = "ci"
                hash = "sha256:%1$s"
                scope = ["admin"]
                expires = "soon"
                colour = "red"
                """
                    .formatted("0".repeat(64))))
        .message()
        .contains("larder.toml:2:8: error: \"name\" in [[token]]: \"a b\" cannot be")
        .contains("larder.toml:3:8: error: \"hash\" in [[token]]: a hash is sha256:")
        .contains("larder.toml:4:10: error: \"scope\" in [[token]]: \"write:x\" is not a scope")
        .contains("larder.toml:8:9: error: \"scope\" in [[token]]: a token that may do nothing")
        .contains("larder.toml:10:8: error: \"name\" in [[token]]: another token has this name")
        .contains("larder.toml:11:8: error: \"hash\" in [[token]]: another token has this hash")
        .contains("larder.toml:13:11: error: \"expires\" in [[token]]: \"soon\" is no time")
        .contains("larder.toml:14:1: error: unknown key \"colour\" in [[token]]")
        .doesNotContain("larder_not_a_hash");
    assertThatThrownBy(() -> declared("[[token]]\n")).message().contains("1:1: error: [[token]]");
    assertThatThrownBy(() -> declared("[token]\nname = \"x\"\n"))
        .message()
        .contains("expected tables, got a table", "write each as [[token]]");
    assertThatThrownBy(() -> declared("token = [1]\n"))
        .message()
        .contains("expected tables, got a list");
  }
}

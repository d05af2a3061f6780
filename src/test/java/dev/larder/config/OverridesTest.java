package dev.larder.config;

import static dev.larder.config.SampleKeys.COUNT;
import static dev.larder.config.SampleKeys.DIRECTORY;
import static dev.larder.config.SampleKeys.FORMAT;
import static dev.larder.config.SampleKeys.KEYRING;
import static dev.larder.config.SampleKeys.LISTEN;
import static dev.larder.config.SampleKeys.LOUD;
import static dev.larder.config.SampleKeys.MAX_SIZE;
import static dev.larder.config.SampleKeys.REFRESH;
import static dev.larder.config.SampleKeys.at;
import static dev.larder.config.SampleKeys.errorsOf;
import static dev.larder.config.SampleKeys.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What environment and options lay over a document.
class OverridesTest {
  @Test
  void environmentVariablesOverrideTheFile() throws InvalidConfig {
    Document document = with("[mirror.my_mirror]\nformat = \"x\"\nrefresh = \"1m\"\n");
    document.override(
        "LARDER_",
        Map.of(
            "LARDER_MIRROR__MY_MIRROR__REFRESH", "1h",
            "LARDER_MIRROR__MY_MIRROR__LISTEN", "127.0.0.1:1, [::1]:2",
            "LARDER_MIRROR__NEW_ONE__FORMAT", "y",
            "LARDER_CACHE__MAX_SIZE", "2GiB",
            "LARDER_CACHE__COUNT", "7",
            "LARDER_CACHE__LOUD", "true",
            "LARDER_KEYRING", "keys/a.gpg",
            "LARDER_CONFIG", "not an override",
            "PATH", "/bin"),
        "LARDER_CONFIG"::equals,
        DIRECTORY);
    Section root = document.root();
    assertThat(root.find(KEYRING)).isEqualTo(DIRECTORY.resolve("keys/a.gpg"));
    assertThat(root.table("cache").get(MAX_SIZE)).isEqualTo(2L << 30);
    assertThat(root.table("cache").get(COUNT)).isEqualTo(7);
    assertThat(root.table("cache").get(LOUD)).isTrue();
    List<Section> mirrors = root.table("mirror").tables();
    assertThat(mirrors).extracting(Section::name).containsExactly("my_mirror", "new-one");
    assertThat(mirrors.getFirst().require(FORMAT)).isEqualTo("x");
    assertThat(mirrors.getFirst().get(REFRESH)).isEqualTo(Duration.ofHours(1));
    assertThat(mirrors.getFirst().get(LISTEN)).containsExactly(at("127.0.0.1", 1), at("::1", 2));
    assertThat(mirrors.getLast().require(FORMAT)).isEqualTo("y");
    List<Setting> settings = document.finish();
    assertThat(settings)
        .contains(
            new Setting(
                List.of("mirror", "my_mirror"),
                "refresh",
                "\"1h\"",
                new Origin.Variable("LARDER_MIRROR__MY_MIRROR__REFRESH")),
            new Setting(
                List.of("mirror", "my_mirror"),
                "format",
                "\"x\"",
                new Origin.File("larder.toml", 2)));
  }

  @Test
  void anEmptyVariableIsAnEmptyListAndNothingElse() throws InvalidConfig {
    Document document = with("[mirror.a]\nformat = \"x\"\nlisten = [\":1\"]\n");
    document.override("LARDER_", Map.of("LARDER_MIRROR__A__LISTEN", ""), _ -> false, DIRECTORY);
    Section mirror = document.root().table("mirror").tables().getFirst();
    assertThat(mirror.get(LISTEN)).isEmpty();
    assertThat(errorsOf("", Map.of("LARDER_CACHE__COUNT", "")))
        .isEqualTo(
            "LARDER_CACHE__COUNT: error: \"count\" in [cache]: expected an integer from 0 to 10,"
                + " got a text; for example: LARDER_CACHE__COUNT=3\n");
  }

  @Test
  void aVariableThatNamesNoKeyIsRefusedByItsName() {
    assertThat(
            errorsOf(
                "[cache]",
                Map.of(
                    "LARDER_CACHE__MAX_SISE", "1GiB",
                    "LARDER_CAHCE__COUNT", "1",
                    "LARDER_COUNT", "1",
                    "LARDER_CACHE", "1",
                    "LARDER_CACHE____X", "1",
                    "LARDER_KEYRING__X", "1")))
        .isEqualTo(
            """
            LARDER_CACHE: error: [cache] is a table, not a key; name one of its keys, like LARDER_CACHE__KEY
            LARDER_CACHE__MAX_SISE: error: unknown key "max-sise" in [cache]; did you mean LARDER_CACHE__MAX_SIZE?
            LARDER_CACHE____X: error: names no key; a key in a table is written LARDER_TABLE__KEY
            LARDER_CAHCE__COUNT: error: unknown table [cahce]; did you mean LARDER_CACHE__...?
            LARDER_COUNT: error: unknown key "count" at the top level; unset it, or name a key as in LARDER_PACKAGES__LISTEN
            LARDER_KEYRING__X: error: "keyring": expected a path, got a table; for example: LARDER_KEYRING__X=/etc/keys.gpg
            """);
  }

  @Test
  void anOptionReplacesAList() throws InvalidConfig {
    Document document = with("[mirror]\nlisten = [\":1\"]\n");
    document.override("--listen", "mirror", "listen", List.of("127.0.0.1:9"), DIRECTORY);
    assertThat(document.root().table("mirror").get(LISTEN)).containsExactly(at("127.0.0.1", 9));
    assertThat(document.finish())
        .contains(
            new Setting(
                List.of("mirror"), "listen", "[\"127.0.0.1:9\"]", new Origin.Argument("--listen")));
    Document wrong = Document.empty();
    wrong.override("--listen", "mirror", "listen", List.of("localhost:80"), DIRECTORY);
    wrong.root().table("mirror").get(LISTEN);
    assertThatThrownBy(wrong::finish)
        .hasMessage(
            "--listen: error: \"listen\" in [mirror]: \"localhost:80\" is not an address:port;"
                + " names are not looked up here, write 127.0.0.1:80; for example: --listen"
                + " 127.0.0.1:8080");
  }

  @Test
  void garbageInTheEnvironmentIsRefusedTheSameWay() {
    Random random = new Random(7);
    List<String> parts =
        List.of("CACHE", "MIRROR", "A", "__", "_", "COUNT", "LISTEN", "\0", "x", ".");
    for (int i = 0; i < 10_000; i++) {
      StringBuilder name = new StringBuilder("LARDER_");
      for (int n = random.nextInt(6); n >= 0; n--) {
        name.append(parts.get(random.nextInt(parts.size())));
      }
      String value = parts.get(random.nextInt(parts.size())).repeat(random.nextInt(3));
      assertThat(errorsOf("[mirror]\n[cache]\ncount = 1", Map.of(name.toString(), value)))
          .isNotNull();
    }
  }
}

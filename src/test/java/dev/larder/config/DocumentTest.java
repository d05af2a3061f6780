package dev.larder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reading with keys of the test's own: the package must not know those of the program.
class DocumentTest {
  private static final Path ETC = Path.of("/etc/larder");

  private static final Key<Long> MAX_SIZE = Key.of("max-size", Type.size(), 1L << 30, "Size.");
  private static final Key<Duration> REFRESH =
      Key.of("refresh", Type.duration(), Duration.ofMinutes(5), "Freshness.");
  private static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen", Type.list("list of address:port", Type.listenAddress()), List.of(), "Where.");
  private static final Key<String> FORMAT =
      Key.open("format", Type.string("format", "pacman"), "required", "What.");
  private static final Key<Integer> COUNT = Key.of("count", Type.integer(0, 10, 3), 3, "Count.");
  private static final Key<Boolean> LOUD = Key.of("loud", Type.bool(), false, "Noise.");
  private static final Key<Path> KEYRING =
      Key.open("keyring", Type.path("/etc/keys.gpg"), "nothing", "Keys.");
  private static final Key<Secret> TOKEN = Key.open("token", Type.secret(), "none", "Token.");

  private static String errorsOf(String toml) {
    return errorsOf(toml, Map.of());
  }

  private static String errorsOf(String toml, Map<String, String> environment) {
    try {
      Document document = Document.parse("larder.toml", ETC, toml);
      document.override("LARDER_", environment, "LARDER_CONFIG"::equals, Path.of("/work"));
      readAll(document);
      document.finish();
      return "";
    } catch (InvalidConfig e) {
      return e.getMessage() + "\n";
    }
  }

  private static void readAll(Document document) {
    Section root = document.root();
    root.find(KEYRING);
    Section cache = root.table("cache");
    cache.get(MAX_SIZE);
    cache.get(COUNT);
    cache.get(LOUD);
    cache.find(TOKEN);
    for (Section mirror : root.table("mirror").tables()) {
      mirror.require(FORMAT);
      mirror.get(REFRESH);
      mirror.get(LISTEN);
    }
  }

  private static Document with(String toml) throws InvalidConfig {
    return Document.parse("larder.toml", ETC, toml);
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @Test
  void anUnknownKeyIsPointedAtWithASuggestion() {
    String toml = "\n".repeat(10) + "[cache]\n        max-sise = \"200GiB\"\n";
    assertThat(errorsOf(toml))
        .isEqualTo(
            """
            larder.toml:12:9: error: unknown key "max-sise" in [cache]
               12 |         max-sise = "200GiB"
                  |         ^^^^^^^^  did you mean "max-size"?
            """);
  }

  @Test
  void aKeyUnderTheWrongHeaderIsSentHome() {
    assertThat(errorsOf("[cache]\nkeyring = \"/k\"\n"))
        .isEqualTo(
            """
            larder.toml:2:1: error: unknown key "keyring" in [cache]
                2 | keyring = "/k"
                  | ^^^^^^^  it belongs to the top level
            """);
  }

  @Test
  void anUnknownTableIsPointedAtAsAWhole() {
    assertThat(errorsOf("[cahce]\nmax-size = \"1GiB\"\n[zzzzzzzz]\n"))
        .isEqualTo(
            """
            larder.toml:1:1: error: unknown table [cahce]
                1 | [cahce]
                  | ^^^^^^^  did you mean [cache]?
            larder.toml:3:1: error: unknown table [zzzzzzzz]
                3 | [zzzzzzzz]
                  | ^^^^^^^^^^
            """);
  }

  @Test
  void aWrongTypeSaysWhatIsExpectedAndGivesAnExample() {
    assertThat(errorsOf("[mirror.a]\nformat = \"pacman\"\nrefresh = 300 # seconds\n"))
        .isEqualTo(
            """
            larder.toml:3:11: error: "refresh" in [mirror.a]: expected a duration, got an integer
                3 | refresh = 300 # seconds
                  |           ^^^  for example: refresh = "5m"
            """);
  }

  @Test
  void aWrongItemOfAListIsPointedAtItself() {
    String toml = "[mirror.a]\nformat = \"pacman\"\nlisten = [\"[::1]:80\", \"[::1]:70000\", 5]\n";
    assertThat(errorsOf(toml))
        .isEqualTo(
            """
            larder.toml:3:23: error: "listen" in [mirror.a]: "[::1]:70000" has port 70000; ports end at 65535
                3 | listen = ["[::1]:80", "[::1]:70000", 5]
                  |                       ^^^^^^^^^^^^^  for example: listen = ["127.0.0.1:8080"]
            larder.toml:3:38: error: "listen" in [mirror.a]: expected an address:port, got an integer
                3 | listen = ["[::1]:80", "[::1]:70000", 5]
                  |                                      ^  for example: listen = ["127.0.0.1:8080"]
            """);
  }

  @Test
  void aMissingKeyIsReportedAtItsTable() {
    assertThat(errorsOf("[mirror.\"my.mirror\"]\nrefresh = \"1m\"\n"))
        .isEqualTo(
            """
            larder.toml:1:1: error: [mirror."my.mirror"] has no "format"
                1 | [mirror."my.mirror"]
                  | ^^^^^^^^^^^^^^^^^^^^  add: format = "pacman"
            """);
  }

  @Test
  void dottedAndInlineKeysArePointedAtExactly() {
    String toml =
        "cache.max-size = true\nmirror = { a = { format = \"pacman\", refersh = \"1s\" } }\n";
    assertThat(errorsOf(toml))
        .isEqualTo(
            """
            larder.toml:1:18: error: "max-size" in [cache]: expected a size, got a boolean
                1 | cache.max-size = true
                  |                  ^^^^  for example: max-size = "200GiB"
            larder.toml:2:37: error: unknown key "refersh" in [mirror.a]
                2 | mirror = { a = { format = "pacman", refersh = "1s" } }
                  |                                     ^^^^^^^  did you mean "refresh"?
            """);
  }

  @Test
  void theLastPartOfADottedKeyIsTheOneAtFault() {
    assertThat(errorsOf("cache.\"max-sise\" = \"1GiB\"\n[mirror]\na.format = \"x\"\na.hold = 1\n"))
        .isEqualTo(
            """
            larder.toml:1:7: error: unknown key "max-sise" in [cache]
                1 | cache."max-sise" = "1GiB"
                  |       ^^^^^^^^^^  did you mean "max-size"?
            larder.toml:4:3: error: unknown key "hold" in [mirror.a]
                4 | a.hold = 1
                  |   ^^^^
            """);
  }

  @Test
  void aValueWhereATableBelongsIsRefused() {
    assertThat(errorsOf("cache = 5\n[mirror]\nformat = \"pacman\"\n"))
        .isEqualTo(
            """
            larder.toml:1:1: error: "cache": expected a table, got an integer
                1 | cache = 5
                  | ^^^^^  write it as a table: [cache]
            larder.toml:3:1: error: "format" in [mirror]: expected a table, got a string
                3 | format = "pacman"
                  | ^^^^^^  each has a name: [mirror.NAME]
            """);
  }

  @Test
  void syntaxErrorsHaveTheSameShape() {
    assertThat(
            errorsOf("[cache\nmax-size = \"1GiB\"\nmax-size = \"2GiB\"\nkeyring = /etc/keys.gpg\n"))
        .isEqualTo(
            """
            larder.toml:1:7: error: Unexpected end of line, expected ]
                1 | [cache
                  |       ^
            larder.toml:3:1: error: max-size previously defined at line 2, column 1
                3 | max-size = "2GiB"
                  | ^
            larder.toml:4:11: error: Unexpected '/', expected a value
                4 | keyring = /etc/keys.gpg
                  |           ^  text needs quotes
            """);
  }

  @Test
  void anErrorAtTheEndOfTheFilePointsBehindTheLastLine() {
    assertThat(errorsOf("x = [1,\n"))
        .startsWith("larder.toml:2:1: error: ")
        .endsWith("    2 | \n      | ^\n");
  }

  @Test
  void tabsAndWideCharactersKeepThePointerInPlace() {
    assertThat(errorsOf("[cache]\n\tcount = 99\nx = { \"\uD83D\uDE00\" = 1, y = 2 }\n"))
        .isEqualTo(
            """
            larder.toml:2:10: error: "count" in [cache]: expected an integer from 0 to 10, got 99
                2 | \tcount = 99
                  | \t        ^^  for example: count = 3
            larder.toml:3:1: error: unknown key "x" in [cache]
                3 | x = { "\uD83D\uDE00" = 1, y = 2 }
                  | ^
            """);
  }

  @Test
  void longLinesAreCutAroundThePointerAndControlCharactersReplaced() {
    String error =
        errorsOf("x = \"" + "a".repeat(5000) + "\"; y = \"" + "b".repeat(5000) + "\u0007\"");
    assertThat(error.lines()).allMatch(line -> line.length() < 250);
    assertThat(error).contains("...aaa").contains("bbb...").doesNotContain("\u0007");
  }

  @Test
  void aSecretInTheFileIsRefusedAndNotRepeated() {
    assertThat(errorsOf("[cache]\ntoken = \"hunter2\"\n"))
        .isEqualTo(
            "larder.toml:2:9: error: \"token\" in [cache]: a secret does not stand in the"
                + " configuration; put it into a file or an environment variable and write"
                + " \"file:/path\" or \"env:NAME\"; for example: token ="
                + " \"file:/run/secrets/name\"\n");
    assertThat(errorsOf("", Map.of("LARDER_CACHE__TOKEN", "hunter2")))
        .startsWith("LARDER_CACHE__TOKEN: error: ")
        .doesNotContain("hunter2");
  }

  @Test
  void allProblemsAreReportedTogetherInTheOrderOfTheFile() {
    String toml = "[mirror.b]\nhold = 1\n[cache]\nloud = \"yes\"\nnoise = 1\n[x]\n";
    String errors = errorsOf(toml, Map.of("LARDER_CACHE__COUNT", "many"));
    assertThat(
            errors
                .lines()
                .filter(line -> line.contains("error:"))
                .map(l -> l.substring(0, l.indexOf(": "))))
        .containsExactly(
            "larder.toml:1:1",
            "larder.toml:2:1",
            "larder.toml:4:8",
            "larder.toml:5:1",
            "larder.toml:6:1",
            "LARDER_CACHE__COUNT");
  }

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
        Path.of("/work"));
    Section root = document.root();
    assertThat(root.find(KEYRING)).isEqualTo(Path.of("/work/keys/a.gpg"));
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
    document.override(
        "LARDER_", Map.of("LARDER_MIRROR__A__LISTEN", ""), _ -> false, Path.of("/work"));
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
    document.override("--listen", "mirror", "listen", List.of("127.0.0.1:9"), Path.of("/work"));
    assertThat(document.root().table("mirror").get(LISTEN)).containsExactly(at("127.0.0.1", 9));
    assertThat(document.finish())
        .contains(
            new Setting(
                List.of("mirror"), "listen", "[\"127.0.0.1:9\"]", new Origin.Argument("--listen")));
    Document wrong = Document.empty();
    wrong.override("--listen", "mirror", "listen", List.of("localhost:80"), Path.of("/work"));
    wrong.root().table("mirror").get(LISTEN);
    assertThatThrownBy(wrong::finish)
        .hasMessage(
            "--listen: error: \"listen\" in [mirror]: \"localhost:80\" is not an address:port;"
                + " names are not looked up here, write 127.0.0.1:80; for example: --listen"
                + " 127.0.0.1:8080");
  }

  @Test
  void pathsAreRelativeToTheFileTheyStandIn() throws InvalidConfig {
    assertThat(with("keyring = \"../keys.gpg\"").root().find(KEYRING))
        .isEqualTo(Path.of("/etc/keys.gpg"));
    assertThat(errorsOf("keyring = \"~/keys.gpg\""))
        .contains("begins with ~")
        .contains("write it out");
    assertThat(errorsOf("keyring = \"\"")).contains("expected a path, got nothing");
  }

  @Test
  void aFileThatIsNoTextOrTooLargeIsRefused(@TempDir Path directory) throws Exception {
    Path latin = Files.write(directory.resolve("latin.toml"), new byte[] {'#', (byte) 0xe9});
    assertThatThrownBy(() -> Document.load(latin))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage(latin + ": error: is not UTF-8 text; TOML has to be");
    Path large = Files.write(directory.resolve("large.toml"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> Document.load(large)).hasMessageContaining("larger than 1 MiB");
    assertThatThrownBy(() -> Document.load(directory)).isInstanceOf(InvalidConfig.class);
    Path absent = directory.resolve("absent.toml");
    assertThatThrownBy(() -> Document.load(absent))
        .hasMessage(
            absent
                + ": error: there is no such file; write one with \"larder config init --path "
                + absent
                + "\"");
    Path marked = Files.writeString(directory.resolve("bom.toml"), "\uFEFF# fine\r\n");
    assertThat(Document.load(marked).finish()).isEmpty();
  }

  @Test
  void garbageIsNeverAnswered_exceptWithTheErrorForIt() throws InvalidConfig {
    Random random = new Random(20_261_120);
    List<String> words =
        List.of(
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            ".",
            ",",
            "\n",
            "\r\n",
            "\t",
            " ",
            "\"",
            "'",
            "#",
            "\"\"\"",
            "'''",
            "\\",
            "cache",
            "mirror",
            "max-size",
            "listen",
            "format",
            "a",
            "5",
            "-1",
            "1.5",
            "true",
            "1979-05-27",
            "\"1GiB\"",
            "\"[::1]:80\"",
            "\uD83D\uDE00",
            "\uD800",
            "\0",
            "[cache]\n",
            "[mirror.a]\n",
            "listen = [",
            "token = ",
            "\"\\u0000\"",
            "99999999999999");
    Consumer<String> read = toml -> assertThat(errorsOf(toml)).isNotNull();
    for (int i = 0; i < 3_000; i++) {
      StringBuilder toml = new StringBuilder();
      for (int n = random.nextInt(30); n >= 0; n--) {
        toml.append(words.get(random.nextInt(words.size())));
      }
      read.accept(toml.toString());
    }
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(80)];
      random.nextBytes(bytes);
      read.accept(new String(bytes, StandardCharsets.ISO_8859_1));
    }
    assertThat(errorsOf("")).isEmpty();
  }

  @Test
  void wellFormedNonsenseIsAlwaysRefusedWithAPlace() {
    Random random = new Random(3);
    List<String> values =
        List.of(
            "1",
            "-0.5",
            "nan",
            "true",
            "07:32:00",
            "1979-05-27T07:32:00Z",
            "\"\"",
            "'5m'",
            "[]",
            "{}",
            "[[1], {a = 2}]",
            "{ listen = 1, \"x y\".z = 2 }",
            "\"\\u0000\"",
            "\"\"\"\na\"\"\"");
    List<String> keys =
        List.of(
            "nonsense",
            "max-size",
            "count",
            "token",
            "\"\"",
            "'q.q'",
            "a.b.c",
            "keyring",
            "format");
    for (int i = 0; i < 3_000; i++) {
      StringBuilder toml = new StringBuilder("nothing = 0\n");
      for (int n = random.nextInt(8); n >= 0; n--) {
        toml.append(keys.get(random.nextInt(keys.size()))).append(n % 2 == 0 ? "=" : " = ");
        toml.append(values.get(random.nextInt(values.size()))).append(" # ]\n");
        toml.append(
            List.of("", "[cache]\n", "[mirror.\"x\"]\n", "[[mirror]]\n").get(random.nextInt(4)));
      }
      assertThat(errorsOf(toml.toString())).contains("larder.toml:");
    }
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

package dev.larder.config;

import static dev.larder.config.SampleKeys.KEYRING;
import static dev.larder.config.SampleKeys.errorsOf;
import static dev.larder.config.SampleKeys.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentTest {
  /// What documents are made of, and what breaks them.
  private static final List<String> PARTS =
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
    Consumer<String> read = toml -> assertThat(errorsOf(toml)).isNotNull();
    for (int i = 0; i < 3_000; i++) {
      StringBuilder toml = new StringBuilder();
      for (int n = random.nextInt(30); n >= 0; n--) {
        toml.append(PARTS.get(random.nextInt(PARTS.size())));
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
}

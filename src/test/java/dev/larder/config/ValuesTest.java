package dev.larder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The notations of single values.
class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "0s, 0",
    "250ms, 250",
    "30s, 30000",
    "5m, 300000",
    "1h, 3600000",
    "1h30m, 5400000",
    "14d, 1209600000",
    "2w, 1209600000",
    "1d1s, 86401000",
    "3650d, 315360000000"
  })
  void durationsAreNumbersWithUnits(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "m",
        "5 m",
        "-5m",
        "5M",
        "1.5h",
        "5mm",
        "PT5M",
        "3651d",
        "5m ",
        "9999999999s"
      })
  void otherDurationsAreRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"" + text + "\" is ");
  }

  @Test
  void durationsAreWrittenTheWayTheyAreRead() {
    assertThat(Durations.format(Duration.ofHours(24))).isEqualTo("24h");
    assertThat(Durations.format(Duration.ofDays(7))).isEqualTo("7d");
    assertThat(Durations.format(Duration.ofMinutes(90))).isEqualTo("1h30m");
    assertThat(Durations.format(Duration.ZERO)).isEqualTo("0s");
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      Duration duration = Duration.ofMillis(random.nextLong(Durations.LONGEST.toMillis()));
      assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "200GiB, 214748364800",
    "1 KiB, 1024",
    "512B, 512",
    "0B, 0",
    "10GB, 10000000000",
    "4mib, 4194304",
    "1PiB, 1125899906842624"
  })
  void sizesAreWholeNumbersWithUnits(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
    assertThat(Sizes.parse(Sizes.format(bytes))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GiB", "1", "1.5GiB", "-1GiB", "1GiBs", "90%", "9999999PiB"})
  void otherSizesAreRefused(String text) {
    assertThatThrownBy(() -> Sizes.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8080, 127.0.0.1, 8080",
    "[::1]:8082, ::1, 8082",
    "0.0.0.0:80, 0.0.0.0, 80",
    "[::]:65535, ::, 65535",
    "127.0.0.1:0, 127.0.0.1, 0"
  })
  void listenAddressesAreLiterals(String text, String host, int port) {
    InetSocketAddress expected = new InetSocketAddress(InetAddress.ofLiteral(host), port);
    assertThat(Addresses.parseWithPort(text)).isEqualTo(expected);
    assertThat(Addresses.parseWithPort(Addresses.format(expected))).isEqualTo(expected);
  }

  @Test
  void aPortAloneIsEveryAddress() {
    InetSocketAddress all = Addresses.parseWithPort(":8080");
    assertThat(all.getAddress().isAnyLocalAddress()).isTrue();
    assertThat(all.getPort()).isEqualTo(8080);
    assertThat(Addresses.parseWithPort(Addresses.format(all))).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http",
        "localhost:80", "::1:80", "[::1]", "[127.0.0.1]:80", "[]:80", "127.1:80", "256.0.0.1:80",
        "127.0.0.1:999999999999", " 127.0.0.1:80", "[::zz]:80", "a.example:80"
      })
  void otherListenAddressesAreRefused(String text) {
    assertThatThrownBy(() -> Addresses.parseWithPort(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "fe80::1",
        "2001:db8::",
        "2001:db8:0:1::7",
        "1:2:3:4:5:6:7:8",
        "0:1:0:a0:0b:0:1:c",
        "192.0.2.7"
      })
  void addressesAreWrittenShort(String text) {
    assertThat(Addresses.format(Addresses.parse(text))).isEqualTo(text.replace("0b", "b"));
  }

  @Test
  void addressesAreNeverLookedUp() {
    assertThat(Addresses.parse("2001:db8::7")).isEqualTo(InetAddress.ofLiteral("2001:db8::7"));
    assertThatThrownBy(() -> Addresses.parse("localhost"))
        .hasMessage("\"localhost\" is not an IP address; names are not looked up here");
  }

  private enum Mood {
    CALM,
    VERY_LOUD
  }

  @Test
  void anUnknownWordNamesTheKnownOnes() throws InvalidConfig {
    Key<Mood> mood = Key.of("mood", Type.oneOf(Mood.class), Mood.CALM, "Mood.");
    assertThat(Document.parse("t", Path.of("/"), "mood = \"very-loud\"").root().get(mood))
        .isEqualTo(Mood.VERY_LOUD);
    Document document = Document.parse("t", Path.of("/"), "mood = \"very-luod\"");
    document.root().get(mood);
    assertThatThrownBy(document::finish)
        .hasMessageContaining(
            "expected \"calm\" or \"very-loud\", got \"very-luod\"; did you mean \"very-loud\"?");
  }

  @Test
  void suggestionsAreNearOrAbsent() {
    List<String> keys = List.of("refresh", "redirects", "listen", "hold", "held-for");
    assertThat(Suggestion.nearest("refersh", keys)).isEqualTo("refresh");
    assertThat(Suggestion.nearest("Listen", keys)).isEqualTo("listen");
    assertThat(Suggestion.nearest("held_for", keys)).isEqualTo("held-for");
    assertThat(Suggestion.nearest("upstream", keys)).isNull();
    assertThat(Suggestion.nearest("x".repeat(1000), keys)).isNull();
    assertThat(Suggestion.distance("ab", "ba")).isEqualTo(1);
    assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
    assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
  }

  @Test
  void aSecretIsRevealedOnlyWhenAsked(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "hunter2\n");
    Secret inFile = Secret.parse("file:" + file);
    Secret inEnvironment = Secret.parse("env:TOKEN");
    assertThat(inFile.reveal(Map.of())).isEqualTo("hunter2");
    assertThat(inEnvironment.reveal(Map.of("TOKEN", "hunter3"))).isEqualTo("hunter3");
    assertThat(inFile.toString()).isEqualTo("Secret[file:" + file + "]");
    assertThat(inFile).isEqualTo(Secret.parse("file:" + file)).isNotEqualTo(inEnvironment);
    Files.writeString(file, "changed");
    assertThat(inFile.reveal(Map.of())).isEqualTo("changed");
    Files.delete(file);
    assertThatThrownBy(() -> inFile.reveal(Map.of()))
        .hasMessageContaining("secret file:" + file + " cannot be read");
    assertThatThrownBy(() -> inEnvironment.reveal(Map.of()))
        .hasMessage("secret env:TOKEN is empty; give it a value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2", "file:relative", "env:", "env:A B", "file:", "FILE:/x"})
  void whatIsNoReferenceIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> Secret.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\"" + text + "\""));
  }

  @Test
  void namesAreQuotedWhereTomlNeedsIt() {
    assertThat(Quoted.key(List.of("mirror", "a.b", "c_d-1"))).isEqualTo("mirror.\"a.b\".c_d-1");
    assertThat(Quoted.toml("a\"b\\\n")).isEqualTo("\"a\\\"b\\\\\\n\"");
  }
}

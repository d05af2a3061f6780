package dev.larder.snippet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {
  private static final Address SHARED = new Address("http://pantry.example", "/freebsd-pkg/", true);
  private static final Address SECOND = new Address("http://pantry.example:8080", "/two/", false);
  private static final Address OWN = new Address("http://10.0.0.5:8082", "/", false);

  @TempDir private Path directory;

  private static Snippet snippet(Client client, Address at, String variant) {
    return client.snippets(at).stream()
        .filter(snippet -> snippet.variant().equals(variant))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void pacmanGetsALineForItsMirrorlist() {
    Snippet snippet = snippet(Client.PACMAN, SECOND, "pacman");
    assertThat(snippet.text()).isEqualTo("Server = http://pantry.example:8080/two/$repo/os/$arch");
    assertThat(snippet.notes()).isEmpty();
  }

  @Test
  void freebsd15OverridesItsTagsAndLeavesTheBaseSystemApart() {
    Snippet ports = Client.FREEBSD.snippets(SHARED).getFirst();
    assertThat(ports.file()).isEqualTo("/usr/local/etc/pkg/repos/larder.conf");
    assertThat(ports.text())
        .isEqualTo(
            """
            FreeBSD-ports: {
              url: "http://pantry.example/${ABI}/quarterly",
              mirror_type: "none",
              signature_type: "fingerprints",
              fingerprints: "/usr/share/keys/pkg",
              enabled: yes
            }
            FreeBSD-ports-kmods: {
              url: "http://pantry.example/${ABI}/kmods_quarterly_${VERSION_MINOR}",
              mirror_type: "none",
              signature_type: "fingerprints",
              fingerprints: "/usr/share/keys/pkg",
              enabled: yes
            }\
            """);
    assertThat(ports.undo()).isEqualTo("rm /usr/local/etc/pkg/repos/larder.conf && pkg update -f");
    Snippet base = snippet(Client.FREEBSD, SHARED, "base");
    assertThat(base.file()).isEqualTo("/usr/local/etc/pkg/repos/larder-base.conf");
    assertThat(base.text())
        .isEqualTo(
            """
            FreeBSD-base: {
              url: "http://pantry.example/${ABI}/base_release_${VERSION_MINOR}",
              mirror_type: "none",
              signature_type: "fingerprints",
              fingerprints: "/usr/share/keys/pkgbase-${VERSION_MAJOR}",
              enabled: yes
            }\
            """);
    assertThat(base.undo()).startsWith("rm /usr/local/etc/pkg/repos/larder-base.conf && ");
  }

  @Test
  void olderFreebsdHasOneTagAndTheKernelModulesOnlyWhereTheyAreShipped() {
    assertThat(snippet(Client.FREEBSD, SHARED, "14").text().lines())
        .filteredOn(line -> !line.startsWith(" "))
        .containsExactly("FreeBSD: {", "}", "FreeBSD-kmods: {", "}");
    assertThat(snippet(Client.FREEBSD, SHARED, "older").text().lines())
        .filteredOn(line -> !line.startsWith(" "))
        .containsExactly("FreeBSD: {", "}");
  }

  @Test
  void aMirrorThatDoesNotAnswerAtTheRootIsNamedInThePath() {
    assertThat(snippet(Client.FREEBSD, SECOND, "older").text())
        .contains("url: \"http://pantry.example:8080/two/${ABI}/quarterly\"");
    assertThat(snippet(Client.FREEBSD, OWN, "older").text())
        .contains("url: \"http://10.0.0.5:8082/${ABI}/quarterly\"");
    assertThat(snippet(Client.BASTILLE, SECOND, "bastille").text())
        .isEqualTo("bastille_url_freebsd=\"http://pantry.example:8080/two/releases/\"");
    assertThat(snippet(Client.BASTILLE, OWN, "bastille").text())
        .isEqualTo("bastille_url_freebsd=\"http://10.0.0.5:8082/releases/\"");
  }

  @Test
  void bastilleAsksWhereFreebsdsOwnServerHasIt() {
    Address at = new Address("http://pantry.example", "/freebsd-releases/", true);
    Snippet snippet = snippet(Client.BASTILLE, at, "bastille");
    String url = "http://pantry.example/pub/FreeBSD/releases/";
    assertThat(snippet.text()).isEqualTo("bastille_url_freebsd=\"" + url + "\"");
    assertThat(snippet.apply())
        .isEqualTo("sysrc -f /usr/local/etc/bastille/bastille.conf " + snippet.text());
    assertThat(snippet.undo()).contains("http://ftp.freebsd.org/pub/FreeBSD/releases/");
    assertThat(snippet.notes())
        .contains(
            "bsdinstall takes the directory of a release: BSDINSTALL_DISTSITE="
                + url
                + "amd64/amd64/15.0-RELEASE")
        .noneMatch(note -> note.contains("snapshots"));
  }

  /// Bastille's own rule is `sed 's/releases/snapshots/'` on the whole URL.
  @Test
  void bastilleIsWarnedOfANameThatItWouldReplace() {
    Address at = new Address("http://pantry.example", "/old-releases/", false);
    assertThat(snippet(Client.BASTILLE, at, "bastille").notes())
        .anyMatch(note -> note.contains("\"snapshots\""));
    Address host = new Address("http://releases.example", "/freebsd-releases/", true);
    assertThat(snippet(Client.BASTILLE, host, "bastille").notes())
        .anyMatch(note -> note.contains("\"snapshots\""));
  }

  @Test
  void freebsdUpdateGetsAHostAndNothingElse() {
    Address at = new Address("http://pantry.example", "/freebsd-update/", true);
    Snippet snippet = snippet(Client.FREEBSD_UPDATE, at, "freebsd-update");
    assertThat(snippet.text()).isEqualTo("ServerName pantry.example");
    assertThat(snippet.notes())
        .containsExactly(
            "to try it without a change: freebsd-update -s pantry.example fetch",
            "jails have a file of their own");
    assertThat(Client.FREEBSD_UPDATE.canReach(at)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://pantry.example:80    | /u/ | true  | ",
        "http://pantry.example       | /   | false | ",
        "http://pantry.example:8080  | /u/ | true  | listen = [\"[::]:80\"] in [packages]",
        "https://pantry.example      | /u/ | true  | plain HTTP only",
        "https://pantry.example:80   | /u/ | true  | plain HTTP only",
        "http://pantry.example       | /u/ | false | in its table",
        "http://pantry.example/x     | /u/ | true  | without one",
        "http://[fdce::30]           | /u/ | true  | write a name for [fdce::30]",
      })
  void freebsdUpdateIsWarnedOfWhatItCannotExpress(
      String base, String path, boolean atRoot, String warning) {
    Address at = new Address(base, path, atRoot);
    assertThat(Client.FREEBSD_UPDATE.canReach(at)).isEqualTo(warning == null);
    if (warning != null) {
      assertThat(snippet(Client.FREEBSD_UPDATE, at, "freebsd-update").notes())
          .anyMatch(note -> note.contains(warning));
    }
  }

  /// The expression alone: `-i ''` is of FreeBSD's sed.
  @Test
  void theLineOfFreebsdUpdateIsReplacedAndPutBack() throws IOException, InterruptedException {
    String shipped =
        "# ServerName of old\nKeyPrint 8006\nServerName update.FreeBSD.org\nComponents src\n";
    Path file = Files.writeString(directory.resolve("freebsd-update.conf"), shipped);
    Address at = new Address("http://pantry.example", "/freebsd-update/", true);
    Snippet snippet = snippet(Client.FREEBSD_UPDATE, at, "freebsd-update");
    String applied = edited(snippet.apply(), file);
    assertThat(applied).isEqualTo(shipped.replace("ServerName update.FreeBSD.org", snippet.text()));
    Files.writeString(file, applied);
    assertThat(edited(snippet.undo(), file)).isEqualTo(shipped);
  }

  private static String edited(String command, Path file) throws IOException, InterruptedException {
    assertThat(command).startsWith("sed -i '' '").endsWith("' /etc/freebsd-update.conf");
    String here =
        command.replace("sed -i ''", "sed").replace("/etc/freebsd-update.conf", file.toString());
    Process sed = new ProcessBuilder("sh", "-c", here).redirectErrorStream(true).start();
    String output = new String(sed.getInputStream().readAllBytes(), UTF_8);
    assertThat(sed.waitFor()).isZero();
    return output;
  }

  @ParameterizedTest
  @EnumSource
  void everyClientIsFoundByItsWordAndItsFormat(Client client) {
    assertThat(Client.named(client.word())).isEqualTo(client);
    assertThat(Client.of(client.format())).isEqualTo(client);
    assertThat(Client.named("apt")).isNull();
    assertThat(Client.of("apt")).isNull();
    List<Snippet> snippets = client.snippets(SHARED);
    assertThat(snippets).extracting(Snippet::variant).doesNotHaveDuplicates();
    assertThat(snippets)
        .allSatisfy(snippet -> {
          assertThat(snippet.apply()).contains(snippet.file());
          assertThat(snippet.undo()).contains(snippet.file());
          assertThat(snippet.text()).doesNotEndWith("\n");
        });
    Address here = new Address("http://127.0.0.1:8080", "/x/", true);
    assertThat(client.snippets(here))
        .allSatisfy(snippet ->
            assertThat(snippet.notes().getFirst())
                .startsWith("only this machine reaches http://127.0.0.1:8080"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pantry.example",
        "ftp://pantry.example",
        "http://",
        "http://pantry.example/",
        "http://pantry.example:123456",
        "http://user@pantry.example",
        "http://pantry.example/a b",
        "http://pantry'.example",
        "http://[fdce::30",
        "http://pantry.example/?x"
      })
  void onlyPlainAddressesEndUpInCommands(String base) {
    assertThatThrownBy(() -> new Address(base, "/x/", true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "http://pantry.example:, http://pantry.example",
    "http://pantry.example:80, http://pantry.example",
    "http://[fdce::30]:80, http://[fdce::30]",
    "http://[fdce::80], http://[fdce::80]",
    "http://pantry.example:80/x, http://pantry.example/x",
    "http://pantry.example:8080, http://pantry.example:8080",
    "http://pantry.example:443, http://pantry.example:443",
    "https://pantry.example:443, https://pantry.example",
    "https://pantry.example:80, https://pantry.example:80",
  })
  void aPortThatGoesWithoutSayingIsNotSaid(String base, String said) {
    assertThat(new Address(base, "/x/", true).base()).isEqualTo(said);
  }

  @Test
  void aPathBeginsAndEndsWithASlash() {
    assertThatThrownBy(() -> new Address("http://pantry.example", "/x", true))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

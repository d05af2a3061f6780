package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.Amount;
import dev.larder.config.Document;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Network;
import dev.larder.config.Section;
import dev.larder.egress.RedirectPolicy;
import dev.larder.repo.Admission;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorSettingsTest {
  private static final Set<String> FORMATS =
      Set.of("pacman", "freebsd-pkg", "freebsd-update", "freebsd-releases");

  private static MirrorSettings read(String toml) throws InvalidConfig {
    Document document = Document.parse("larder.toml", Path.of("/etc/larder"), toml);
    List<Section> mirrors = document.root().table("mirror").tables();
    MirrorSettings settings = MirrorSettings.read(mirrors.getFirst(), FORMATS);
    document.finish();
    return settings;
  }

  private static String errorOf(String toml) {
    try {
      return "accepted: " + read(toml);
    } catch (InvalidConfig e) {
      return e.getMessage();
    }
  }

  private static String upstream(String value) {
    return "[mirror.m]\nformat = \"pacman\"\nupstream = " + value + "\n";
  }

  @Test
  void defaultsAreThoseOfTheReference() throws InvalidConfig {
    assertThat(read("[mirror.arch]\n"))
        .isEqualTo(
            new MirrorSettings(
                "arch",
                "pacman",
                List.of("https://geo.mirror.pkgbuild.com"),
                List.of(),
                Duration.ofMinutes(5),
                Duration.ofDays(7),
                Duration.ofMinutes(30),
                5,
                Duration.ofDays(14),
                Duration.ofHours(24),
                MirrorSettings.Verify.REQUIRE,
                null,
                null,
                null,
                new RedirectPolicy.Public(),
                new Amount.Percent(100),
                null,
                List.of(),
                Admission.OPEN));
  }

  @Test
  void everyKeyIsMapped() throws InvalidConfig {
    assertThat(
            read(
                """
                [mirror.my-mirror]
                format = "pacman"
                upstream = ["http://one.example:8080/arch/", "file:///etc/pacman.d/mirrorlist"]
                listen = ["[::1]:8082"]
                refresh = "0s"
                active-for = "1d"
                hold = "1h"
                held-generations = 9
                held-for = "3d"
                accept-rollback-after = "2h"
                verify = "warn"
                keyring = "keys"
                redirects = ["Two.example", "three.example"]
                share = "40%"
                keep = "90d"
                roots = ["core/os/x86_64", "pool"]
                allow = ["192.0.2.0/24"]
                deny = ["192.0.2.7"]
                """))
        .isEqualTo(
            new MirrorSettings(
                "my-mirror",
                "pacman",
                List.of("http://one.example:8080/arch", "file:/etc/pacman.d/mirrorlist"),
                List.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 8082)),
                Duration.ZERO,
                Duration.ofDays(1),
                Duration.ofHours(1),
                9,
                Duration.ofDays(3),
                Duration.ofHours(2),
                MirrorSettings.Verify.WARN,
                Path.of("/etc/larder/keys"),
                null,
                null,
                new RedirectPolicy.Hosts(Set.of("two.example", "three.example")),
                new Amount.Percent(40),
                Duration.ofDays(90),
                List.of("core/os/x86_64", "pool"),
                new Admission(
                    List.of(new Network(InetAddress.ofLiteral("192.0.2.0"), 24)),
                    List.of(new Network(InetAddress.ofLiteral("192.0.2.7"), 32)))));
  }

  @Test
  void oneUpstreamNeedsNoBrackets() throws InvalidConfig {
    assertThat(read(upstream("\"https://one.example\"")).upstream())
        .containsExactly("https://one.example");
  }

  @Test
  void redirectsAreAWordOrAList() throws InvalidConfig {
    assertThat(read("[mirror.arch]\nredirects = \"same-domain\"").redirects())
        .isEqualTo(new RedirectPolicy.SameDomain());
    assertThat(read("[mirror.arch]\nredirects = \"public\"").redirects())
        .isEqualTo(new RedirectPolicy.Public());
    assertThat(read("[mirror.arch]\nredirects = []").redirects())
        .isEqualTo(new RedirectPolicy.Hosts(Set.of()));
    assertThat(errorOf("[mirror.arch]\nredirects = \"same-domian\""))
        .isEqualTo(
            """
            larder.toml:2:13: error: "redirects" in [mirror.arch]: expected "public", "same-domain" or a \
            list of host names, got "same-domian"; did you mean "same-domain"?
                2 | redirects = "same-domian"
                  |             ^^^^^^^^^^^^^  for example: redirects = ["mirror.example.net"]\
            """);
    assertThat(errorOf("[mirror.arch]\nredirects = [\"https://one.example\"]"))
        .contains("is not a host name; write it without scheme, port and path");
  }

  @Test
  void aMirrorOfAnyOtherNameHasToSayWhatItIs() {
    assertThat(errorOf("[mirror.other]\n"))
        .isEqualTo(
            """
            larder.toml:1:1: error: [mirror.other] has no "format"
                1 | [mirror.other]
                  | ^^^^^^^^^^^^^^  add: format = "pacman"
            larder.toml:1:1: error: [mirror.other] has no "upstream"
                1 | [mirror.other]
                  | ^^^^^^^^^^^^^^  add: upstream = ["https://geo.mirror.pkgbuild.com"]\
            """);
  }

  @Test
  void mirrorsOfKnownNamesNeedNoMore() throws InvalidConfig {
    assertThat(MirrorSettings.defaults(FORMATS))
        .containsExactly("freebsd-pkg", "freebsd-update", "freebsd-releases", "arch");
    assertThat(MirrorSettings.defaults(Set.of("pacman"))).containsExactly("arch");
    MirrorSettings pkg = read("[mirror.freebsd-pkg]\n");
    assertThat(pkg.format()).isEqualTo("freebsd-pkg");
    assertThat(pkg.upstream()).containsExactly("https://pkg.freebsd.org");
    assertThat(pkg.refresh()).hasMinutes(5);
    MirrorSettings releases = read("[mirror.freebsd-releases]\n");
    assertThat(releases.format()).isEqualTo("freebsd-releases");
    assertThat(releases.upstream())
        .containsExactly("https://download.freebsd.org", "https://ftp.freebsd.org/pub/FreeBSD");
    // A known name does not bind its owner.
    assertThat(errorOf("[mirror.arch]\nformat = \"freebsd-pkg\""))
        .contains("[mirror.arch] has no \"upstream\"");
  }

  @Test
  void freebsdUpdateAsksOnEveryRequestUnlessToldOtherwise() throws InvalidConfig {
    MirrorSettings update = read("[mirror.freebsd-update]\n");
    assertThat(update.format()).isEqualTo("freebsd-update");
    assertThat(update.upstream()).containsExactly("http://update.freebsd.org");
    assertThat(update.refresh()).isZero();
    assertThat(read("[mirror.freebsd-update]\nrefresh = \"1m\"").refresh()).hasMinutes(1);
    String other = "[mirror.u]\nformat = \"freebsd-update\"\nupstream = \"http://a.example\"";
    assertThat(read(other).refresh()).isZero();
  }

  @Test
  void eachFormatHasKeysOfItsOwnKind() throws InvalidConfig {
    assertThat(read("[mirror.freebsd-pkg]\nfingerprints = \"keys/pkg\"").fingerprints())
        .isEqualTo(Path.of("/etc/larder/keys/pkg"));
    assertThat(read("[mirror.freebsd-pkg]\npubkey = \"/keys/repo.pub\"").pubkey())
        .isEqualTo(Path.of("/keys/repo.pub"));
    assertThat(errorOf("[mirror.freebsd-pkg]\npubkey = \"p\"\nfingerprints = \"f\""))
        .isEqualTo(
            """
            larder.toml:2:10: error: "pubkey" in [mirror.freebsd-pkg]: a repository is signed in one of \
            two ways, and "fingerprints" is set too
                2 | pubkey = "p"
                  |          ^^^  keep the one that clients of the repository have in their configuration\
            """);
    assertThat(errorOf("[mirror.freebsd-pkg]\nkeyring = \"k\""))
        .contains(
            "\"keyring\" in [mirror.freebsd-pkg]: only pacman's files have OpenPGP signatures")
        .contains("name FreeBSD's keys instead: fingerprints = \"/usr/share/keys/pkg\"");
    assertThat(errorOf("[mirror.freebsd-update]\nkeyring = \"k\""))
        .contains("only pacman's files have OpenPGP signatures")
        .contains("remove it: these files are checked by their checksums");
    assertThat(errorOf("[mirror.arch]\nfingerprints = \"f\""))
        .contains("\"fingerprints\" in [mirror.arch]: only repositories of format freebsd-pkg")
        .contains("name a file of OpenPGP keys instead: keyring = ");
    assertThat(errorOf("[mirror.freebsd-releases]\npubkey = \"p\""))
        .contains("only repositories of format freebsd-pkg are signed this way")
        .contains("remove it");
  }

  @Test
  void unknownFormatsAreRefused() {
    assertThat(errorOf("[mirror.m]\nformat = \"apt\"\nupstream = \"https://a.example\""))
        .contains("there is no format of this name")
        .endsWith(
            "use \"freebsd-pkg\" or \"freebsd-releases\" or \"freebsd-update\" or \"pacman\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"https://user:pw@a.example\" | with a user name or password is not supported yet",
        "\"https://a.example/?x\"      | has a part after ? or #",
        "\"https://a.example/#x\"      | has a part after ? or #",
        "\"ftp://a.example\"           | is not a URL that begins with https://, http://, file:/ or srv:",
        "\"srv:\"                      | is not a URL",
        "\"srv:pkg\"                   | is not srv: and a host name",
        "\"srv://pkg.example\"         | is not srv: and a host name",
        "\"srv:pkg.example/x\"         | is not srv: and a host name",
        "\"srv:pkg.example:80\"        | is not srv: and a host name",
        "\"srv:192.0.2.1\"             | is not srv: and a host name",
        "\"a.example\"                 | is not a URL that begins with",
        "\"https://\"                  | is not a URL",
        "\"https:///x\"                | has no host name",
        "\"https:x\"                   | has no host name",
        "\"https://a.example:99999\"   | has a port that does not exist",
        "\"https://a.example/x/../y\"  | has // or . or .. in its path",
        "\"https://a.example/x y\"     | is not a URL",
        "\"https://a.example/é\"       | has characters outside ASCII",
        "\"https://a.example/$repo/os/$arch\" | write the URL up to the part before $repo",
        "\"https://a.example/${ABI}/latest\" | write the URL up to the part before ${",
        "\"/etc/pacman.d/mirrorlist\"  | write \"file:/etc/pacman.d/mirrorlist\"",
        "\"file:etc/mirrorlist\"       | is not a local file",
        "\"file://host/etc/list\"      | is not a local file",
        "[]                            | a mirror needs something to mirror",
        "5                             | expected a list of URLs, got an integer"
      })
  void upstreamsThatCannotWorkAreRefusedWithAWayOut(String value, String why) {
    assertThat(errorOf(upstream(value))).contains("\"upstream\" in [mirror.m]: ").contains(why);
  }

  @Test
  void serversMayBeLeftToDns() throws InvalidConfig {
    assertThat(read(upstream("\"srv:Pkg.FreeBSD.org\"")).upstream())
        .containsExactly("srv:pkg.freebsd.org");
  }

  @Test
  void aPasswordInAnUpstreamIsNotRepeated() {
    assertThat(errorOf(upstream("\"https://user:hunter2@a.example\"")))
        .isEqualTo(
            """
            larder.toml:3:12: error: "upstream" in [mirror.m]: a URL with a user name or password is not \
            supported yet; use a server that needs none
                3 | upstream = "https://************@a.example"
                  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^  for example: upstream = \
            ["https://geo.mirror.pkgbuild.com"]\
            """);
    assertThat(errorOf(upstream("\"https://user:hunter2@a.example:x/\"")))
        .doesNotContain("hunter2");
    assertThat(errorOf(upstream("\"ftp://user:hunter2@a.example/\""))).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"arch", "a", "0", "my.mirror_2-x"})
  void namesThatCanBePathsAreTaken(String name) throws InvalidConfig {
    String toml = upstream("\"https://a.example\"").replace("mirror.m", "mirror.\"" + name + "\"");
    assertThat(read(toml).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"repo", "pub", "to-15.0", "-x", "Arch", ".x", "", "a b", "a/b", "@1", "ü"})
  void namesThatThePackageListenerCannotServeAreRefused(String name) {
    String toml = upstream("\"https://a.example\"").replace("mirror.m", "mirror.\"" + name + "\"");
    assertThat(errorOf(toml))
        .containsAnyOf("is not a name for a mirror", "has a name that the package listener needs");
    assertThat(errorOf(toml.replace("\"" + name + "\"", "x".repeat(65)))).contains("up to 64");
  }

  @Test
  void numbersAndChoicesHaveTheirRange() {
    assertThat(errorOf("[mirror.arch]\nheld-generations = -1"))
        .contains("expected an integer from 0 to 1000, got -1");
    assertThat(errorOf("[mirror.arch]\nverify = \"requrie\""))
        .contains("expected \"require\", \"warn\" or \"off\", got \"requrie\"; did you mean");
  }
}

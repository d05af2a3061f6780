package dev.larder.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.api.ConsoleSettings;
import dev.larder.config.ConfigText;
import dev.larder.config.InvalidConfig;
import dev.larder.egress.EgressSettings;
import dev.larder.mirror.MirrorSettings;
import dev.larder.testing.Checkout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  private static final Set<String> FORMATS = Set.of("pacman");

  @TempDir Path root;

  private Machine machine(String os, String user, Map<String, String> environment) {
    return new Machine(environment, os, user, root.resolve("home/me"), root.resolve("here"), root);
  }

  private Machine linux(Map<String, String> environment) {
    return machine("Linux", "me", environment);
  }

  private Path write(String path, String toml) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.resolveSibling(""));
    return Files.writeString(file, toml);
  }

  private LoadedConfig load(String toml, Map<String, String> environment)
      throws IOException, InvalidConfig {
    return Config.load(write("larder.toml", toml), List.of(), linux(environment), FORMATS);
  }

  private String errorsOf(String toml, Map<String, String> environment) throws IOException {
    try {
      return "accepted: " + load(toml, environment);
    } catch (InvalidConfig e) {
      return e.getMessage().replace(root + "/", "");
    }
  }

  @Test
  void variablesOfTheLauncherAreNoneOfOurs() throws IOException {
    Pattern variable = Pattern.compile("LARDER_[A-Z]+(_[A-Z]+)*");
    Map<String, String> used = new TreeMap<>();
    for (String script : List.of("larder", "scripts/find-jdk.sh")) {
      String text = Files.readString(Checkout.root().resolve(script));
      variable.matcher(text).results().forEach(found -> used.put(found.group(), "anything"));
    }
    assertThat(used).containsKeys("LARDER_AOT", "LARDER_JAVA_HOME");
    assertThat(errorsOf("", used)).startsWith("accepted");
  }

  @Test
  void withoutAFileThereIsOneMirrorAndTwoLocalListeners() throws InvalidConfig {
    LoadedConfig loaded = Config.load(null, List.of(), linux(Map.of()), FORMATS);
    assertThat(loaded.file()).isNull();
    Config config = loaded.config();
    assertThat(config.data()).isEqualTo(root.resolve("home/me/.local/share/larder"));
    assertThat(config.packages().listen().toString()).isEqualTo("[/127.0.0.1:8080]");
    assertThat(config.packages().tls()).isNull();
    assertThat(config.console().listen().toString()).isEqualTo("[/127.0.0.1:8090]");
    assertThat(config.egress()).isEqualTo(new EgressSettings(List.of()));
    assertThat(config.mirrors()).extracting(MirrorSettings::name).containsExactly("arch");
    assertThat(config.mirrors().getFirst().upstream())
        .containsExactly("https://geo.mirror.pkgbuild.com");
  }

  @Test
  void withoutAFileEveryFormatHasItsMirror() throws InvalidConfig {
    Set<String> all = Set.of("pacman", "freebsd-pkg", "freebsd-update", "freebsd-releases");
    Config config = Config.load(null, List.of(), linux(Map.of()), all).config();
    assertThat(config.mirrors())
        .extracting(MirrorSettings::name)
        .containsExactly("freebsd-pkg", "freebsd-update", "freebsd-releases", "arch");
    assertThat(config.mirrors())
        .extracting(MirrorSettings::format)
        .containsExactly("freebsd-pkg", "freebsd-update", "freebsd-releases", "pacman");
  }

  /// What the example only offers is right as well: every key and table that is commented out.
  @Test
  void theExampleIsRightInItsCommentsToo(@TempDir Path directory) throws Exception {
    Map<String, String> lines = new LinkedHashMap<>();
    String table = "";
    for (String line : Files.readAllLines(Checkout.root().resolve("larder.toml.example"))) {
      String open = line.replaceFirst("^# (?=\\[|[a-z-]+ *= )", "");
      if (open.startsWith("[")) {
        table = open;
        lines.put(table, open);
      } else if (open.matches("[a-z-]+ *= .*")) {
        String value = open.replace("sha256:...", "sha256:" + "0".repeat(64));
        lines.put(table + open.replaceFirst(" *=.*", ""), value);
      }
    }
    Path file = Files.write(directory.resolve("larder.toml"), lines.values());
    assertThat(lines.keySet()).contains("[access]allow", "[cache]max-size", "[mirror.arch]roots");
    assertThat(Config.load(file, List.of(), linux(Map.of()), Formats.names()).settings())
        .isNotEmpty();
  }

  @Test
  void theExampleIsRight() throws InvalidConfig {
    Set<String> all = Set.of("pacman", "freebsd-pkg", "freebsd-update", "freebsd-releases");
    Path example = Checkout.root().resolve("larder.toml.example");
    Config config = Config.load(example, List.of(), linux(Map.of()), all).config();
    assertThat(config.mirrors()).hasSize(4);
  }

  @Test
  void aConfiguredMirrorReplacesTheDefaultOnes() throws Exception {
    String other = "[mirror.other]\nformat = \"pacman\"\nupstream = \"https://a.example\"\n";
    assertThat(load(other, Map.of()).config().mirrors())
        .extracting(MirrorSettings::name)
        .containsExactly("other");
    assertThat(load("", Map.of("LARDER_MIRROR__ARCH__REFRESH", "1m")).config().mirrors())
        .singleElement()
        .satisfies(arch -> {
          assertThat(arch.refresh()).hasMinutes(1);
          assertThat(arch.upstream()).containsExactly("https://geo.mirror.pkgbuild.com");
        });
  }

  @Test
  void theFirstFileOfTheUsualPlacesIsRead() throws Exception {
    Path home = write("home/me/.config/larder/larder.toml", "");
    Machine linux = linux(Map.of());
    assertThat(Config.load(null, List.of(), linux, FORMATS).file()).isEqualTo(home);
    Path xdg = write("xdg/larder/larder.toml", "");
    Machine withXdg = linux(Map.of("XDG_CONFIG_HOME", root + "/xdg"));
    assertThat(Config.load(null, List.of(), withXdg, FORMATS).file()).isEqualTo(xdg);
    Path etc = write("etc/larder/larder.toml", "");
    assertThat(Config.load(null, List.of(), linux, FORMATS).file()).isEqualTo(etc);
    Path local = write("usr/local/etc/larder/larder.toml", "");
    Machine freebsd = machine("FreeBSD", "me", Map.of());
    assertThat(Config.load(null, List.of(), linux, FORMATS).file()).isEqualTo(etc);
    assertThat(Config.load(null, List.of(), freebsd, FORMATS).file()).isEqualTo(local);
    Path named = write("here/named.toml", "");
    Machine withVariable = linux(Map.of("LARDER_CONFIG", "named.toml"));
    assertThat(Config.load(null, List.of(), withVariable, FORMATS).file()).isEqualTo(named);
    Path option = write("here/option.toml", "");
    assertThat(Config.load(Path.of("option.toml"), List.of(), withVariable, FORMATS).file())
        .isEqualTo(option);
  }

  @Test
  void aFileThatIsNamedHasToExist() {
    assertThatThrownBy(
            () -> Config.load(Path.of("absent.toml"), List.of(), linux(Map.of()), FORMATS))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining(root + "/here/absent.toml: error: there is no such file");
    Machine named = linux(Map.of("LARDER_CONFIG", "/absent.toml"));
    assertThatThrownBy(() -> Config.load(null, List.of(), named, FORMATS))
        .hasMessage(
            "LARDER_CONFIG: error: there is no file /absent.toml; unset the variable or let it name"
                + " a file");
  }

  @Test
  void dataLiesWhereTheSystemWantsIt() throws Exception {
    assertThat(data(machine("Linux", "root", Map.of()))).isEqualTo(root.resolve("var/lib/larder"));
    assertThat(data(machine("FreeBSD", "root", Map.of()))).isEqualTo(root.resolve("var/db/larder"));
    Map<String, String> systemd = Map.of("STATE_DIRECTORY", "/state/larder:/state/other");
    assertThat(data(machine("Linux", "root", systemd))).isEqualTo(Path.of("/state/larder"));
    assertThat(data(linux(Map.of("XDG_DATA_HOME", "/xdg")))).isEqualTo(Path.of("/xdg/larder"));
    assertThat(data(linux(Map.of("XDG_DATA_HOME", "relative"))))
        .isEqualTo(root.resolve("home/me/.local/share/larder"));
    assertThat(load("data = \"store\"", systemd).config().data()).isEqualTo(root.resolve("store"));
    assertThat(load("", Map.of("LARDER_DATA", "store")).config().data())
        .isEqualTo(root.resolve("here/store"));
  }

  @Test
  void aUserWithoutAHomeHasToSayWhereDataGoes() throws Exception {
    Path none = Path.of("?");
    Machine machine = new Machine(Map.of(), "Linux", "?", none, root, root);
    assertThatThrownBy(() -> Config.load(null, List.of(), machine, FORMATS))
        .hasMessage(
            "configuration: error: \"data\": there is no home directory to keep data in; set it, or"
                + " the variable LARDER_DATA");
    Map<String, String> told = Map.of("LARDER_DATA", "/data");
    assertThat(data(new Machine(told, "Linux", "?", none, root, root))).isEqualTo(Path.of("/data"));
  }

  private static Path data(Machine machine) throws InvalidConfig {
    return Config.load(null, List.of(), machine, FORMATS).config().data();
  }

  @Test
  void variablesOverrideTheFileAndOptionsOverrideBoth() throws Exception {
    Path file = write("larder.toml", "[packages]\nlisten = [\":1\"]\n");
    Machine machine = linux(Map.of("LARDER_PACKAGES__LISTEN", "127.0.0.1:2,[::1]:2"));
    assertThat(Config.load(file, List.of(), machine, FORMATS).config().packages().listen())
        .containsExactly(at("127.0.0.1", 2), at("::1", 2));
    assertThat(
            Config.load(file, List.of("127.0.0.1:3"), machine, FORMATS)
                .config()
                .packages()
                .listen())
        .containsExactly(at("127.0.0.1", 3));
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @Test
  void variablesOfOthersAreLeftAlone() throws Exception {
    Map<String, String> environment = new HashMap<>();
    Config.RESERVED.stream()
        .filter(name -> !name.equals("LARDER_CONFIG"))
        .forEach(name -> environment.put(name, "x"));
    List.of(
            "LARDER_SERVICE_HOST",
            "LARDER_SERVICE_PORT",
            "LARDER_SERVICE_PORT_HTTP",
            "LARDER_PORT",
            "LARDER_PORT_80_TCP",
            "LARDER_PORT_80_TCP_ADDR",
            "LARDER_CONSOLE_PORT_8090_TCP_PROTO",
            "LARDER_CONSOLE_SERVICE_HOST")
        .forEach(name -> environment.put(name, "tcp://10.0.0.1:80"));
    assertThat(load("", environment).config().mirrors()).hasSize(1);
    assertThat(errorsOf("", Map.of("LARDER_PACKAGE__LISTEN", ":1", "LARDER_DATE", "/x")))
        .isEqualTo(
            """
            LARDER_DATE: error: unknown key "date" at the top level; did you mean LARDER_DATA?
            LARDER_PACKAGE__LISTEN: error: unknown table [package]; did you mean LARDER_PACKAGES__...?\
            """);
  }

  @Test
  void twoListenersOnOneAddressAreRefused() throws Exception {
    assertThat(
            errorsOf(
                """
                [mirror.arch]
                listen = ["127.0.0.1:8080", "127.0.0.1:9000"]
                [mirror.two]
                format = "pacman"
                upstream = "https://a.example"
                listen = [":9000"]
                """,
                Map.of()))
        .isEqualTo(
            """
            larder.toml:2:10: error: "listen" in [mirror.arch]: 127.0.0.1:8080 is taken by [packages]
                2 | listen = ["127.0.0.1:8080", "127.0.0.1:9000"]
                  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^  give each listener its own address or port
            larder.toml:6:10: error: "listen" in [mirror.two]: 0.0.0.0:9000 is taken by 127.0.0.1:9000 of \
            [mirror.arch]
                6 | listen = [":9000"]
                  |          ^^^^^^^^^  give each listener its own address or port\
            """);
    assertThat(errorsOf("[packages]\nlisten = [\"127.0.0.1:8090\"]", Map.of()))
        .contains("\"listen\" in [packages]: 127.0.0.1:8090 is taken by [console]");
    assertThat(errorsOf("[packages]\nlisten = [\"0.0.0.0:80\", \"[::]:80\"]", Map.of()))
        .contains("[::]:80 is taken by 0.0.0.0:80 of [packages]");
    assertThat(errorsOf("[packages]\nlisten = [\"127.0.0.1:0\", \"127.0.0.1:0\"]", Map.of()))
        .startsWith("accepted");
  }

  @Test
  void everyProblemOfEveryTableIsReportedAtOnce() throws Exception {
    String errors =
        errorsOf(
            """
            date = 1
            [packages]
            listen = 8080
            tls = { cert = "x" }
            [console]
            lisen = []
            [egress]
            bind = ["here"]
            [mirror.repo]
            [web]
            """,
            Map.of("LARDER_MIRROR__REPO__HOLD", "long"));
    assertThat(errors.lines().filter(line -> line.contains(": error: ")))
        .containsExactly(
            "larder.toml:1:1: error: unknown key \"date\" at the top level",
            "larder.toml:3:10: error: \"listen\" in [packages]: expected a list of address:port, got"
                + " an integer",
            "larder.toml:4:1: error: [packages.tls] has no \"key\"",
            "larder.toml:6:1: error: unknown key \"lisen\" in [console]",
            "larder.toml:8:9: error: \"bind\" in [egress]: \"here\" is not an IP address; names are"
                + " not looked up here",
            "larder.toml:9:1: error: [mirror.repo] has a name that the package listener needs for"
                + " itself",
            "larder.toml:9:1: error: [mirror.repo] has no \"format\"",
            "larder.toml:9:1: error: [mirror.repo] has no \"upstream\"",
            "larder.toml:10:1: error: unknown table [web]",
            "LARDER_MIRROR__REPO__HOLD: error: \"hold\" in [mirror.repo]: \"long\" is not a"
                + " duration; write a number with a unit: ms, s, m, h, d or w; for example:"
                + " LARDER_MIRROR__REPO__HOLD=5m");
  }

  @Test
  void whatIsShownAsEffectiveReadsBackAsTheSame() throws Exception {
    LoadedConfig full =
        load(
            """
            data = "st\\"ore"
            [packages]
            listen = [":8443", "[::1]:0"]
            tls = { cert = "a.crt", key = "a.key" }
            [console]
            listen = []
            anonymous-reads = true
            authorized-secrets = "secrets"
            [[token]]
            name = "ci"
            hash = "sha256:%s"
            scope = ["upload:internal", "read:*"]
            expires = 2030-12-31T18:00:00+01:00
            [[token]]
            name = "root"
            hash = "sha256:%s"
            scope = ["admin"]
            [egress]
            bind = ["192.0.2.7"]
            [mirror."my.mirror"]
            format = "pacman"
            upstream = "https://a.example/x/"
            listen = ["[::1]:8082"]
            refresh = "90s"
            active-for = "36h"
            hold = "1h1m1s1ms"
            held-generations = 0
            held-for = "1w"
            accept-rollback-after = "0s"
            verify = "off"
            keyring = "keys"
            redirects = ["b.example", "a.example"]
            [mirror.arch]
            redirects = "same-domain"
            """
                .formatted("0".repeat(64), "1".repeat(64)),
            Map.of());
    Path file = root.resolve("else/where.toml");
    for (boolean origins : List.of(true, false)) {
      for (LoadedConfig config : List.of(full, load("", Map.of()))) {
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, ConfigText.effective(config.settings(), origins));
        Machine other = machine("Linux", "root", Map.of());
        assertThat(Config.load(file, List.of(), other, FORMATS).config())
            .isEqualTo(config.config());
      }
    }
    assertThat(full.config().console())
        .isEqualTo(new ConsoleSettings(List.of(), List.of(), true, root.resolve("secrets")));
    assertThat(full.config().tokens()).hasSize(2);
  }
}

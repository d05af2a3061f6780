package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Cli;
import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.mirror.MirrorSettings;
import dev.larder.settings.Formats;
import dev.larder.settings.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  @TempDir Path root;

  private record Run(int code, String out, String err) {}

  private Run run(Map<String, String> environment, String... arguments) {
    Machine machine = new Machine(environment, "Linux", "root", root, root, root);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(err),
            new BufferedReader(Reader.nullReader()),
            environment,
            Terminal.NONE,
            InstantSource.system());
    String[] all = Stream.concat(Stream.of("config"), Stream.of(arguments)).toArray(String[]::new);
    int code = new Cli("0", surroundings, new LocalMachine(machine)).run(all);
    return new Run(code, out.toString(), err.toString());
  }

  private Run run(String... arguments) {
    return run(Map.of(), arguments);
  }

  private Path write(String toml) throws IOException {
    return Files.writeString(root.resolve("larder.toml"), toml);
  }

  /// How many mirrors there are without a configuration, as the command counts them.
  private static String defaults() {
    int count = MirrorSettings.defaults(Formats.names()).size();
    return count + (count == 1 ? " mirror" : " mirrors");
  }

  /// What holds with a line of the file and a variable, and where it comes from.
  private static final String EFFECTIVE =
      """
      data = "ROOT/var/lib/larder"  # default

      [packages]
      listen = ["0.0.0.0:80"]  # FILE:2
      trusted-proxies = []  # default
      proxy-protocol = false  # default
      stop-within = "10s"  # default

      [access]
      allow = []  # default
      deny = []  # default

      [limits]
      connections = 4096  # default
      connections-per-client = 1024  # default
      fills-per-client = 10  # default
      requests-per-client = 0  # default
      request-burst = 1000  # default
      bytes-per-client = "0B"  # default
      exempt = ["127.0.0.0/8", "::1"]  # default
      ipv6-prefix = 64  # default

      [console]
      listen = ["127.0.0.1:8090"]  # default
      hosts = []  # default
      anonymous-reads = false  # default

      [cache]
      min-free = "5%"  # default
      high-watermark = 95  # default
      low-watermark = 90  # default
      scrub = "30d"  # default
      scrub-rate = "8MiB"  # default

      [egress]
      bind = []  # default

      [log]
      level = "info"  # default
      levels = []  # default
      format = "text"  # default
      target = "stderr"  # default
      file = "ROOT/var/log/larder/larder.log"  # default
      syslog = "ROOT/dev/log"  # default
      facility = "daemon"  # default
      max-size = "100MiB"  # default
      max-age = "0s"  # default
      keep = 10  # default
      compress = true  # default

      [log.access]
      target = "off"  # default
      format = "text"  # default
      file = "ROOT/var/log/larder/access.log"  # default

      [mirror.arch]
      format = "pacman"  # default
      upstream = ["https://geo.mirror.pkgbuild.com"]  # default
      listen = []  # default
      refresh = "1m"  # LARDER_MIRROR__ARCH__REFRESH
      active-for = "7d"  # default
      hold = "30m"  # default
      held-generations = 5  # default
      held-for = "14d"  # default
      accept-rollback-after = "24h"  # default
      verify = "require"  # default
      redirects = "public"  # default
      share = "100%"  # default
      roots = []  # default
      allow = []  # default
      deny = []  # default
      """;

  @Test
  void checkSaysWhatIsRight() throws IOException {
    assertThat(run("check"))
        .isEqualTo(new Run(0, "ok: no file, all defaults, " + defaults() + "\n", ""));
    Path file = write("[mirror.arch]\n[mirror.b]\nformat='pacman'\nupstream='https://b.example'");
    assertThat(run("check", "--config", "larder.toml"))
        .isEqualTo(new Run(0, "ok: " + file + ", 2 mirrors\n", ""));
    assertThat(run("check", "--quiet", "--config", "larder.toml")).isEqualTo(new Run(0, "", ""));
    assertThat(run("check", "--version").code()).isEqualTo(2);
  }

  @Test
  void checkSaysWhatIsWrongAndExitsWithSeven() throws IOException {
    Path file = write("[mirror.arch]\nrefersh = \"10m\"\n");
    assertThat(run("check", "--config", file.toString()))
        .isEqualTo(
            new Run(
                7,
                "",
                """
                %s:2:1: error: unknown key "refersh" in [mirror.arch]
                    2 | refersh = "10m"
                      | ^^^^^^^  did you mean "refresh"?
                """
                    .formatted(file)));
    assertThat(run("check", "--config", "absent.toml").code()).isEqualTo(7);
  }

  @Test
  void showPrintsWhatIsSet() throws IOException {
    write("[packages]\nlisten = [\":80\"]\n");
    Map<String, String> environment =
        Map.of("LARDER_MIRROR__ARCH__REFRESH", "60s", "LARDER_CONFIG", "larder.toml");
    assertThat(run(environment, "show"))
        .isEqualTo(
            new Run(
                0,
                """
                [packages]
                listen = ["0.0.0.0:80"]

                [mirror.arch]
                refresh = "1m"
                """,
                ""));
    assertThat(run("show").out()).isEqualTo("# nothing is set; --effective shows the defaults\n");
  }

  @Test
  void showSaysWhereEachValueComesFrom() throws IOException {
    Path file = write("[packages]\nlisten = [\":80\"]\n");
    Map<String, String> environment =
        Map.of("LARDER_MIRROR__ARCH__REFRESH", "60s", "LARDER_CONFIG", "larder.toml");
    assertThat(run(environment, "show", "--effective", "--origin"))
        .isEqualTo(
            new Run(
                0,
                EFFECTIVE.replace("ROOT", root.toString()).replace("FILE", file.toString()),
                ""));
  }

  @Test
  void initWritesAFileThatChangesNothing() throws IOException {
    Path file = root.resolve("etc/larder/larder.toml");
    String before = run("show", "--effective").out();
    assertThat(run("init")).isEqualTo(new Run(0, "wrote " + file + "\n", ""));
    assertThat(run("check").out()).isEqualTo("ok: " + file + ", " + defaults() + "\n");
    assertThat(run("show", "--effective").out()).isEqualTo(before);
    assertThat(Files.readString(file)).startsWith("# Configuration of Larder.");
  }

  @Test
  void everyLineOfTheWrittenFileIsRightOnceItsMarkIsRemoved() throws IOException {
    run("init", "--path", "larder.toml");
    String all = Files.readString(root.resolve("larder.toml")).replaceAll("(?m)^#(?=[\\[a-z])", "");
    assertThat(all).contains("\n[packages.tls]\n").contains("\nkeyring = ").contains("\ndata = ");
    // Keys of one format do not go with a mirror of another: they are shown, and stay comments.
    assertThat(all).contains("\n# fingerprints = ").contains("\n# pubkey = ");
    write(all);
    assertThat(run("check", "--config", "larder.toml").err()).isEmpty();
  }

  @Test
  void initKeepsWhatIsThere() throws IOException {
    Path file = write("mine");
    assertThat(run("init", "--path", "larder.toml"))
        .isEqualTo(
            new Run(5, "", "error: " + file + " exists already; overwrite it with --force\n"));
    assertThat(file).hasContent("mine");
    assertThat(run("init", "--path", "larder.toml", "--force").code()).isZero();
    assertThat(run("check", "--config", "larder.toml").code()).isZero();
  }

  @Test
  void initSaysWhyItCannotWrite() throws IOException {
    write("a file");
    assertThat(run("init", "--path", "larder.toml/x.toml").err())
        .isEqualTo(
            "error: "
                + root.resolve("larder.toml")
                + " is not a directory; choose another place with --path\n");
    Run directory = run("init", "--path", ".", "--force");
    assertThat(directory.code()).isEqualTo(1);
    assertThat(directory.err()).contains("is a directory");
  }

  @Test
  void wrongUseExitsWithTwo() {
    assertThat(run("chekc").code()).isEqualTo(2);
    assertThat(run("show", "--colour").code()).isEqualTo(2);
    assertThat(run().code()).isEqualTo(2);
  }
}

package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.repo.Repository;
import dev.larder.settings.Machine;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// A Larder that has something to lose, and what is done with it: backups, restores, and a look at
/// what was restored with a strict client.
final class BackupFixture implements AutoCloseable {
  private final Path directory;
  private final ArchRepository maker = ArchRepository.unsigned("maker");
  private final HostedLarder hosted = HostedLarder.pacman("keep = 1", "held-generations = 2");

  /// @param directory for the files of a test
  BackupFixture(Path directory) {
    this.directory = directory;
  }

  record Run(int code, String out, String err) {}

  ArchRepository maker() {
    return maker;
  }

  HostedLarder hosted() {
    return hosted;
  }

  Path add(String name, String version) {
    Path file = maker.add(PackageSpec.of(name, version).payload(60_000)).getFirst();
    hosted.add(List.of(file));
    return file;
  }

  Path data() {
    return hosted.larder().data();
  }

  String config() {
    return data().resolveSibling("larder.toml").toString();
  }

  /// Runs the command line; a backup as another process than this server's, which it always is.
  Run run(String... arguments) {
    if (arguments[0].equals("backup")) {
      Command.Result result = process(arguments).run();
      return new Run(result.exit(), result.output(), result.output());
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(err),
            new BufferedReader(Reader.nullReader()),
            Map.of(),
            Terminal.NONE,
            InstantSource.system());
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
    int code = Main.commandLine(surroundings, machine).run(withConfig(arguments));
    return new Run(code, out.toString(), err.toString());
  }

  private String[] withConfig(String... arguments) {
    return Stream.concat(
            Stream.of(arguments),
            List.of(arguments).contains("--config")
                ? Stream.empty()
                : Stream.of("--config", config()))
        .toArray(String[]::new);
  }

  Path backup(String... options) {
    Path file = directory.resolve("larder.backup");
    List<String> arguments = new ArrayList<>(List.of("backup", file.toString()));
    arguments.addAll(List.of(options));
    Run run = run(arguments.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return file;
  }

  /// Starts a Larder on restored data and looks at it with a strict client.
  void assertServes(Path restored, String... packages) throws Exception {
    List<String> tables =
        new ArrayList<>(TestLarder.mirrorTable("arch", "pacman", List.of(), "http://127.0.0.1:9"));
    tables.addAll(List.of("[repo.internal]", "format = \"pacman\""));
    try (TestLarder larder = TestLarder.tables(restored.resolveSibling(""), "arch", tables)) {
      Repository repository = larder.larder().repositories().find("internal");
      assertThat(Objects.requireNonNull(repository).verify()).isEmpty();
      assertInstalls(larder.top(), packages);
    }
  }

  void assertInstalls(String top, String... packages) throws Exception {
    // The key that clients had before.
    Path key = hosted.publicKey("key.asc");
    assertThat(Curl.get(top + "/repo/internal/key.asc").body().copy())
        .isEqualTo(Files.readAllBytes(key));
    try (PacmanClient client =
        new PacmanClient()
            .repository("internal", top + "/repo/internal/$arch")
            .signatures("Required DatabaseRequired")
            .trust(key)) {
      assertThat(client.sync().exit()).isZero();
      assertThat(client.install(packages).ok()).isTrue();
      for (String name : packages) {
        assertThat(client.installed(name)).isNotNull();
      }
    }
  }

  /// The command line as a process, so that it can be killed.
  Command process(String... arguments) {
    return Command.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.larder.Main")
        .with(withConfig(arguments));
  }

  @Override
  public void close() {
    hosted.close();
    maker.close();
  }
}

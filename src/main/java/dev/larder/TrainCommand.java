package dev.larder;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Reachable;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.Machine;
import dev.larder.store.Layout;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// `larder train`: lives a short life of a server and its clients, for the Java runtime to see
/// which classes that takes. The launcher calls it to make the cache for a faster start.
///
/// All of it happens on loopback and in a directory of its own: the configuration of the machine is
/// not read, and the only upstream is a port on which nobody listens.
@Command(
    name = "train",
    hidden = true,
    description = "Run through start, answers and stop once, on free ports, and keep nothing.")
final class TrainCommand implements Callable<Integer> {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private static final List<String> PATHS =
      List.of("/", "/arch/", "/arch/?json", "/arch/core/os/x86_64/core.db", "/nothing/here");

  private static final int UPLOADS = 40;

  private final Machine machine;

  TrainCommand(Machine machine) {
    this.machine = machine;
  }

  @Override
  public Integer call() throws IOException, InvalidConfig {
    Path directory = Files.createTempDirectory("larder-train");
    // Bound and not listening: nobody else can have the port, and it refuses every connection.
    try (Socket closed = new Socket()) {
      closed.bind(new InetSocketAddress(LOOPBACK, 0));
      Machine apart = apart(directory, closed.getLocalPort());
      Config config = Config.load(null, List.of(), apart, Formats.names()).config();
      try (Larder larder = Larder.open(config)) {
        for (String path : PATHS) {
          get(larder.packageAddresses().getFirst(), path);
        }
        use(apart, config, larder, directory);
      }
    } finally {
      delete(directory);
    }
    return 0;
  }

  private Machine apart(Path directory, int closedPort) {
    Map<String, String> environment =
        Map.of(
            "LARDER_DATA",
            directory.resolve("data").toString(),
            "LARDER_PACKAGES__LISTEN",
            "127.0.0.1:0",
            "LARDER_CONSOLE__LISTEN",
            "127.0.0.1:0",
            "LARDER_MIRROR__ARCH__UPSTREAM",
            "http://127.0.0.1:" + closedPort);
    return new Machine(environment, machine.os(), machine.user(), directory, directory, directory);
  }

  private static void get(InetSocketAddress server, String path) throws IOException {
    try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void use(Machine machine, Config config, Larder larder, Path directory)
      throws IOException {
    String server = Reachable.url("http", larder.consoleAddresses().getFirst());
    String token = new Layout(config.data()).cliToken().toString();
    // So many that the Java runtime learns what is worth compiling at once when many come.
    List<String> packages = SamplePackages.write(directory, UPLOADS);
    List<String[]> commands =
        List.of(
            new String[] {"repo", "create", "sample", "--format", "pacman"},
            Stream.concat(Stream.of("repo", "add", "sample"), packages.stream())
                .toArray(String[]::new),
            new String[] {"status"},
            new String[] {"status", "-o", "text"},
            new String[] {"status", "-o", "json"},
            new String[] {"mirror", "list"},
            new String[] {"cache", "ls", "arch"},
            new String[] {"snippet", "arch"},
            new String[] {"explain", "/arch/core/os/x86_64/core.db"},
            new String[] {"config", "check"},
            new String[] {"__complete", "mirrors"},
            new String[] {"--help"});
    for (String[] command : commands) {
      String[] told =
          Stream.concat(Stream.of("--server", server, "--token-file", token), Stream.of(command))
              .toArray(String[]::new);
      Main.commandLine(unheard(machine), machine).run(told);
    }
  }

  private static Surroundings unheard(Machine machine) {
    return new Surroundings(
        new PrintWriter(Writer.nullWriter()),
        new PrintWriter(Writer.nullWriter()),
        new BufferedReader(Reader.nullReader()),
        machine.environment(),
        Terminal.NONE,
        InstantSource.system());
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

package dev.larder;

import dev.larder.mirror.Mirror;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.Machine;
import dev.larder.testing.Temporary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A whole Larder in this process: real listeners on free ports, its own data directory, one mirror
/// called `arch` unless other mirrors are given. Asks upstream on every index request unless told
/// otherwise, so that tests need not wait for freshness.
public final class TestLarder implements AutoCloseable {
  private final Path directory;
  private final List<String> lines;
  private final String name;
  private @Nullable Larder larder;
  private Duration ahead = Duration.ZERO;

  private TestLarder(Path directory, List<String> lines, String name) {
    this.directory = directory;
    this.lines = new ArrayList<>(lines);
    this.name = name;
  }

  /// One whose mirror follows these upstreams.
  public static TestLarder of(String... upstreams) {
    return with(List.of(), upstreams);
  }

  /// The same, with further lines in the mirror's table, such as `refresh = "1m"`.
  public static TestLarder with(List<String> mirrorLines, String... upstreams) {
    return in(Temporary.directory("larder"), mirrorLines, upstreams);
  }

  /// The same, with everything in `directory`, which may lie on a disk of its own.
  public static TestLarder in(Path directory, List<String> mirrorLines, String... upstreams) {
    return tables(directory, "arch", mirrorTable("arch", "pacman", mirrorLines, upstreams));
  }

  /// One with these tables of mirrors.
  ///
  /// @param name of the mirror that the other methods speak of
  /// @param tables whole lines, `[mirror.NAME]` first
  public static TestLarder tables(Path directory, String name, List<String> tables) {
    List<String> lines = new ArrayList<>();
    lines.add("data = \"" + directory.resolve("data") + "\"");
    lines.add("[packages]");
    lines.add("listen = [\"127.0.0.1:0\"]");
    lines.add("[console]");
    lines.add("listen = [\"127.0.0.1:0\"]");
    lines.addAll(tables);
    return new TestLarder(directory, lines, name).start();
  }

  /// The table of one mirror, which asks on every index request unless `more` says otherwise.
  public static List<String> mirrorTable(
      String name, String format, List<String> more, String... upstreams) {
    List<String> lines = new ArrayList<>();
    lines.add("[mirror." + name + "]");
    lines.add("format = \"" + format + "\"");
    lines.add("upstream = [\"" + String.join("\", \"", upstreams) + "\"]");
    if (more.stream().noneMatch(line -> line.startsWith("refresh"))) {
      lines.add("refresh = \"0s\"");
    }
    lines.addAll(more);
    return lines;
  }

  /// Starts it (again), with what is in its data directory.
  public TestLarder start() {
    try {
      Files.createDirectories(directory);
      Path file = Files.write(directory.resolve("larder.toml"), lines);
      Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
      Config config = Config.load(file, List.of(), machine, Formats.names()).config();
      Duration later = ahead;
      larder = Larder.open(config, () -> Instant.now().plus(later));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (dev.larder.config.InvalidConfig e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// Stops it, and starts it again when so much time has passed by its clock.
  public TestLarder restartAfter(Duration time) {
    stop();
    ahead = ahead.plus(time);
    return start();
  }

  /// Writes another line in its configuration, for the next start.
  void replace(String line, String other) {
    if (!lines.contains(line)) {
      throw new IllegalArgumentException("there is no line " + line);
    }
    lines.replaceAll(each -> each.equals(line) ? other : each);
  }

  /// Stops it in an orderly way; the data stays.
  public void stop() {
    Larder running = larder;
    if (running != null) {
      running.close();
      larder = null;
    }
  }

  /// The running Larder.
  public Larder larder() {
    Larder running = larder;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  /// Its mirror.
  public Mirror mirror() {
    return larder().mirrors().stream()
        .filter(mirror -> mirror.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /// What the console takes from the command line on this machine.
  String token() {
    try {
      return Files.readString(data().resolve("cli.token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The URL of the package listener without a slash at the end: `http://127.0.0.1:43210`.
  public String top() {
    InetSocketAddress address = larder().packageAddresses().getFirst();
    return "http://127.0.0.1:" + address.getPort();
  }

  /// Base URL of the mirror without a final slash: `http://127.0.0.1:43210/arch`.
  public String url() {
    return top() + "/" + name;
  }

  /// The URL of `path`, which is percent-encoded already.
  public URI uri(String path) {
    return URI.create(url() + "/" + path);
  }

  /// The data directory.
  public Path data() {
    return directory.resolve("data");
  }

  /// Where the mirror keeps something else: `generations`, `held`, `partial`.
  public Path state(String what) {
    return data().resolve("state").resolve(name).resolve("root").resolve(what);
  }

  /// Where the mirror keeps the bytes of `path`.
  public Path file(String path) {
    return data().resolve("tree").resolve(name).resolve(path);
  }

  @Override
  public void close() {
    stop();
  }
}

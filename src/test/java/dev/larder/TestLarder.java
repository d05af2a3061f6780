package dev.larder;

import dev.larder.mirror.Mirror;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A whole Larder in this process: real listeners on free ports, its own data directory, one mirror
/// called `arch`. Asks upstream on every index request unless told otherwise, so that tests need
/// not wait for freshness.
public final class TestLarder implements AutoCloseable {
  private final Path directory;
  private final List<String> lines;
  private @Nullable Larder larder;
  private Duration ahead = Duration.ZERO;

  private TestLarder(Path directory, List<String> lines) {
    this.directory = directory;
    this.lines = lines;
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
    List<String> lines = new ArrayList<>();
    lines.add("data = \"" + directory.resolve("data") + "\"");
    lines.add("[packages]");
    lines.add("listen = [\"127.0.0.1:0\"]");
    lines.add("[console]");
    lines.add("listen = [\"127.0.0.1:0\"]");
    lines.add("[mirror.arch]");
    lines.add("format = \"pacman\"");
    lines.add("upstream = [\"" + String.join("\", \"", upstreams) + "\"]");
    if (mirrorLines.stream().noneMatch(line -> line.startsWith("refresh"))) {
      lines.add("refresh = \"0s\"");
    }
    lines.addAll(mirrorLines);
    return new TestLarder(directory, lines).start();
  }

  /// Starts it (again), with what is in its data directory.
  public TestLarder start() {
    try {
      Files.createDirectories(directory);
      Path file = Files.write(directory.resolve("larder.toml"), lines);
      Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
      Config config = Config.load(file, List.of(), machine, Set.of("pacman")).config();
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
    return larder().mirrors().getFirst();
  }

  /// Base URL of the mirror without a final slash: `http://127.0.0.1:43210/arch`.
  public String url() {
    InetSocketAddress address = larder().packageAddresses().getFirst();
    return "http://127.0.0.1:" + address.getPort() + "/arch";
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
    return data().resolve("state").resolve("arch").resolve("root").resolve(what);
  }

  /// Where the mirror keeps the bytes of `path`.
  public Path file(String path) {
    return data().resolve("tree/arch").resolve(path);
  }

  @Override
  public void close() {
    stop();
  }
}

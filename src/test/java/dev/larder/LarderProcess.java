package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.testing.Command;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// `larder serve` as a process of its own, so that it can be killed: one mirror, `arch` unless
/// said, the data in a directory that stays, every run on a free port. With the heap of a small
/// machine.
final class LarderProcess implements AutoCloseable {
  private final Path directory;
  private final String mirror;
  private final Path config;
  private final Map<String, String> environment = new HashMap<>();
  private List<String> prefix = List.of();
  private int runs;
  private @Nullable Process process;
  private @Nullable String url;

  LarderProcess(Path directory, String... upstreams) throws IOException {
    this(directory, "arch", TestLarder.mirrorTable("arch", "pacman", List.of(), upstreams));
  }

  /// @param mirror the name of the mirror that the other methods speak of
  /// @param tables whole lines, `[mirror.NAME]` first
  LarderProcess(Path directory, String mirror, List<String> tables) throws IOException {
    this.directory = directory;
    this.mirror = mirror;
    List<String> lines = new ArrayList<>();
    lines.add("data = \"" + directory.resolve("data") + "\"");
    lines.add("[packages]\nlisten = [\"127.0.0.1:0\"]");
    lines.add("[console]\nlisten = [\"127.0.0.1:0\"]");
    lines.addAll(tables);
    config = Files.write(directory.resolve("larder.toml"), lines);
  }

  /// Sets a variable of its environment, for all that follow.
  LarderProcess env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /// Has it started by a command, which these words begin, for all that follow.
  LarderProcess by(String... words) {
    prefix = List.of(words);
    return this;
  }

  /// Starts it and waits until it has printed where it listens.
  LarderProcess start() throws IOException {
    Path output = directory.resolve("output-" + ++runs);
    Process started = command().start(output);
    process = started;
    Pattern printed =
        Pattern.compile("mirror\\s+(https?://\\S+?)/" + Pattern.quote(mirror) + "\\b");
    url =
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(50))
            .until(
                () -> {
                  if (!started.isAlive()) {
                    throw new AssertionError("it ended: " + Files.readString(output));
                  }
                  Matcher line = printed.matcher(Files.readString(output));
                  return line.find() ? line.group(1) + "/" + mirror : "";
                },
                found -> !found.isEmpty());
    return this;
  }

  /// The command line of `serve` on this data.
  Command command() {
    return Command.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.larder.Main",
            "--config",
            config.toString(),
            "serve")
        .prefixed(prefix)
        .env(environment);
  }

  /// The URL of the console without a slash at the end, as the last run has printed it.
  String console() throws IOException {
    Matcher line = Pattern.compile("console\\s+(http://\\S+?)/?\\s").matcher(output());
    if (!line.find()) {
      throw new IllegalStateException("there is no console");
    }
    return line.group(1);
  }

  private Process process() {
    if (process == null) {
      throw new IllegalStateException("not started");
    }
    return process;
  }

  /// The URL of `path`, which is percent-encoded already.
  URI uri(String path) {
    return URI.create(url + "/" + path);
  }

  /// Ends it as a power cut does a process: SIGKILL.
  void kill() {
    process().destroyForcibly().onExit().join();
  }

  /// Sends SIGTERM and waits for the end.
  ///
  /// @return the exit code
  int terminate(Duration limit) throws InterruptedException {
    process().destroy();
    return awaitEnd(limit);
  }

  /// Waits for the end.
  ///
  /// @return the exit code
  int awaitEnd(Duration limit) throws InterruptedException {
    if (!process().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it did not end within " + limit);
    }
    return process().exitValue();
  }

  /// Its process id.
  long pid() {
    return process().pid();
  }

  boolean isAlive() {
    return process().isAlive();
  }

  /// What its open descriptors are, as `/proc` has it; empty where there is no `/proc`.
  List<String> descriptors() throws IOException {
    Path directory = Path.of("/proc", Long.toString(process().pid()), "fd");
    List<String> targets = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        for (Path entry : (Iterable<Path>) entries::iterator) {
          try {
            targets.add(Files.readSymbolicLink(entry).toString());
          } catch (IOException e) {
            // Closed while we looked.
          }
        }
      }
    }
    return targets;
  }

  /// Bytes of memory it has had resident at most; -1 where there is no `/proc`.
  long residentPeak() throws IOException {
    Path status = Path.of("/proc", Long.toString(process().pid()), "status");
    if (!Files.exists(status)) {
      return -1;
    }
    Matcher line = Pattern.compile("VmHWM:\\s+(\\d+) kB").matcher(Files.readString(status));
    return line.find() ? Long.parseLong(line.group(1)) * 1024 : -1;
  }

  /// What the last run has printed.
  String output() throws IOException {
    return Files.readString(directory.resolve("output-" + runs), UTF_8);
  }

  /// The data directory.
  Path data() {
    return directory.resolve("data");
  }

  /// Where the mirror keeps the bytes of `path`.
  Path file(String path) {
    return data().resolve("tree").resolve(mirror).resolve(path);
  }

  /// The state of the mirror's root, and of the fills of all its roots.
  Path state() {
    return data().resolve("state").resolve(mirror).resolve("root");
  }

  /// The regular files below `directory`, relative to it; none if it does not exist.
  static List<String> filesBelow(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().onExit().join();
    }
  }
}

package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a server reads in the background is what `[cache] scrub` and `scrub-rate` say, at the start
/// and after a reload.
class ScrubIT {
  private static final int SIZE = 3 << 20;
  private static final PackageSpec TOOL = PackageSpec.of("tool", "1-1").payload(SIZE);

  @TempDir Path directory;
  private final FaultyUpstream upstream = FaultyUpstream.start();
  private final ArchRepository repository = ArchRepository.unsigned("core");
  private LarderProcess larder;
  private Path file;
  private String base = "";

  @BeforeAll
  static void tools() {
    Tools.require("repo-add", "bsdtar", "curl", "zstd");
  }

  @BeforeEach
  void begin() throws IOException {
    repository.add(TOOL);
    upstream.publish(repository.next());
    larder = new LarderProcess(directory, upstream.url());
    base = Files.readString(directory.resolve("larder.toml"));
    file = larder.file(repository.path(TOOL));
  }

  @AfterEach
  void end() {
    larder.close();
    repository.close();
    upstream.close();
  }

  private void configure(String... cache) throws IOException {
    Files.writeString(
        directory.resolve("larder.toml"), base + "[cache]\n" + String.join("\n", cache) + "\n");
  }

  private void start(String... cache) throws IOException {
    configure(cache);
    larder.start();
    for (String path : new String[] {repository.databasePath(), repository.path(TOOL)}) {
      assertThat(Curl.get(larder.uri(path).toString()).status()).isEqualTo(200);
    }
  }

  private void reload(String... cache) throws IOException {
    configure(cache);
    int before = reloads();
    Command.of("kill", "-HUP", Long.toString(larder.pid())).runOk();
    await().until(() -> reloads() > before);
  }

  private int reloads() throws IOException {
    return larder.output().split("the configuration was read again", -1).length - 1;
  }

  /// What the background has read.
  private long read() throws IOException {
    String token = Files.readString(larder.data().resolve("cli.token")).strip();
    String all =
        Command.of("curl", "-sS", "-H", "Authorization: Bearer " + token)
            .with(larder.console() + "/metrics")
            .runOk();
    Matcher line =
        Pattern.compile("larder_cache_scrubbed_bytes_total\\{[^}]*} (\\S+)").matcher(all);
    return line.find() ? (long) Double.parseDouble(line.group(1)) : 0;
  }

  private boolean isScrubbing() {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    return Command.of(jcmd.toString(), Long.toString(larder.pid()), "Thread.print")
        .runOk()
        .contains("\"scrub\"");
  }

  /// Changes a byte as a disk does, without a new time.
  private void damage() throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, time);
  }

  private void awaitMended() {
    byte[] bytes = repository.bytes(TOOL);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(file).hasBinaryContent(bytes));
  }

  @Test
  void aDamagedFileIsFoundByTheServerItselfAsOftenAsItIsTold() throws IOException {
    start("scrub = \"1s\"");
    damage();
    awaitMended();
    assertThat(upstream.count(repository.path(TOOL))).isEqualTo(2);
    reload("scrub = \"0s\"");
    await().until(() -> !isScrubbing());
    damage();
    byte[] damaged = Files.readAllBytes(file);
    reload("scrub = \"1d\"");
    await().until(this::isScrubbing);
    assertThat(file).as("it is not its turn").hasBinaryContent(damaged);
    reload("scrub = \"1s\"");
    awaitMended();
  }

  @Test
  void itIsReadAsFastAsItIsToldFromTheReloadOn() throws IOException {
    start("scrub = \"1s\"", "scrub-rate = \"1B\"");
    await().atMost(Duration.ofSeconds(30)).until(() -> read() > 0);
    long once = read();
    assertThat(once).as("the rest takes weeks").isLessThan(SIZE);
    reload("scrub = \"1s\"", "scrub-rate = \"1MiB\"");
    long before = System.nanoTime();
    await().atMost(Duration.ofSeconds(30)).until(() -> read() >= once + SIZE);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(larder.output()).doesNotContain("WARN", "ERROR");
  }
}

package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Checkout;
import dev.larder.testing.Command;
import dev.larder.testing.GpgHome;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The drill of docs/backup.md, and backups and restores that are killed.
class BackupDrillIT {
  @TempDir Path directory;

  private BackupFixture lab;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "pacman-key", "repo-add", "bsdtar", "zstd", "curl", "gpg");
  }

  @BeforeEach
  void open() {
    lab = new BackupFixture(directory);
  }

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void aKillInABackupOrARestoreLeavesNothingHalf() throws Exception {
    for (int i = 0; i < 8; i++) {
      lab.hosted().add(lab.maker().add(PackageSpec.of("p" + i, "1-1").payload(3_000_000).seed(i)));
    }
    Path file = directory.resolve("larder.backup");
    Path partial = directory.resolve(".larder.backup.partial");
    Process backup = lab.process("backup", file.toString()).start(directory.resolve("output"));
    await(() -> Files.exists(partial) || Files.exists(file));
    backup.destroyForcibly().waitFor();
    if (Files.exists(file)) {
      assertThat(lab.run("restore", "--verify", file.toString()).code()).isZero();
    }
    lab.backup();
    assertThat(partial).doesNotExist();

    Path target = Files.createDirectories(directory.resolve("target/data"));
    Process restore =
        lab.process("restore", "--data", target.toString(), file.toString())
            .start(directory.resolve("output"));
    await(() ->
        Stream.of(target.toFile().list()).anyMatch(each -> each.contains("restor"))
            || Files.exists(target.resolve("version")));
    restore.destroyForcibly().waitFor();
    // Once there is `restored`, the next start does the rest.
    if (!Files.exists(target.resolve("version")) && !Files.exists(target.resolve("restored"))) {
      assertThat(lab.run("restore", "--data", target.toString(), file.toString()).code()).isZero();
    }
    lab.assertServes(target, "p0", "p7");
    assertThat(target.toFile().list()).noneMatch(name -> name.startsWith(".restoring"));
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(5))
        .until(condition::holds);
  }

  @Test
  void aRestoreThatWasCutOffAfterItsLastCheckIsFinishedByTheNextStart() throws Exception {
    lab.add("one", "1-1");
    Path whole = directory.resolve("whole/data");
    assertThat(lab.run("restore", "--data", whole.toString(), lab.backup().toString()).code())
        .isZero();
    Path restored = Files.createDirectories(directory.resolve("cut/data/restored"));
    for (String part : List.of("tree", "state", "tokens.json", "version")) {
      if (Files.exists(whole.resolve(part))) {
        Files.move(whole.resolve(part), restored.resolve(part));
      }
    }
    Files.move(whole.resolve("keys"), directory.resolve("cut/data/keys"));
    lab.assertServes(directory.resolve("cut/data"), "one");
    assertThat(restored).doesNotExist();
  }

  @Test
  void theDrillOfTheDocumentWorks() throws Exception {
    lab.add("one", "1-1");
    CommandRun.of(lab.hosted().larder(), "token", "create", "ci", "--scope", "admin", "-q");
    Path bin = program();
    Path file = throughGpg(bin);
    String document = Files.readString(Checkout.root().resolve("docs/backup.md"));
    String drill = document.substring(document.indexOf("## A drill"));
    List<String> blocks =
        Pattern.compile("(?s)```sh\n(.*?)```")
            .matcher(drill)
            .results()
            .map(m -> m.group(1))
            .toList();
    assertThat(blocks).hasSize(5);
    int port = freePort();
    // Before the last block, which ends it, a client asks.
    Path ready = directory.resolve("ready");
    Path asked = directory.resolve("asked");
    String wait = "touch '%s'\nuntil [ -e '%s' ]; do sleep 0.1; done\n".formatted(ready, asked);
    String script = "set -eu\n" + String.join("", blocks.subList(0, 4)) + wait + blocks.getLast();
    Path output = directory.resolve("drill.log");
    Process process =
        command(
                bin,
                script,
                Map.of(
                    "backup", file.toString(),
                    "port", Integer.toString(port),
                    "console", Integer.toString(freePort())))
            .start(output);
    try {
      await(() -> Files.exists(ready) || !process.isAlive());
      assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
      lab.assertInstalls("http://127.0.0.1:" + port, "one");
    } finally {
      Files.createFile(asked);
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(output);
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).contains("every checksum is right", "ci");
  }

  /// The directory of a program called larder.
  private Path program() throws IOException {
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Path program = bin.resolve("larder");
    Files.writeString(
        program,
        "#!/bin/sh\nexec '%s' -Xmx128m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED"
                .formatted(Path.of(System.getProperty("java.home"), "bin", "java"))
            + " --sun-misc-unsafe-memory-access=allow -cp '%s' dev.larder.Main \"$@\"\n"
                .formatted(System.getProperty("java.class.path")));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return bin;
  }

  /// A backup that went out and in again through gpg, as the document has it.
  private Path throughGpg(Path bin) {
    try (GpgHome gpg = new GpgHome()) {
      gpg.key("ops", "default", "default", "");
      String home = gpg.path().toString();
      String script =
          """
          set -eu
          larder backup --config "$config" - \
            | gpg --homedir "$home" --batch --quiet --trust-model always --encrypt \
                --recipient ops@example.invalid > "$file.gpg"
          gpg --homedir "$home" --batch --quiet --pinentry-mode loopback --passphrase '' \
            --decrypt "$file.gpg" > "$file"
          """;
      Path file = directory.resolve("drilled.backup");
      shell(bin, script, Map.of("home", home, "file", file.toString(), "config", lab.config()));
      return file;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Command command(Path bin, String script, Map<String, String> variables) {
    return Command.of("sh", "-c", script)
        .env("PATH", bin + ":" + System.getenv("PATH"))
        .env("HOME", directory.toString())
        .env(variables)
        .timeout(Duration.ofMinutes(3));
  }

  private void shell(Path bin, String script, Map<String, String> variables) {
    command(bin, script, variables).runOk();
  }
}

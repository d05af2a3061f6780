package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.testing.Command;
import dev.larder.testing.Curl;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mirror that comes after a repository that was made by command, and has the name with which a
/// path of that begins.
class ShadowIT {
  private static final String MIRROR =
      "[mirror.taken]\nformat = \"pacman\"\nupstream = \"http://127.0.0.1:9\"\n";
  private static final String SENTENCE =
      "path /taken/x86_64 of repository made, which larder repo create made, answers nobody:"
          + " [mirror.taken] answers at /taken/ and below; give the mirror another name, or write"
          + " [repo.made] into the configuration, with another path";

  @TempDir private Path directory;
  private LarderProcess larder;
  private String base;

  @BeforeAll
  static void tools() {
    Tools.require("curl");
  }

  @BeforeEach
  void open() throws IOException {
    larder = new LarderProcess(directory, "http://127.0.0.1:9").start();
    base = Files.readString(file());
    larder("repo", "create", "made", "--format", "pacman", "--path", "/taken/x86_64");
    assertThat(database()).isEqualTo(200);
  }

  @AfterEach
  void close() {
    larder.close();
  }

  private Path file() {
    return directory.resolve("larder.toml");
  }

  private String larder(String... arguments) throws IOException {
    return Command.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "dev.larder.Main")
        .with(arguments)
        .with("--config", file().toString(), "--server", larder.console())
        .with("--token-file", larder.data().resolve("cli.token").toString())
        .run()
        .output();
  }

  private int database() {
    String top = larder.uri("").toString().replaceFirst("/arch/$", "");
    return Curl.get(top + "/taken/x86_64/made.db", "--location").status();
  }

  private void reload(String toml, String expected) throws IOException {
    Files.writeString(file(), toml);
    Command.of("kill", "-HUP", Long.toString(larder.pid())).runOk();
    await().until(() -> larder.output().contains(expected));
  }

  @Test
  void aReloadThatBringsSuchAMirrorIsRefused() throws IOException {
    Files.writeString(file(), base + MIRROR);
    int line = base.split("\n", -1).length + 2;
    assertThat(larder("reload"))
        .contains("larder.toml:%d".formatted(line))
        .contains("error: " + SENTENCE);
    reload(base + MIRROR, "nothing has changed");
    assertThat(larder.output()).contains(SENTENCE);
    assertThat(database()).isEqualTo(200);

    // The same where the configuration has the repository; both keys are named.
    String own = "[repo.made]\nformat = \"pacman\"\npath = ";
    Files.writeString(file(), base + MIRROR + own + "\"/taken/x86_64\"\n");
    assertThat(larder("config", "check"))
        .contains("nobody is led to /taken/x86_64: [mirror.taken] answers at /taken/ and below")
        .contains("path = ")
        .contains("choose another path here, or another name for the mirror");

    // What is said to help does.
    String another = base + MIRROR + own + "\"/other/x86_64\"\n";
    reload(another, "the configuration was read again");
    String top = larder.uri("").toString().replaceFirst("/arch/$", "");
    assertThat(Curl.get(top + "/other/x86_64/made.db", "--location").status()).isEqualTo(200);
    // Without the table its own settings would count again.
    assertThat(larder("repo", "list", "-q")).isEqualTo("made\n");
    Files.writeString(file(), base + MIRROR);
    assertThat(larder("reload")).contains(SENTENCE);
    assertThat(Curl.get(top + "/other/x86_64/made.db", "--location").status()).isEqualTo(200);
  }

  @Test
  void aServerThatFindsOneStartsAndWarns() throws IOException {
    larder.kill();
    Files.writeString(file(), base + MIRROR);
    larder.start();
    assertThat(larder.output()).containsPattern("WARN .*" + Pattern.quote(SENTENCE));
    assertThat(database()).isNotEqualTo(200);
    // It is told again, and keeps nothing else from being taken.
    reload(base + MIRROR + "refresh = \"1m\"\n", "mirror.taken.refresh");
    assertThat(larder.output().split(Pattern.quote(SENTENCE), -1)).hasSize(3);
    assertThat(larder("doctor"))
        .contains("PROBLEM  path /taken/x86_64: [mirror.taken] answers at /taken/ and below")
        .contains("give the mirror another name");
    reload(base, "mirror.taken: removed");
    assertThat(database()).isEqualTo(200);
  }
}

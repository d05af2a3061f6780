package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.config.InvalidConfig;
import dev.larder.settings.Config;
import dev.larder.settings.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said when a part cannot be started, and that nothing stays behind then.
class LarderTest {
  @TempDir Path root;

  private final StringWriter err = new StringWriter();

  private Machine machine() {
    return new Machine(Map.of(), "Linux", "root", root, root, root);
  }

  private Path write(String... lines) throws IOException {
    List<String> all = new ArrayList<>(List.of("data = \"data\""));
    all.addAll(List.of(lines));
    return Files.write(root.resolve("larder.toml"), all);
  }

  private Larder open(String... lines) throws IOException, InvalidConfig {
    return Larder.open(Config.load(write(lines), List.of(), machine(), Set.of("pacman")).config());
  }

  private int serve(String... lines) throws IOException {
    return run("serve", "--config", write(lines).toString());
  }

  private int run(String... arguments) {
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            new BufferedReader(Reader.nullReader()),
            Map.of(),
            Terminal.NONE,
            InstantSource.system());
    return Main.commandLine(surroundings, machine()).run(arguments);
  }

  private static String listen(int port) {
    return "listen = [\"127.0.0.1:" + port + "\"]";
  }

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("packages") || name.startsWith("larder-"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void whatWasOpenedBeforeAFailureIsClosed() throws Exception {
    Set<String> before = threads();
    try (ServerSocket taken = taken()) {
      // Comes last: data, database, egress, mirror and package listener are there before it.
      String console = listen(taken.getLocalPort());
      int free;
      try (ServerSocket socket = taken()) {
        free = socket.getLocalPort();
      }
      String packages = listen(free);
      assertThatThrownBy(() -> open("[packages]", packages, "[console]", console))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the console cannot listen on 127.0.0.1:" + taken.getLocalPort());
      await().untilAsserted(() -> assertThat(threads()).isEqualTo(before));
      // Data directory and port can be had again, in the same process.
      open("[packages]", packages, "[console]", "listen = []").close();
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = taken()) {
      int port = taken.getLocalPort();
      assertThat(serve("[packages]", listen(port), "[console]", listen(0))).isEqualTo(1);
      assertThat(err)
          .hasToString(
              "larder: cannot listen on 127.0.0.1:%d: another program listens there; stop it, or"
                      .formatted(port)
                  + " choose another address with --listen or [packages] listen\n");
    }
  }

  @Test
  void aSecondServerOnTheSameDataIsRefused() throws Exception {
    String[] lines = {"[packages]", listen(0), "[console]", listen(0)};
    try (Larder larder = open(lines)) {
      assertThat(larder.mirrors()).hasSize(1);
      assertThat(serve(lines)).isEqualTo(1);
      long pid = ProcessHandle.current().pid();
      assertThat(err)
          .hasToString(
              "larder: another larder serve (process %d) is using ".formatted(pid)
                  + root.resolve("data")
                  + "; stop it first, or give this one its own data directory\n");
    }
  }

  @Test
  void filesThatAreNotThereAreNamed() throws IOException {
    String[] lines = {"[packages]", listen(0), "[console]", listen(0), "[mirror.arch]"};
    assertThat(serve(append(lines, "keyring = \"keys.gpg\""))).isEqualTo(1);
    String tls = "tls = { cert = \"tls.crt\", key = \"tls.key\" }";
    assertThat(serve("[packages]", listen(0), tls)).isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("larder: "))
        .anyMatch(line -> line.contains(root.resolve("keys.gpg").toString()))
        .anyMatch(line -> line.contains(root.resolve("tls.crt").toString()));
  }

  @Test
  void aConsoleForOthersIsRefusedBeforeAnythingStarts() throws IOException {
    assertThat(serve("[console]", "listen = [\"0.0.0.0:8090\"]")).isEqualTo(7);
    assertThat(err.toString())
        .contains("larder.toml:3:")
        .contains("can be reached from other machines")
        .contains("use 127.0.0.1:8090");
    assertThat(root.resolve("data")).doesNotExist();
  }

  @Test
  void theTrainingRunEndsByItselfAndKeepsNothing() throws IOException {
    write();
    assertThat(run("train")).isZero();
    assertThat(err).hasToString("");
    assertThat(root.resolve("data")).doesNotExist();
  }

  private static String[] append(String[] lines, String last) {
    String[] all = Arrays.copyOf(lines, lines.length + 1);
    all[lines.length] = last;
    return all;
  }
}

package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.api.ConsoleListener;
import dev.larder.api.ConsoleSettings;
import dev.larder.api.SampleConsole;
import dev.larder.store.Layout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What the user is told when something is wrong, and with which exit code.
class CliErrorsTest {
  @TempDir private Path directory;
  private CliFixture larder;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(directory);
  }

  @AfterEach
  void close() {
    larder.close();
  }

  @Test
  void aServerThatDoesNotRun() {
    larder.close();
    assertThat(larder.run("status")).isEqualTo(6);
    assertThat(larder.err())
        .isEqualTo(
            "larder: cannot reach SERVER (connection refused); start it with: larder serve\n");
    assertThat(larder.out()).isEmpty();
  }

  @Test
  void aServerThatNeverRan() throws IOException {
    larder.close();
    Files.delete(larder.token.file());
    assertThat(larder.run("status")).isEqualTo(6);
    assertThat(larder.err()).contains("start it with: larder serve");
  }

  @Test
  void aMissingTokenFileSaysWhereItLooked() throws IOException {
    Files.delete(larder.token.file());
    assertThat(larder.run("status")).isEqualTo(4);
    assertThat(larder.err())
        .isEqualTo(
            "larder: there is no token for SERVER: looked at --token-file (not given),"
                + " LARDER_TOKEN (not set) and DATA/cli.token (missing); name the file cli.token in"
                + " the server's data directory with --token-file\n");
    assertThat(larder.run("status", "--token-file", directory + "/other")).isEqualTo(4);
    assertThat(larder.err()).contains("looked at DATA/other;");
  }

  @Test
  void aWrongTokenSaysWhereItIsFrom() throws IOException {
    larder.environment.put("LARDER_TOKEN", "larder_wrong");
    assertThat(larder.run("status")).isEqualTo(4);
    assertThat(larder.err())
        .startsWith(
            "larder: SERVER refused the token from LARDER_TOKEN: no such token is known here, or not any"
                + " more; name the file cli.token");
    Path file = Files.writeString(directory.resolve("old"), "larder_old\n");
    assertThat(larder.run("status", "--token-file", file.toString())).isEqualTo(4);
    assertThat(larder.err()).contains("refused the token from DATA/old: no such token");
    Files.writeString(file, "two words\nand lines");
    assertThat(larder.run("status", "--token-file", file.toString())).isEqualTo(4);
    assertThat(larder.err()).contains("DATA/old does not hold a token").doesNotContain("two words");
  }

  @Test
  void whatIsNoTokenIsNeverShown() {
    for (String value :
        List.of("larder_one\nlarder_two", "larder_\u0001x", "two words", "t\u00f6ken")) {
      larder.environment.put("LARDER_TOKEN", value);
      assertThat(larder.run("status", "--debug")).isEqualTo(4);
      assertThat(larder.err())
          .startsWith(
              "larder: LARDER_TOKEN does not hold a token; set it to the token and nothing else\n")
          .doesNotContain("larder_", "words", "töken");
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamedOnce() {
    assertThat(larder.run("key", "import", "x", directory.toString())).isEqualTo(1);
    assertThat(larder.err()).isEqualTo("larder: cannot read DATA: Is a directory\n");
    assertThat(larder.run("key", "import", "x", "no\u001b[31msuch")).isEqualTo(3);
    assertThat(larder.err()).isEqualTo("larder: there is no file no [31msuch\n");
  }

  @Test
  void whereEverybodyMayReadNoTokenIsNeeded() throws IOException {
    Access access =
        Access.open(
            new Layout(Files.createDirectory(directory.resolve("open"))),
            new AccessSettings(true, null, List.of()),
            InstantSource.system());
    try (access;
        ConsoleListener open =
            SampleConsole.open(
                new ConsoleSettings(
                    List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
                larder.operations,
                access)) {
      String url = "http://127.0.0.1:" + open.addresses().getFirst().getPort();
      assertThat(larder.run("status", "--server", url)).isZero();
      assertThat(larder.run("whoami", "--server", url)).isZero();
      assertThat(larder.out()).isEqualTo("anonymous\tanonymous\tread:*\n");
      assertThat(larder.run("mirror", "refresh", "arch", "--server", url)).isEqualTo(4);
      assertThat(larder.err())
          .startsWith(
              "larder: there is no token for " + url + ": looked at --token-file (not given)");
    }
  }

  @Test
  void theTokenFileWinsOverTheEnvironment() {
    larder.environment.put("LARDER_TOKEN", "larder_wrong");
    assertThat(larder.run("status", "--token-file", larder.token.file().toString())).isZero();
  }

  @Test
  void theServerCanBeNamed() {
    larder.endpointFault = new CommandFailed(ExitCode.CONFIGURATION, "must not be asked", null);
    String token = larder.token.file().toString();
    assertThat(larder.run("status", "--server", larder.server + "/", "--token-file", token))
        .isZero();
    larder.environment.put("LARDER_SERVER", larder.server.toString());
    assertThat(larder.run("--token-file", token, "status")).isZero();
    assertThat(larder.run("status")).isEqualTo(7);
  }

  @Test
  void theTokenOfThisMachineIsNotHandedToAnother() throws IOException {
    assertThat(larder.run("status", "--server", "http://larder.invalid:8090")).isEqualTo(6);
    assertThat(larder.configAsked).isNull();
    Options options = new Options(larder.surroundings());
    for (String server : List.of("http://192.0.2.1:8090", "https://localhost.example")) {
      options.server = server;
      assertThat(Destination.of(options, larder.surroundings(), larder).token()).isNull();
    }
    // Behind these may be a tunnel to another machine, or another user's program.
    int port = larder.server.getPort();
    for (String server :
        List.of(
            "http://localhost:1",
            "http://127.3.2.1:" + port,
            "http://[::1]:" + port,
            "https://127.0.0.1:" + port,
            "http://127.0.0.1:%d/below".formatted(port),
            "http://127.0.0.1")) {
      options.server = server;
      assertThat(Destination.of(options, larder.surroundings(), larder).token())
          .describedAs(server)
          .isNull();
    }
    for (String server : List.of("http://localhost:" + port, "http://127.0.0.1:" + port)) {
      options.server = server;
      assertThat(Destination.of(options, larder.surroundings(), larder).token())
          .describedAs(server)
          .startsWith("larder_");
    }
  }

  @Test
  void aBadConfigurationIsToldAsItIs() {
    larder.endpointFault =
        new CommandFailed(ExitCode.CONFIGURATION, "larder.toml:3:1: unknown key", "remove it");
    assertThat(larder.run("status", "--config", "/etc/x.toml")).isEqualTo(7);
    assertThat(larder.err()).isEqualTo("larder: larder.toml:3:1: unknown key; remove it\n");
    assertThat(larder.configAsked).isEqualTo(Path.of("/etc/x.toml"));
  }

  @Test
  void aFaultOfTheServerNamesTheRequestToLookFor() {
    larder.operations.fault = new IllegalStateException("boom");
    assertThat(larder.run("status")).isEqualTo(1);
    assertThat(larder.err())
        .matches(
            "larder: the server failed to answer; see the server's log for request [0-9a-f]{8}\n");
  }

  @Test
  void whatIsNotLarderIsToldAsSuch() throws IOException {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          byte[] page = "<html>".getBytes(UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          boolean status = exchange.getRequestURI().getPath().endsWith("status");
          exchange.sendResponseHeaders(status ? 200 : 404, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    other.start();
    try {
      String url = "http://127.0.0.1:" + other.getAddress().getPort();
      assertThat(larder.run("status", "--server", url)).isEqualTo(1);
      assertThat(larder.err()).contains("does not answer like Larder's console (not JSON");
      assertThat(larder.run("mirror", "list", "--server", url)).isEqualTo(1);
      assertThat(larder.err()).contains("(status 404, text/html); check --server");
    } finally {
      other.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | a command is missing: one of status, reload, explain, mirror, cache, repo, generation, key, snippet, job, events, token, whoami, audit, login, logout, context, completion, man, version, help; see: larder --help",
        "stauts | unknown command stauts; did you mean: status, audit, logout; see: larder --help",
        "mirror | a command is missing: one of list, show, refresh, keep, unkeep; see: larder mirror --help",
        "mirror lst | unknown command lst; did you mean: list; see: larder mirror --help",
        "mirror show | missing required parameter: 'NAME'; see: larder mirror show --help",
        "mirror show a b | b is one argument too many; see: larder mirror show --help",
        "status --jason | unknown option --jason; see: larder status --help",
        "mirror refresh a --acept | unknown option --acept; did you mean: --accept; see: larder mirror refresh --help",
        "status -o xml | invalid value for option '--output': 'xml' is none of text, json, tsv; see: larder status --help",
        "status --color x | invalid value for option '--color': 'x' is none of auto, always, never; see: larder status --help",
        "status --server nowhere | not a server's URL: nowhere; write it like http://127.0.0.1:8090",
        "status --server http://u@h/ | not a server's URL: http://u@h/; write it like http://127.0.0.1:8090",
        "help mirror lst | unknown command lst; did you mean: list; see: larder mirror --help",
      })
  void misuse(String args, String line) {
    String[] words = args.isEmpty() ? new String[0] : args.split(" ", -1);
    assertThat(larder.run(words)).isEqualTo(2);
    assertThat(larder.err()).isEqualTo("larder: " + line + "\n");
    assertThat(larder.out()).isEmpty();
  }

  @Test
  void debugShowsTheTrace() {
    larder.close();
    assertThat(larder.run("status")).isEqualTo(6);
    assertThat(larder.err()).hasLineCount(1);
    assertThat(larder.run("status", "--debug")).isEqualTo(6);
    assertThat(larder.err()).contains("\tat dev.larder.cli").contains("ConnectException");
  }

  @Test
  void helpIsTheSameByWordAndByOption() {
    assertThat(larder.run("mirror", "refresh", "--help")).isZero();
    String help = larder.out();
    assertThat(help).contains("--accept", "Examples:", "larder mirror refresh arch --accept");
    assertThat(help).doesNotContain("--token-file");
    assertThat(larder.run("help", "mirror", "refresh")).isZero();
    assertThat(larder.out()).isEqualTo(help);
    assertThat(larder.run("help")).isZero();
    assertThat(larder.out()).contains("--token-file", "Exit codes:");
  }

  @Command(name = "serve", description = "Starts the server.")
  private static final class Serve implements Callable<Integer> {
    @Option(names = "--listen")
    private String listen = "";

    @Override
    public Integer call() {
      throw new CommandFailed(ExitCode.CONFIGURATION, "cannot listen on " + listen, "use another");
    }
  }

  @Test
  void commandsOfThisMachineComeFirstAndFailInTheSameStyle() {
    larder.localCommands = List.of(new Serve());
    assertThat(larder.run("serve", "--listen", "x:1", "--config", "a.toml", "-q")).isEqualTo(7);
    assertThat(larder.err()).isEqualTo("larder: cannot listen on x:1; use another\n");
    assertThat(larder.run("--help")).isZero();
    assertThat(larder.out()).containsSubsequence("Commands:", "serve", "status");
    assertThat(larder.run("serve", "--help")).isZero();
    assertThat(larder.out()).contains("--listen").doesNotContain("--server");
  }
}

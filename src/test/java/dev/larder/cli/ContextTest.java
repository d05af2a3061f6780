package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.larder.testing.TestTls;
import dev.larder.wire.Json;
import dev.larder.wire.MirrorList;
import dev.larder.wire.WhoAmI;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logging in to servers elsewhere, and which server a command talks to then.
class ContextTest {
  @TempDir private Path data;
  @TempDir private Path home;
  private CliFixture larder;
  private String url;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(data);
    larder.environment.put("HOME", home.toString());
    url = larder.server.toString();
  }

  @AfterEach
  void close() {
    larder.close();
  }

  private Path file() {
    return home.resolve(".config/larder/cli.json");
  }

  private String secret() throws IOException {
    return Files.readString(larder.token.file()).strip();
  }

  private void login(String... more) throws IOException {
    larder.answers = secret() + "\n";
    String[] args = new String[more.length + 2];
    args[0] = "login";
    args[1] = url;
    System.arraycopy(more, 0, args, 2, more.length);
    assertThat(larder.run(args)).describedAs(larder.err()).isZero();
  }

  /// The server of this machine must not be asked for from now on.
  private void elsewhere() {
    larder.endpointFault = new CommandFailed(ExitCode.CONFIGURATION, "must not be asked", null);
  }

  @Test
  void afterALoginCommandsTalkToThatServer() throws IOException {
    larder.onTerminal();
    login("--name", "work");
    assertThat(larder.out())
        .startsWith("logged in to SERVER")
        .endsWith("; it is context work, which commands use from now on\n");
    assertThat(larder.err()).isEqualTo("Token for SERVER: ");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file().resolveSibling(""))))
        .isEqualTo("rwx------");
    assertThat(Files.readString(file())).contains(secret(), "\"current\" : \"work\"");
    elsewhere();
    assertThat(larder.run("status")).isZero();
    assertThat(larder.run("context", "list")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            "NAME  CURRENT  SERVER  TOKEN\nwork  yes      SERVER  cli.json\n"
                .replace("SERVER  TOKEN", "SERVER" + " ".repeat(url.length() - 4) + "TOKEN"));
    assertThat(larder.run("context", "show")).isZero();
    assertThat(larder.out())
        .contains("server    SERVER\n", "named by  context work\n", "from context work\n")
        .doesNotContain(secret());
    assertThat(larder.run("context", "show", "work", "-o", "json")).isZero();
    assertThat(larder.out()).contains("\"current\" : true").doesNotContain(secret());
  }

  @Test
  void withoutATerminalTheTokenIsReadFromStandardInput() throws IOException {
    login("-q");
    assertThat(larder.out() + larder.err()).isEmpty();
    assertThat(larder.run("context", "list", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("127.0.0.1\n");
    larder.answers = "";
    assertThat(larder.run("login", url)).isEqualTo(4);
    assertThat(larder.err()).startsWith("larder: what was entered does not hold a token");
  }

  @Test
  void aTokenInAFileStaysThereAndIsReadAnew() throws IOException {
    Path token = Files.writeString(home.resolve("token"), secret() + "\n");
    assertThat(larder.run("login", url, "--token-file", token.toString())).isZero();
    assertThat(Files.readString(file())).contains(token.toString()).doesNotContain(secret());
    elsewhere();
    assertThat(larder.run("status")).isZero();
    Files.writeString(token, "larder_old\n");
    assertThat(larder.run("status")).isEqualTo(4);
    assertThat(larder.err())
        .isEqualTo(
            "larder: SERVER (context 127.0.0.1) refused the token from context 127.0.0.1, %s: no such token is known here, or not any more; log in again: larder login SERVER --name 127.0.0.1\n"
                .formatted(token));
    Files.delete(token);
    assertThat(larder.run("status")).isEqualTo(4);
    assertThat(larder.err()).contains("there is no token for SERVER (context 127.0.0.1)");
  }

  @Test
  void aWrongTokenIsNotWrittenDown() {
    larder.answers = "larder_wrong\n";
    assertThat(larder.run("login", url)).isEqualTo(4);
    assertThat(larder.err())
        .isEqualTo(
            "larder: SERVER refused the token from what was entered: no such token is known here, or"
                + " not any more; on the server, one is made with: larder token create NAME --scope"
                + " SCOPE\n");
    assertThat(file()).doesNotExist();
    larder.close();
    larder.answers = "larder_wrong\n";
    assertThat(larder.run("login", url)).isEqualTo(6);
    assertThat(file()).doesNotExist();
  }

  @Test
  void optionsGoBeforeVariablesAndVariablesBeforeTheCurrentContext() throws IOException {
    login("--name", "one");
    login("--name", "two");
    record Case(List<String> options, String variable, String value, String by) {}
    for (Case c :
        List.of(
            new Case(List.of(), "X", "", "context two"),
            new Case(List.of(), "LARDER_CONTEXT", "one", "context one"),
            new Case(List.of(), "LARDER_SERVER", url, "LARDER_SERVER"),
            new Case(List.of("--context", "one"), "LARDER_SERVER", url, "context one"),
            new Case(List.of("--context", "one"), "LARDER_CONTEXT", "two", "context one"),
            new Case(List.of("--config", "x.toml"), "X", "", "this machine"),
            new Case(List.of("--config", "x.toml"), "LARDER_SERVER", "http://h", "this machine"),
            new Case(List.of("--config", "x", "--context", "one"), "X", "", "context one"),
            new Case(List.of("--server", url), "LARDER_CONTEXT", "one", "--server"))) {
      larder.environment.put(c.variable(), c.value());
      String[] args =
          java.util.stream.Stream.concat(
                  java.util.stream.Stream.of("context", "show"), c.options().stream())
              .toArray(String[]::new);
      assertThat(larder.run(args)).isZero();
      assertThat(larder.out()).describedAs(c.toString()).contains("named by\t" + c.by() + "\n");
      larder.environment.remove(c.variable());
    }
    larder.environment.put("LARDER_TOKEN", "larder_wrong");
    assertThat(larder.run("status")).isEqualTo(4);
    assertThat(larder.err()).contains("SERVER (context two) refused the token from LARDER_TOKEN");
    assertThat(larder.run("status", "--context", "one")).isZero();
    String token = larder.token.file().toString();
    assertThat(larder.run("status", "--token-file", token)).isZero();
    assertThat(larder.run("status", "--context", "one", "--server", url)).isEqualTo(2);
    login();
    assertThat(larder.err())
        .isEqualTo("larder: LARDER_TOKEN is set and goes before this context\n");
  }

  @Test
  void contextsAreChosenAndForgotten() throws IOException {
    login("--name", "one");
    login("--name", "two");
    Path names = Files.createDirectories(home.resolve(".cache/larder/completion"));
    Files.writeString(names.resolve("mirrors-1"), "old");
    larder.onTerminal();
    assertThat(larder.run("context", "use", "one")).isZero();
    assertThat(larder.out()).isEqualTo("commands use context one now: SERVER\n");
    assertThat(names).isEmptyDirectory();
    assertThat(larder.run("logout", "two")).isZero();
    assertThat(larder.out()).isEqualTo("forgot context two; commands use context one now\n");
    assertThat(larder.run("context", "use", "--local")).isZero();
    assertThat(larder.run("context", "show")).isZero();
    assertThat(larder.out()).contains("named by  this machine\n");
    assertThat(larder.run("logout")).isEqualTo(3);
    assertThat(larder.run("context", "use", "one")).isZero();
    assertThat(larder.run("logout")).isZero();
    assertThat(larder.out())
        .isEqualTo("forgot context one; commands use the server of this machine now\n");
    assertThat(larder.run("context", "list")).isZero();
    assertThat(larder.out()).isEqualTo("no contexts; commands use the server of this machine\n");
    assertThat(larder.run("context", "use")).isEqualTo(2);
    assertThat(larder.run("status", "--context", "one")).isEqualTo(3);
    assertThat(larder.err())
        .isEqualTo(
            "larder: there is no context one, which --context names; log in to a server with:"
                + " larder login URL\n");
  }

  @Test
  void aTokenDoesNotTravelUnencryptedUnlessThatWasSaid() throws IOException {
    String far = "http://larder.invalid:8090";
    assertThat(larder.run("login", far)).isEqualTo(4);
    assertThat(larder.err())
        .isEqualTo(
            "larder: http://larder.invalid:8090 is not encrypted: the token would be there to read"
                + " for everybody on the way; use https or an SSH tunnel; if the network is trusted:"
                + " larder login http://larder.invalid:8090 --insecure\n");
    larder.answers = "larder_x\n";
    assertThat(larder.run("login", far, "--insecure")).isEqualTo(6);
    String token = larder.token.file().toString();
    assertThat(larder.run("status", "--server", far, "--token-file", token)).isEqualTo(4);
    assertThat(larder.err()).contains("is not encrypted");
    login("--name", "far");
    String held = Files.readString(file()).replace(url, far);
    Files.writeString(file(), held);
    assertThat(larder.run("status")).isEqualTo(4);
    Files.writeString(file(), held.replace("\"server\"", "\"insecure\" : true, \"server\""));
    assertThat(larder.run("status")).isEqualTo(6);
    assertThat(larder.err())
        .isEqualTo(
            "larder: cannot reach http://larder.invalid:8090 (context far) (unknown host); other"
                + " servers are in: larder context list\n");
  }

  @Test
  void aFileThatCannotBeRelied() throws IOException {
    Files.createDirectories(file().resolveSibling(""));
    Files.writeString(file(), "{}");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(larder.run("status")).isEqualTo(4);
    assertThat(larder.err()).contains("others may read the tokens in ", "chmod 600 ");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    assertThat(larder.run("status")).isZero();
    for (String content :
        List.of(
            "not json",
            "{\"contexts\": 3}",
            "{\"future\": 1}",
            "{\"contexts\": [{}]}",
            "{\"contexts\": [{\"name\": \"a\"}]}",
            "{\"contexts\": [{\"name\": \"a\", \"server\": \"x\", \"token\": \"t\"}]}",
            "{\"contexts\": [{\"name\": \"a\", \"server\": \"http://h\", \"token\": \"t\\n\"}]}",
            "{\"contexts\": [{\"name\": \"a\", \"server\": \"http://h\"}]}")) {
      Files.writeString(file(), content);
      assertThat(larder.run("status")).describedAs(content).isEqualTo(7);
      assertThat(larder.err()).contains("is not as larder login writes it: ");
    }
    // What names the server by itself needs no file.
    String token = larder.token.file().toString();
    assertThat(larder.run("status", "--server", url, "--token-file", token)).isZero();
  }

  @Test
  void aLinkIsNotWrittenThroughAndADirectoryCanBeElsewhere() throws IOException {
    Path elsewhere = Files.createDirectories(home.resolve("dotfiles")).resolve("cli.json");
    Files.writeString(elsewhere, "{}");
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rw-------"));
    Path config = Files.createDirectories(home.resolve("xdg/larder"));
    Path link = Files.createSymbolicLink(config.resolve("cli.json"), elsewhere);
    larder.environment.put("XDG_CONFIG_HOME", home.resolve("xdg").toString());
    larder.answers = secret() + "\n";
    assertThat(larder.run("login", url)).isEqualTo(1);
    assertThat(larder.err())
        .endsWith("cli.json: it is a symbolic link; make its directory one instead\n");
    assertThat(elsewhere).hasContent("{}");
    Files.delete(link);
    Files.delete(config);
    Files.createSymbolicLink(config, elsewhere.resolveSibling(""));
    login("--name", "work");
    assertThat(config).isSymbolicLink();
    assertThat(Files.readString(elsewhere)).contains("\"work\"");
    larder.environment.put("XDG_CONFIG_HOME", "relative");
    assertThat(larder.run("context", "list", "-q")).isZero();
    assertThat(larder.out()).isEmpty();
    larder.environment.remove("HOME");
    larder.answers = secret() + "\n";
    assertThat(larder.run("login", url)).isEqualTo(1);
    assertThat(larder.err()).contains("there is no home directory to keep contexts in");
  }

  @Test
  void aNameBelongsToOneServer() throws IOException {
    login();
    String other = url.replace("127.0.0.1", "[::1]");
    larder.answers = "x\n";
    assertThat(larder.run("login", other, "--name", "a b")).isEqualTo(2);
    assertThat(larder.run("login", url + "/below")).isEqualTo(5);
    assertThat(larder.err())
        .isEqualTo(
            "larder: the context 127.0.0.1 is for SERVER; choose another name for this one with"
                + " --name\n");
    assertThat(larder.run("login", "larder.example.net")).isEqualTo(2);
    assertThat(larder.run("login", url, "--server", url)).isEqualTo(2);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    boolean known =
        "Bearer larder_ours".equals(exchange.getRequestHeaders().getFirst("Authorization"));
    String path = exchange.getRequestURI().getPath();
    Object body =
        path.endsWith("/whoami")
            ? new WhoAmI("token:ci", "token", List.of("read:*", "upload:internal"))
            : new MirrorList(List.of());
    byte[] bytes = Json.bytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(known ? 200 : 403, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Test
  void aServerThatKnowsWhoAsksSaysSoAndBelowAPath() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/larder/api/v1/", ContextTest::answer);
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort() + "/larder";
      larder.answers = "larder_ours";
      assertThat(larder.run("login", base + "/", "--name", "ci")).isZero();
      assertThat(larder.out())
          .isEqualTo("ci\t%s\ttoken:ci\tread:*,upload:internal\n".formatted(base));
      assertThat(larder.run("mirror", "list")).isZero();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aCertificateIsCheckedAgainstTheFileThatWasNamed() throws Exception {
    TestTls tls = TestTls.create(home);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
    server.createContext("/api/v1/", ContextTest::answer);
    server.start();
    try {
      Path ca = home.resolve("ca.pem");
      KeyStore store = KeyStore.getInstance(tls.keyStore().toFile(), tls.password().toCharArray());
      Files.writeString(
          ca,
          "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
              .formatted(
                  Base64.getMimeEncoder(64, "\n".getBytes(UTF_8))
                      .encodeToString(store.getCertificate("key").getEncoded())));
      String base = "https://localhost:" + server.getAddress().getPort();
      larder.answers = "larder_ours";
      assertThat(larder.run("login", base)).isEqualTo(6);
      assertThat(larder.err())
          .contains("its certificate is not trusted")
          .endsWith(
              "did not sign it); name the authority that signed it: larder login %s --ca FILE\n"
                  .formatted(base));
      // A server that speaks no TLS has no certificate that could be trusted.
      larder.answers = "larder_ours";
      assertThat(larder.run("login", url.replace("http:", "https:"))).isEqualTo(6);
      assertThat(larder.err())
          .contains("(TLS failed: ")
          .endsWith("; check whether it speaks TLS at that port, and which versions\n");
      larder.answers = "larder_ours";
      assertThat(larder.run("login", base, "--ca", ca.toString())).isZero();
      assertThat(larder.run("mirror", "list")).isZero();
      // The system's trust, as for other programs that use OpenSSL's variable.
      Files.writeString(home.resolve("token"), "larder_ours");
      String token = home.resolve("token").toString();
      assertThat(larder.run("mirror", "list", "--server", base, "--token-file", token))
          .isEqualTo(6);
      larder.environment.put("SSL_CERT_FILE", ca.toString());
      assertThat(larder.run("mirror", "list", "--server", base, "--token-file", token)).isZero();
      Files.writeString(ca, "nothing");
      assertThat(larder.run("mirror", "list")).isEqualTo(1);
      assertThat(larder.err()).contains("ca.pem");
    } finally {
      server.stop(0);
    }
  }
}

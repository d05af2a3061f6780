package dev.larder;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.Temporary;
import dev.larder.testing.TestTls;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console behind a real nginx that speaks TLS, set up as docs/reverse-proxy.md says.
class ReverseProxyIT {
  /// Larger than nginx takes unless it is told to.
  private static final PackageSpec LARGE = PackageSpec.of("large", "1-1").payload(3_000_000);

  @TempDir Path directory;
  private TestLarder larder;
  private NginxServer nginx;
  private int port;
  private String token;

  @BeforeAll
  static void tools() {
    Tools.require("nginx", "curl", "bsdtar", "zstd", "repo-add", "pacman");
  }

  @BeforeEach
  void open() throws Exception {
    List<String> lines = new ArrayList<>();
    // The first line still belongs to the table of the console.
    lines.add("hosts = [\"mirror.test\"]");
    lines.addAll(TestLarder.mirrorTable("arch", "pacman", List.of(), "http://127.0.0.1:9"));
    larder = TestLarder.tables(Temporary.directory("larder"), "arch", lines);
    token = larder.data().resolve("cli.token").toString();
    certificate(TestTls.create(directory));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    int console = larder.larder().consoleAddresses().getFirst().getPort();
    nginx =
        NginxServer.serve(
            directory,
            """
            listen 127.0.0.1:%1$d ssl;
            ssl_certificate "%2$s/tls.pem";
            ssl_certificate_key "%2$s/tls.key";
            location / {
              proxy_pass http://127.0.0.1:%3$d;
              proxy_http_version 1.1;
              proxy_set_header Host $host;
              client_max_body_size 0;
              proxy_request_buffering off;
              proxy_read_timeout 1d;
            }
            """
                .formatted(port, directory, console));
  }

  @AfterEach
  void close() {
    nginx.close();
    larder.close();
  }

  private void certificate(TestTls tls) throws IOException, GeneralSecurityException {
    char[] password = tls.password().toCharArray();
    KeyStore store = KeyStore.getInstance(tls.keyStore().toFile(), password);
    pem("tls.pem", "CERTIFICATE", store.getCertificate("key").getEncoded());
    pem("tls.key", "PRIVATE KEY", store.getKey("key", password).getEncoded());
  }

  private void pem(String file, String label, byte[] bytes) throws IOException {
    String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(bytes);
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, body));
  }

  private String curl(String host) throws IOException {
    // Whether the certificate is right is for the test of the command line.
    return Command.of("curl", "-sS", "--insecure")
        .with("--resolve", "%s:%d:127.0.0.1".formatted(host, port))
        .with("-H", "Authorization: Bearer " + Files.readString(Path.of(token)).strip())
        .with("-w", " %{http_code}", "https://%s:%d/api/v1/whoami".formatted(host, port))
        .runOk();
  }

  private CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", "https://localhost:" + port, "--token-file", token));
    String ca = directory.resolve("tls.pem").toString();
    return CommandRun.elsewhere(larder, Map.of("SSL_CERT_FILE", ca), all.toArray(String[]::new));
  }

  @Test
  void theNameThatIsConfiguredIsAnswered() throws IOException {
    assertThat(curl("mirror.test")).contains("\"principal\":\"cli\"").endsWith(" 200");
    assertThat(curl("other.test"))
        .contains("this console does not answer to the host other.test", "[console] hosts")
        .endsWith(" 421");
  }

  @Test
  void theCommandLineWorksThroughItAlsoWithLargePackages() {
    assertThat(run("whoami").out()).isEqualTo("cli\tcli\tadmin\n");
    CommandRun made = run("repo", "create", "internal", "--format", "pacman");
    assertThat(made.exit()).as(made.toString()).isZero();
    try (ArchRepository maker = ArchRepository.unsigned("maker")) {
      String file = maker.add(LARGE).getFirst().toString();
      CommandRun added = run("repo", "add", "internal", file);
      assertThat(added.exit()).as(added.toString()).isZero();
      assertThat(added.out()).isEqualTo("added\tlarge\t\t1-1\tx86_64\n");
    }
    assertThat(run("repo", "verify", "internal").exit()).isZero();
    larder.close();
    CommandRun gone = run("status");
    assertThat(gone.exit()).isEqualTo(6);
    assertThat(gone.err()).contains("the proxy before https://localhost:", "status 502");
  }
}

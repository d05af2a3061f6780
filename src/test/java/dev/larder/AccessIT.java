package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.Machine;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Command;
import dev.larder.testing.FaultyUpstream;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who gets what of a whole Larder: pacman and curl from several addresses of this machine,
/// directly, through a real nginx that is set up as docs/access.md says, and through a real
/// HAProxy. The mirror `arch` has `core` only; `inner` is for 127.0.0.5.
class AccessIT {
  private static final PackageSpec TOOL = PackageSpec.of("tool", "1-1").payload(60_000).seed(1);
  private static final PackageSpec OTHER = TOOL.seed(2);
  private static final String DATABASE = "core/os/x86_64/core.db";
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Path directory = Temporary.directory("larder-access");
  private ArchRepository core;
  private FaultyUpstream upstream;
  private @Nullable Larder larder;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "curl", "haproxy");
  }

  @BeforeEach
  void open() {
    core = ArchRepository.unsigned("core");
    upstream = FaultyUpstream.start();
    publish(TOOL);
    try (ArchRepository extra = ArchRepository.unsigned("extra")) {
      extra.add(PackageSpec.of("more", "1-1"));
      extra
          .next()
          .forEach((path, file) -> {
            if (path.startsWith("extra/")) {
              upstream.put(path, file);
            }
          });
    }
  }

  private void publish(PackageSpec spec) {
    core.add(spec);
    core.next().forEach(upstream::put);
  }

  private void start(String... lines) throws Exception {
    String toml =
        """
        data = "%1$s/data"
        [packages]
        listen = ["127.0.0.1:0"]
        trusted-proxies = ["127.0.0.1"]
        %3$s
        [console]
        listen = []
        [mirror.arch]
        upstream = "%2$s"
        refresh = "0s"
        roots = ["core/os/*"]
        [mirror.inner]
        format = "pacman"
        upstream = "%2$s"
        allow = ["127.0.0.5"]
        [repo.own]
        format = "pacman"
        allow = ["127.0.0.5"]
        """
            .formatted(directory, upstream.url(), String.join("\n", lines));
    Path file = Files.writeString(directory.resolve("larder.toml"), toml);
    Machine machine = new Machine(Map.of(), "Linux", "root", directory, directory, Path.of("/"));
    Config config = Config.load(file, List.of(), machine, Formats.names()).config();
    larder = Larder.open(config, InstantSource.system());
  }

  @AfterEach
  void close() {
    if (larder != null) {
      larder.close();
    }
    upstream.close();
    core.close();
  }

  private int port() {
    return Objects.requireNonNull(larder).packageAddresses().getFirst().getPort();
  }

  /// Body and status code, as curl gets them from an address of its own.
  private static String curl(String from, int port, String path, String... options) {
    return Command.of("curl", "-sS", "--interface", from, "-w", " %{http_code}")
        .with(options)
        .with("http://127.0.0.1:" + port + path)
        .runOk();
  }

  @Test
  void aMirrorHasItsRootsAndAsksUpstreamForNothingElse() throws Exception {
    start();
    String url = "http://127.0.0.1:" + port() + "/arch/$repo/os/$arch";
    try (PacmanClient client = new PacmanClient()) {
      client.repository("core", url);
      assertThat(client.sync().exit()).isZero();
      assertThat(client.install("tool").exit()).isZero();
      client.repository("extra", url);
      Command.Result refused = client.sync(true);
      assertThat(refused.exit()).as(refused.output()).isNotZero();
      assertThat(refused.output()).contains("extra.db").contains("403");
    }
    assertThat(curl("127.0.0.1", port(), "/arch/extra/os/x86_64/extra.db"))
        .isEqualTo(
            "The mirror arch has only core/os/*; its operator can add to \"roots\" of"
                + " [mirror.arch].\n 403");
    String proxy = "http://127.0.0.1:" + port();
    assertThat(curl("127.0.0.1", upstream.port(), "/extra/os/x86_64/extra.db", "-x", proxy))
        .contains("The mirror arch has only")
        .endsWith(" 403");
    assertThat(curl("127.0.0.1", port(), "/arch/"))
        .contains("core/")
        .doesNotContain("extra")
        .endsWith(" 200");
    assertThat(upstream.requests())
        .extracting(SeenRequest::path)
        .noneMatch(p -> p.contains("extra"));
    assertThat(directory.resolve("data/tree/arch/core/os/x86_64/core.db")).exists();
    assertThat(directory.resolve("data/tree/arch/extra")).doesNotExist();
  }

  @Test
  void aMirrorIsForItsOwnNetworks() throws Exception {
    start();
    try (PacmanClient client = new PacmanClient()) {
      client.repository("core", "http://127.0.0.1:" + port() + "/inner/$repo/os/$arch");
      Command.Result refused = client.sync();
      assertThat(refused.exit()).isNotZero();
      assertThat(refused.output()).contains("403");
      assertThat(upstream.requests()).isEmpty();
      client.option(
          "XferCommand = %s -sSf --interface 127.0.0.5 -o %%o %%u".formatted(Tools.path("curl")));
      assertThat(client.sync().exit()).isZero();
      assertThat(client.install("tool").exit()).isZero();
    }
    assertThat(curl("127.0.0.1", port(), "/")).doesNotContain("inner").endsWith(" 200");
    assertThat(curl("127.0.0.5", port(), "/")).contains("/inner/").endsWith(" 200");
  }

  @Test
  void aRepositoryIsForItsOwnNetworksToo() throws Exception {
    start();
    assertThat(curl("127.0.0.1", port(), "/repo/own/"))
        .startsWith("repo/own is not served to 127.0.0.1;")
        .endsWith(" 403");
    assertThat(curl("127.0.0.5", port(), "/repo/own/")).contains("key.asc").endsWith(" 200");
    assertThat(curl("127.0.0.1", port(), "/")).doesNotContain("repo/own");
  }

  @Test
  void throughNginxEveryClientIsItself() throws Exception {
    start();
    try (NginxServer nginx =
            NginxServer.serve(directory, nginx("proxy_set_header Forwarded \"\";"));
        NginxServer careless = NginxServer.serve(directory, nginx(""))) {
      String path = "/inner/" + DATABASE;
      assertThat(curl("127.0.0.2", nginx.port(), path))
          .startsWith("inner is not served to 127.0.0.2;")
          .endsWith(" 403");
      assertThat(curl("127.0.0.5", nginx.port(), path, "-o", "/dev/null")).isEqualTo(" 200");
      // What clients say of themselves counts for nothing.
      String[] lies = {"-H", "X-Forwarded-For: 127.0.0.5", "-H", "Forwarded: for=127.0.0.5"};
      assertThat(curl("127.0.0.2", nginx.port(), path, lies))
          .contains("127.0.0.2;")
          .endsWith(" 403");
      assertThat(curl("127.0.0.2", port(), path, lies)).contains("127.0.0.2;").endsWith(" 403");
      assertThat(curl("127.0.0.2", careless.port(), path, "-H", "Forwarded: for=127.0.0.5"))
          .contains("contradict each other")
          .endsWith(" 400");
      assertThat(curl("127.0.0.2", nginx.port(), "/", "-H", "Host: pkg.example"))
          .contains("Server = http://pkg.example/arch/")
          .doesNotContain("inner");
      clientsInFlight(nginx.port());
    }
  }

  /// The client that was handed an index gets the files of it, and another one its own.
  private void clientsInFlight(int port) {
    String file = "/arch/" + core.path(TOOL);
    String index = "/arch/" + DATABASE;
    curl("127.0.0.2", port, index, "-o", "/dev/null");
    String old = curl("127.0.0.2", port, file, "-o", "-");
    publish(OTHER);
    curl("127.0.0.5", port, index, "-o", "/dev/null");
    String fresh = curl("127.0.0.5", port, file, "-o", "-");
    assertThat(fresh).endsWith(" 200").isNotEqualTo(old);
    assertThat(curl("127.0.0.2", port, file, "-o", "-")).isEqualTo(old);
    assertThat(curl("127.0.0.5", port, file, "-o", "-")).isEqualTo(fresh);
  }

  private String nginx(String more) {
    return """
    location / {
      proxy_pass http://127.0.0.1:%d;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      %s
    }
    """
        .formatted(port(), more);
  }

  @Test
  void throughHaproxyEveryConnectionIsThatOfItsClient() throws Exception {
    start("proxy-protocol = true", "public-url = \"https://pkg.example\"");
    int first = freePort();
    int second = freePort();
    Path config =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            defaults
              mode tcp
              timeout connect 5s
              timeout client 10s
              timeout server 10s
            listen one
              bind 127.0.0.1:%1$d
              server larder 127.0.0.1:%3$d send-proxy check
            listen two
              bind 127.0.0.1:%2$d
              server larder 127.0.0.1:%3$d send-proxy-v2 check
            """
                .formatted(first, second, port()));
    Path output = directory.resolve("haproxy.log");
    Process haproxy =
        Command.of(Tools.path("haproxy"), "-db", "-f", config.toString()).start(output);
    try {
      for (int port : new int[] {first, second}) {
        String path = "/inner/" + DATABASE;
        Command up = Command.of("curl", "-s", "-o", "/dev/null", "http://127.0.0.1:" + port);
        Awaitility.await().until(() -> up.run().ok());
        assertThat(curl("127.0.0.2", port, path))
            .startsWith("inner is not served to 127.0.0.2;")
            .endsWith(" 403");
        assertThat(curl("127.0.0.5", port, path, "-o", "/dev/null")).isEqualTo(" 200");
        assertThat(curl("127.0.0.2", port, path, "-H", "X-Forwarded-For: 127.0.0.5"))
            .endsWith(" 403");
      }
      assertThat(curl("127.0.0.2", first, "/")).contains("Server = https://pkg.example/arch/");
      // curl speaks it, too; and who does not is not answered.
      assertThat(curl("127.0.0.1", port(), "/arch/", "--haproxy-protocol")).endsWith(" 200");
      assertThat(Command.of("curl", "-sS", "http://127.0.0.1:" + port() + "/arch/").run().exit())
          .isIn(52, 56);
    } finally {
      haproxy.destroy();
      assertThat(haproxy.waitFor(20, TimeUnit.SECONDS))
          .as(Files.readString(output, StandardCharsets.UTF_8))
          .isTrue();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }
}

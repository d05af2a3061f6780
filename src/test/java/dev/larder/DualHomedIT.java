package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.larder.config.Addresses;
import dev.larder.testing.ArchRepository;
import dev.larder.testing.Bytes;
import dev.larder.testing.Command;
import dev.larder.testing.Netns;
import dev.larder.testing.Netns.Side;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine with one foot in each of two networks: Larder listens in the mesh only and fetches
/// from the clear only. The firewall of the machine would drop and count whatever goes astray.
class DualHomedIT {
  private static final int LISTEN = 8080;
  private static final int UPSTREAM = 8000;
  private static final PackageSpec TOOL = PackageSpec.of("tool", "1-1").payload(200_000);

  @TempDir Path upstream;

  private final Path directory = Temporary.directory("larder-dual");
  private final ArchRepository repository = ArchRepository.unsigned("core");

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "curl", "ip", "nft");
  }

  @AfterEach
  void close() {
    repository.close();
    Temporary.delete(directory);
  }

  @Test
  void ipv4FromTheClearOnly() throws Exception {
    // An upstream in the mesh comes first. It has no IPv4 address, so it cannot be asked from ours.
    servesTheMeshFromTheClear(Netns.CLEAR_V4, Netns.SERVER_CLEAR_V4, true);
  }

  @Test
  void ipv6FromTheClearOnly() throws Exception {
    // `bind` chooses the address, the kernel the way: it would take a configured upstream in the
    // mesh through the mesh, whatever the source. So here the one in the mesh is only there.
    servesTheMeshFromTheClear(Netns.CLEAR_V6, Netns.SERVER_CLEAR_V6, false);
  }

  private void servesTheMeshFromTheClear(InetAddress clear, InetAddress foot, boolean mesh)
      throws Exception {
    repository.add(TOOL);
    repository.publish(upstream);
    try (Netns netns = Netns.create();
        NginxServer good =
            NginxServer.serve(upstream, new InetSocketAddress(clear, UPSTREAM), netns, Side.CLEAR);
        // The same files are offered in the mesh too: it must not be asked.
        NginxServer astray =
            NginxServer.serve(
                upstream, new InetSocketAddress(Netns.MESH, UPSTREAM), netns, Side.MESH)) {
      List<String> upstreams = mesh ? List.of(astray.url(), good.url()) : List.of(good.url());
      netns.firewall(LISTEN, UPSTREAM);
      try (NamespacedLarder larder =
          NamespacedLarder.start(directory, config(upstreams, foot), netns, Side.SERVER)) {
        String url = url(Netns.SERVER_MESH, LISTEN) + "/arch/";
        String path = repository.path(TOOL);
        Path got = directory.resolve("got");
        Command.Result fetched = curl(netns, Side.MESH, url + path, got);
        assertThat(fetched.ok()).as(fetched.output() + larder.output()).isTrue();
        assertThat(got).hasBinaryContent(repository.bytes(TOOL));
        pacman(netns, url);
        assertThat(good.log("/" + path)).hasSize(1);
        assertThat(good.log()).allMatch(line -> sameAddress(line.client(), foot));
        assertThat(astray.log()).as("the upstream in the mesh was asked").isEmpty();
        assertThat(netns.refused()).as("refused so far").isZero();

        // The other network gets no answer, at neither of the two addresses.
        assertThat(curl(netns, Side.CLEAR, url(foot, LISTEN) + "/arch/" + path, got).ok())
            .isFalse();
        assertThat(netns.refused()).as("the firewall refused it").isPositive();
        // And not because of the firewall alone: there is nobody at that address.
        Command.Result inside = curl(netns, Side.SERVER, url(foot, LISTEN) + "/arch/" + path, got);
        assertThat(inside.exit()).as("connection refused: " + inside.output()).isEqualTo(7);

        assertThat(netns.leaked()).as("packets that went astray").isZero();
      }
    }
  }

  @Test
  void anAddressThatComesUpLaterIsServedThen() throws Exception {
    repository.add(TOOL);
    repository.publish(upstream);
    InetAddress late = InetAddress.ofLiteral("203.0.113.7");
    InetAddress later = InetAddress.ofLiteral("2001:db8::7");
    try (Netns netns = Netns.create();
        NginxServer nginx =
            NginxServer.serve(
                upstream, new InetSocketAddress(Netns.CLEAR_V4, UPSTREAM), netns, Side.CLEAR)) {
      List<String> lines = config(List.of(nginx.url()), Netns.SERVER_CLEAR_V4, late, later);
      try (NamespacedLarder larder = NamespacedLarder.start(directory, lines, netns, Side.SERVER)) {
        assertThat(larder.output())
            .contains(
                "waiting  cannot listen on 203.0.113.7:8080: this machine has no such address")
            .contains("waiting  cannot listen on [2001:db8::7]:8080: this machine has no such");
        for (InetAddress address : List.of(late, later)) {
          String file = url(address, LISTEN) + "/arch/" + repository.path(TOOL);
          Path got = directory.resolve("got");
          assertThat(curl(netns, Side.SERVER, file, got).ok()).isFalse();
          netns
              .command(Side.SERVER, "ip", "addr", "add", address.getHostAddress(), "dev", "lo")
              .runOk();
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> curl(netns, Side.SERVER, file, got).ok());
          assertThat(got).hasBinaryContent(repository.bytes(TOOL));
        }
        assertThat(larder.output()).contains("packages are served on 203.0.113.7:8080 as well");
      }
    }
  }

  @Test
  void thePageNamesAListenerOfItsOwnWhereTheClientCannotAskAsThePageWas() throws Exception {
    InetAddress foot = Netns.SERVER_CLEAR_V4;
    List<String> lines = config(List.of(url(Netns.CLEAR_V4, UPSTREAM)), foot, foot);
    lines.add("[mirror.freebsd-update]");
    try (Netns netns = Netns.create()) {
      String page = page(netns, lines);
      assertThat(page)
          .contains("freebsd-update asks port 80 of 198.51.100.2 and can be told no other")
          .contains("Server = http://198.51.100.2:8080/arch/");
      netns.command(Side.SERVER, "ip", "addr", "add", "198.51.100.3/32", "dev", "lo").runOk();
      lines.add("listen = [\"198.51.100.3:80\"]");
      assertThat(page(netns, lines))
          .contains("ServerName 198.51.100.3")
          .doesNotContain("freebsd-update asks port 80")
          .contains("Server = http://198.51.100.2:8080/arch/");
    }
  }

  private String page(Netns netns, List<String> lines) throws IOException {
    Path got = directory.resolve("page.html");
    try (NamespacedLarder larder = NamespacedLarder.start(directory, lines, netns, Side.SERVER)) {
      Command.Result fetched =
          curl(netns, Side.CLEAR, url(Netns.SERVER_CLEAR_V4, LISTEN) + "/", got);
      assertThat(fetched.ok()).as(fetched.output() + larder.output()).isTrue();
    }
    return Files.readString(got);
  }

  private List<String> config(List<String> upstreams, InetAddress foot) {
    return config(upstreams, foot, Netns.SERVER_MESH);
  }

  private List<String> config(List<String> upstreams, InetAddress foot, InetAddress... listen) {
    List<String> lines = new ArrayList<>();
    lines.add("data = \"" + directory.resolve("data") + "\"");
    lines.add("[packages]");
    lines.add(
        Arrays.stream(listen)
            .map(address -> new InetSocketAddress(address, LISTEN))
            .map(address -> "\"" + Addresses.format(address) + "\"")
            .collect(Collectors.joining(", ", "listen = [", "]")));
    lines.add("[console]");
    lines.add("listen = []");
    lines.add("[egress]");
    lines.add("bind = [\"" + foot.getHostAddress() + "\"]");
    lines.add("[mirror.arch]");
    lines.add("upstream = [\"" + String.join("\", \"", upstreams) + "\"]");
    lines.add("refresh = \"0s\"");
    return lines;
  }

  private static void pacman(Netns netns, String url) throws IOException {
    try (PacmanClient pacman = new PacmanClient()) {
      pacman.repository("core", url + "$repo/os/$arch");
      for (Command command : List.of(pacman.pacman("-Sy"), pacman.pacman("-S").with("tool"))) {
        Command.Result result = command.prefixed(netns.prefix(Side.MESH)).run();
        assertThat(result.ok()).as(result.output()).isTrue();
      }
      assertThat(Files.readAllBytes(pacman.file("usr/share/larder-test/tool")))
          .isEqualTo(Bytes.random(200_000, 31 + 200_000));
    }
  }

  private static Command.Result curl(Netns netns, Side side, String url, Path to) {
    return netns
        .command(side, "curl", "-sS", "-g", "-f", "--connect-timeout", "2", "-o")
        .with(to.toString(), url)
        .timeout(Duration.ofSeconds(30))
        .run();
  }

  private static String url(InetAddress address, int port) {
    String host = address.getHostAddress();
    return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  private static boolean sameAddress(String text, InetAddress address) {
    return InetAddress.ofLiteral(text).equals(address);
  }
}

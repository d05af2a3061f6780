package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetnsIT {
  @Test
  void onlyTheWantedWaysAreOpenAndTheOthersAreCounted(@TempDir Path root) throws Exception {
    Tools.require("curl");
    Files.writeString(root.resolve("a"), "hello");
    try (Netns netns = Netns.create();
        NginxServer outside = serve(root, netns, Netns.Side.CLEAR, "198.51.100.1", 80);
        NginxServer inside = serve(root, netns, Netns.Side.MESH, "fd00:ee5::1", 80);
        NginxServer server = serve(root, netns, Netns.Side.SERVER, "::", 8080)) {
      netns.firewall(8080, 80, 443);
      assertThat(server.port()).isEqualTo(8080);
      assertThat(curl(netns, Netns.Side.SERVER, outside.url() + "/a").output()).isEqualTo("hello");
      assertThat(curl(netns, Netns.Side.MESH, "http://[fd00:ee5::2]:8080/a").output())
          .isEqualTo("hello");
      assertThat(netns.refused()).isZero();
      assertThat(netns.leaked()).isZero();

      assertThat(curl(netns, Netns.Side.SERVER, inside.url() + "/a").ok()).isFalse();
      assertThat(netns.leaked()).isPositive();
      assertThat(curl(netns, Netns.Side.CLEAR, "http://[fd00:c1ea::2]:8080/a").ok()).isFalse();
      assertThat(netns.refused()).isPositive();
    }
  }

  @Test
  void programsStartedInsideEndWithIt(@TempDir Path root) throws Exception {
    Process process;
    try (Netns netns = Netns.create()) {
      process = netns.start(Netns.Side.MESH, root.resolve("output"), Command.of("sleep", "1000"));
      assertThat(process.isAlive()).isTrue();
    }
    assertThat(process.isAlive()).isFalse();
  }

  private static NginxServer serve(
      Path root, Netns netns, Netns.Side side, String address, int port) {
    return NginxServer.serve(
        root, new InetSocketAddress(java.net.InetAddress.ofLiteral(address), port), netns, side);
  }

  private static Command.Result curl(Netns netns, Netns.Side side, String url) {
    return netns.command(side, "curl", "-sS", "--connect-timeout", "2", url).run();
  }
}

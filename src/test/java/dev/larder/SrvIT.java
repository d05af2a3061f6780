package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Command;
import dev.larder.testing.DnsServer;
import dev.larder.testing.Download;
import dev.larder.testing.NginxServer;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mirror whose upstreams are found by SRV records, with a real name server and a real upstream.
class SrvIT {
  /// Nobody listens there.
  private static final int DEAD = 1;

  @TempDir private Path directory;

  @Test
  void theServersThatRecordsNameAreTheUpstreams() throws IOException {
    Files.writeString(directory.resolve("file.txt"), "from upstream");
    try (NginxServer nginx = NginxServer.serve(directory);
        DnsServer dns =
            DnsServer.with(
                "--srv-host=_http._tcp.pkg.test,dead.test," + DEAD + ",1,1",
                "--srv-host=_http._tcp.pkg.test,live.test," + nginx.port() + ",2,1",
                "--host-record=dead.test,127.0.0.1",
                "--host-record=live.test,127.0.0.1");
        TestLarder larder = TestLarder.with(List.of("[egress]", dns.setting()), "srv:pkg.test")) {
      assertThat(larder.mirror().upstreamUrls())
          .containsExactly("http://dead.test:" + DEAD, "http://live.test:" + nginx.port());
      assertThat(Download.get(larder.uri("file.txt")).text()).isEqualTo("from upstream");

      // A client that takes us for its proxy knows the host by its own name only.
      String proxy = larder.uri("").resolve("/").toString();
      Command curl = Command.of(Tools.path("curl"), "-sS", "--fail", "--proxy", proxy);
      assertThat(curl.with("http://pkg.test/file.txt").runOk()).isEqualTo("from upstream");
    }
  }

  @Test
  void withoutANameServerItStartsAllTheSame() {
    List<String> egress = List.of("[egress]", "resolver = \"127.0.0.1:" + DEAD + "\"");
    try (TestLarder larder = TestLarder.with(egress, "srv:pkg.test")) {
      assertThat(larder.mirror().upstreamUrls()).containsExactly("https://pkg.test");
    }
  }
}

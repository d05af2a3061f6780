package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.ArchRepository;
import dev.larder.testing.Curl;
import dev.larder.testing.NginxServer;
import dev.larder.testing.PackageSpec;
import dev.larder.testing.PacmanClient;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Upstreams from pacman's own list of mirrors.
class MirrorlistIT {
  private static final PackageSpec FIRST = PackageSpec.of("first", "1-1").payload(100_000);
  private static final PackageSpec SECOND = PackageSpec.of("second", "1-1").payload(100_000);

  @TempDir Path upstream;
  @TempDir Path directory;

  @BeforeAll
  static void tools() {
    Tools.require("pacman", "repo-add", "bsdtar", "nginx", "curl");
  }

  @Test
  void theServersOfPacmansListAreUsedAndAChangeOfTheListIsNoticed() throws IOException {
    Path list = directory.resolve("mirrorlist");
    try (ArchRepository repository = ArchRepository.unsigned("core");
        NginxServer one = NginxServer.serve(upstream);
        NginxServer two = NginxServer.serve(upstream)) {
      repository.add(FIRST, SECOND);
      repository.publish(upstream);
      write(list, one);
      try (TestLarder larder = TestLarder.of("file:" + list);
          PacmanClient client = new PacmanClient()) {
        client.repository("core", larder.url() + "/$repo/os/$arch");
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("first").exit()).isZero();
        assertThat(one.awaitLog("/" + repository.path(FIRST), 1)).hasSize(1);
        assertThat(larder.mirror().upstreamUrls()).containsExactly(one.url());

        one.kill();
        write(list, two);
        assertThat(client.sync().exit()).isZero();
        assertThat(client.install("second").exit()).isZero();
        assertThat(client.cached(SECOND.fileName())).hasBinaryContent(repository.bytes(SECOND));
        assertThat(two.awaitLog("/" + repository.path(SECOND), 1)).hasSize(1);
        assertThat(larder.mirror().upstreamUrls()).containsExactly(two.url());
        assertThat(larder.mirror().report().roots().getFirst().lastError()).isNull();

        // The new server's URLs are this mirror's now, for clients that use Larder as a proxy.
        String proxy = larder.url().replaceFirst("/arch$", "");
        Curl.Answer through = Curl.get(two.url() + "/" + repository.path(FIRST), "-x", proxy);
        assertThat(through.status()).isEqualTo(200);
        assertThat(through.body().copy()).isEqualTo(repository.bytes(FIRST));
        assertThat(Curl.get(one.url() + "/" + repository.path(FIRST), "-x", proxy).status())
            .isEqualTo(421);

        // A list that cannot be read, or is empty, leaves the servers that were in it.
        Files.writeString(list, "# all commented out\n#Server = http://192.0.2.1/$repo/os/$arch\n");
        assertThat(client.sync(true).exit()).isZero();
        Files.delete(list);
        assertThat(client.sync(true).exit()).isZero();
        assertThat(larder.mirror().upstreamUrls()).containsExactly(two.url());
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> two.log("/lastupdate").size() > 2);
      }
    }
  }

  private static void write(Path list, NginxServer server) throws IOException {
    Path next = list.resolveSibling("next");
    Files.writeString(
        next,
        """
        ##
        ## Arch Linux repository mirrorlist
        ## Generated on 2026-11-20
        ##

        ## Worldwide
        #Server = https://192.0.2.1/$repo/os/$arch
        Server = %1$s/$repo/os/$arch
          Server=%1$s/$repo/os/$arch
        Server = rsync://192.0.2.1/$repo/os/$arch
        CacheServer = http://192.0.2.2/cache
        """
            .formatted(server.url()));
    Files.move(next, list, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }
}

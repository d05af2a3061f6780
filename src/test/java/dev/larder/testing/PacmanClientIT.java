package dev.larder.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacmanClientIT {
  private static final String SERVER = "/$repo/os/$arch";

  @Test
  void pacmanInstallsStraightFromNginx(@TempDir Path root) {
    try (ArchRepository core = ArchRepository.unsigned("core");
        PacmanClient client = new PacmanClient()) {
      PackageSpec odd = PackageSpec.of("lib++0@x_y.z", "1:1.2.3-2");
      core.add(PackageSpec.of("a", "1-1").depends("lib++0@x_y.z"), odd);
      core.publish(root);
      try (NginxServer nginx = NginxServer.serve(root)) {
        client.repository("core", nginx.url() + SERVER);
        assertOk(client.sync());
        assertOk(client.install("a"));
        assertThat(client.installed("a")).isEqualTo("1-1");
        assertThat(client.installed("lib++0@x_y.z")).isEqualTo("1:1.2.3-2");
        assertThat(client.installed("b")).isNull();
        assertThat(client.file("usr/share/larder-test/a")).exists();
        assertThat(client.cached(odd.fileName())).hasBinaryContent(core.bytes(odd));
        assertOk(client.sync());
        await()
            .untilAsserted(() ->
                assertThat(nginx.log("/core/os/x86_64/core.db"))
                    .extracting(NginxServer.Line::status)
                    .containsExactly(200, 304));

        core.add(PackageSpec.of("a", "2-1").depends("lib++0@x_y.z"));
        core.publish(root);
        assertOk(client.sync());
        assertOk(client.upgrade());
        assertThat(client.installed("a")).isEqualTo("2-1");
        assertOk(client.files());
        assertThat(client.run("-Fl", "a").output()).contains("usr/share/larder-test/a");
      }
    }
  }

  @Test
  void signaturesAreRequiredAndChecked() {
    try (SigningKey key = SigningKey.create("Larder Test <test@example.org>");
        ArchRepository core = ArchRepository.signed("core", key);
        FaultyUpstream upstream = FaultyUpstream.start();
        PacmanClient trusting = new PacmanClient();
        PacmanClient stranger = new PacmanClient()) {
      core.add(PackageSpec.of("a", "1-1"));
      upstream.publish(core.next());
      trusting.trust(key);
      for (PacmanClient client : List.of(trusting, stranger)) {
        client.signatures("Required DatabaseRequired").repository("core", upstream.url() + SERVER);
      }
      assertOk(trusting.sync());
      assertOk(trusting.install("a"));
      assertThat(trusting.installed("a")).isEqualTo("1-1");
      assertThat(trusting.cached()).contains("a-1-1-any.pkg.tar.zst.sig");
      assertThat(stranger.sync().ok()).isFalse();
      upstream.put(core.databasePath() + ".sig", new byte[70]);
      assertThat(trusting.sync(true).ok()).isFalse();
    }
  }

  @Test
  void aPartIsResumedByRange() {
    try (ArchRepository core = ArchRepository.unsigned("core");
        FaultyUpstream upstream = FaultyUpstream.start();
        PacmanClient client = new PacmanClient()) {
      PackageSpec a = PackageSpec.of("a", "1-1").payload(100_000);
      core.add(a);
      upstream.publish(core.next());
      client.repository("core", upstream.url() + SERVER);
      assertOk(client.sync());
      client.writePart(a.fileName(), Arrays.copyOf(core.bytes(a), 5_000));
      assertOk(client.download("a"));
      assertThat(upstream.requests(core.path(a)).getFirst().header("Range"))
          .isEqualTo("bytes=5000-");
      assertThat(client.cached(a.fileName())).hasBinaryContent(core.bytes(a));
    }
  }

  @Test
  void theNextServerIsAskedWhereOneFails() {
    try (ArchRepository core = ArchRepository.unsigned("core");
        FaultyUpstream broken = FaultyUpstream.start();
        FaultyUpstream good = FaultyUpstream.start();
        PacmanClient client = new PacmanClient()) {
      core.add(PackageSpec.of("a", "1-1"), PackageSpec.of("b", "1-1"));
      good.publish(core.next());
      broken.faultAll(new Fault.Status(503));
      client.parallelDownloads(1).repository("core", broken.url() + SERVER, good.url() + SERVER);
      assertOk(client.sync());
      assertOk(client.install("a", "b"));
      assertThat(client.installed("b")).isEqualTo("1-1");
      assertThat(broken.count(core.databasePath())).isEqualTo(1);
    }
  }

  private static void assertOk(Command.Result result) {
    assertThat(result.exit()).as(result.output()).isZero();
  }
}
